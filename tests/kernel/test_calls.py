"""Calls between processes against a real server that dawdles, breaks off and lies."""

import json
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from uuid import UUID

import pytest
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.serving import WSGIRequestHandler, make_server

from kernel import deadline
from kernel.auth import Identity, Signer
from kernel.breaker import FAILURES, PAUSE, Breaker, RetryBudget
from kernel.calls import Caller, ServiceAway
from kernel.contracts.customers import VipChange
from kernel.contracts.sites import Network
from kernel.errors import Conflict, NotFound
from kernel.streams import BrokenOff, until_end, with_end

NETWORK = Network(
    id=UUID(int=1), slug="n", name="N", domain="n.test", currency="SEK", locale="sv", time_zone="UTC"
)


class Http11(WSGIRequestHandler):
    """Sends an answer without a length in chunks, so that its end can be told from a broken line."""

    protocol_version = "HTTP/1.1"


class Far:
    """A service far away: answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Callable[[], Response] = self.well
        self.release = threading.Event()
        app = Flask("far")
        app.add_url_rule("/<path:path>", view_func=self._take, methods=["GET", "POST", "PUT"])
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Http11)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _take(self, path: str) -> Response:
        self.asked.append(dict(request.headers))
        return self.answer()

    def well(self) -> Response:
        return Response(NETWORK.model_dump_json(), content_type="application/json")

    def late(self) -> Response:
        self.release.wait(5)
        return self.well()

    def busy(self) -> Response:
        return Response("busy", status=503)

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def far() -> Iterator[Far]:
    started = Far()
    yield started
    started.close()


@pytest.fixture
def caller(far: Far, signer: Signer) -> Caller:
    return Caller("sites", far.url, signer, 3.0)


def ask(caller: Caller) -> Network:
    return caller.ask("GET", "/v1/network", identity=Identity.gateway(UUID(int=1)), answer=Network)


def test_a_call_names_its_network_and_what_is_left_of_the_deadline(far, caller):
    with deadline.within(1.0):
        assert ask(caller) == NETWORK

    headers = far.asked[0]
    assert headers["Atoll-Network"] == str(UUID(int=1))
    assert 0 < int(headers["Atoll-Deadline"]) <= 1000
    assert headers["Authorization"].startswith("Bearer ey")


def test_a_deadline_inside_a_longer_one_is_the_shorter_and_never_the_other_way_round():
    with deadline.within(1.0), deadline.within(10.0):
        assert deadline.left(60) <= 1.0
    with deadline.within(10.0), deadline.within(1.0):
        assert deadline.left(60) <= 1.0


def test_the_next_hop_gets_less_than_we_have():
    assert deadline.of_header("1000", 3.0) == pytest.approx(0.95)
    assert deadline.of_header("99999", 3.0) == 3.0
    assert deadline.of_header("soon", 3.0) == 3.0
    assert deadline.of_header("10", 3.0) == 0.0


def test_a_service_that_dawdles_costs_the_deadline_and_no_more(far, caller):
    far.answer = far.late
    began = monotonic()

    with deadline.within(0.3), pytest.raises(ServiceAway):
        ask(caller)

    assert monotonic() - began < 3


def test_a_read_that_failed_once_is_asked_again(far, caller):
    far.answer = lambda: far.busy() if len(far.asked) == 1 else far.well()

    assert ask(caller) == NETWORK
    assert len(far.asked) == 2


def test_a_read_is_asked_again_once_and_no_more(far, caller):
    far.answer = far.busy

    with pytest.raises(ServiceAway):
        ask(caller)

    assert len(far.asked) == 2


def test_a_post_is_never_sent_twice(far, caller):
    far.answer = far.busy

    with pytest.raises(ServiceAway):
        caller.tell("POST", "/v1/x", identity=Identity.gateway(None), body=VipChange(is_vip=True))

    assert len(far.asked) == 1


def test_a_post_that_carries_a_key_may_be_sent_twice(far, caller):
    far.answer = lambda: far.busy() if len(far.asked) == 1 else far.well()

    caller.tell("POST", "/v1/x", identity=Identity.gateway(None), body=VipChange(is_vip=True), key="k-1")

    assert [asked["Idempotency-Key"] for asked in far.asked] == ["k-1", "k-1"]


def test_retries_stop_when_their_budget_is_used_up(far, signer):
    far.answer = far.busy
    callers = [Caller("sites", far.url, signer, 3.0)]
    for _ in range(40):
        # The breaker must not be what stops them here.
        callers[0].breaker = Breaker()
        with pytest.raises(ServiceAway):
            ask(callers[0])

    assert len(far.asked) <= 40 + 5 + 40 * 0.1


def test_an_open_circuit_turns_calls_away_and_closes_after_one_that_succeeds(far, caller):
    time = [0.0]
    caller.breaker = Breaker(clock=lambda: time[0])
    far.answer = far.busy
    for _ in range(FAILURES):
        with pytest.raises(ServiceAway):
            ask(caller)
    asked = len(far.asked)

    with pytest.raises(ServiceAway):
        ask(caller)
    assert len(far.asked) == asked

    far.answer = far.well
    time[0] += PAUSE + 0.1
    assert ask(caller) == NETWORK
    assert not caller.breaker.is_open


def test_an_open_circuit_lets_one_try_at_a_time():
    time = [0.0]
    breaker = Breaker(clock=lambda: time[0])
    for _ in range(FAILURES):
        breaker.failed()
    time[0] += PAUSE + 0.1

    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]


def test_the_budget_saves_up_a_tenth_of_the_calls():
    budget = RetryBudget()
    while budget.spend():
        pass
    for _ in range(9):
        budget.call()
    assert not budget.spend()

    budget.call()
    budget.call()
    assert budget.spend()


def test_what_a_service_refuses_arrives_as_the_same_refusal(far, caller):
    body = {
        "title": "Conflict", "status": 409, "detail": "At most 3 EUR is left.", "code": "RefundTooLarge",
        "template": "At most %(left)s is left.", "params": {"left": "3 EUR"},
        "fields": [{"field": "amount", "message": "too much"}],
    }  # fmt: skip
    far.answer = lambda: Response(json.dumps(body), status=409, content_type="application/problem+json")

    with pytest.raises(Conflict, match="At most 3 EUR is left") as refused:
        ask(caller)

    assert refused.value.code == "RefundTooLarge"
    assert refused.value.params == {"left": "3 EUR"}
    assert refused.value.fields == {"amount": "too much"}
    assert not caller.breaker.is_open


def test_a_refusal_does_not_open_the_circuit(far, caller):
    body = {"title": "Not found", "status": 404, "detail": "Nothing.", "code": "NotFound"}
    far.answer = lambda: Response(json.dumps(body), status=404)
    for _ in range(FAILURES + 2):
        with pytest.raises(NotFound):
            ask(caller)

    assert len(far.asked) == FAILURES + 2


@pytest.mark.parametrize("said", ["<html>proxy error</html>", '{"id": 3}', ""])
def test_an_answer_that_cannot_be_read_counts_as_none(far, caller, said):
    far.answer = lambda: Response(said)

    with pytest.raises(ServiceAway):
        ask(caller)


def test_a_service_that_is_down_is_away_at_once(signer):
    nobody = Caller("sites", "http://127.0.0.1:9", signer, 3.0)

    with pytest.raises(ServiceAway, match="sites service does not answer"):
        ask(nobody)


def pieces(caller: Caller) -> Iterator[bytes]:
    body = VipChange(is_vip=True)
    return caller.stream("POST", "/v1/pieces", identity=Identity.gateway(None), body=body)


def breaking_off() -> Iterator[bytes]:
    yield b"one"
    raise ZeroDivisionError


def test_an_answer_is_passed_on_while_it_is_still_being_made(far, caller):
    def slowly() -> Iterator[bytes]:
        yield b"one"
        far.release.wait(5)
        yield b"two"

    far.answer = lambda: Response(with_end(slowly()))
    with deadline.within(1.0):
        coming = pieces(caller)
        first = next(coming)
    far.release.set()

    assert b"one".startswith(first)
    assert b"".join([first, *coming]) == b"onetwo"


def test_a_stream_that_breaks_off_is_no_whole_answer(far, caller):
    far.answer = lambda: Response(breaking_off())

    with pytest.raises(ServiceAway):
        list(pieces(caller))


def test_a_stream_that_a_server_ends_in_good_order_without_its_end_is_none_either(far, caller):
    """What granian does when the application fails half-way."""
    far.answer = lambda: Response(b"one,two\r\n")

    with pytest.raises(ServiceAway):
        list(pieces(caller))


@given(st.lists(st.binary(max_size=9)), st.integers(1, 7))
def test_the_end_is_found_wherever_the_pieces_are_cut(said, size):
    sent = b"".join(with_end(said))
    cut = [sent[place : place + size] for place in range(0, len(sent), size)]

    assert b"".join(until_end(cut)) == b"".join(said)
    with pytest.raises(BrokenOff):
        list(until_end([sent[:-1]]))


def test_a_stream_that_cannot_begin_fails_at_once(far, caller):
    body = {"title": "Not found", "status": 404, "detail": "Nothing.", "code": "NotFound"}
    far.answer = lambda: Response(json.dumps(body), status=404)

    with pytest.raises(NotFound):
        pieces(caller)


def test_whoever_reads_no_further_leaves_no_connection_to_be_used_again(far, caller):
    far.answer = lambda: Response(with_end([b"one", b"two" * 100_000]))
    coming = pieces(caller)
    next(coming)
    coming.close()

    far.answer = far.well
    assert ask(caller) == NETWORK
