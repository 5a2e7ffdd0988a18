"""The pretend payment provider keeps its word: keys, pages, messages, books that outlive it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import urllib3

from sandbox.payments.app import Provider
from tests.billing.conftest import sek
from tests.billing.test_stripe_charges import order_of, saved
from tests.billing.test_stripe_refunds import charged, refund_of
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

HTTP = urllib3.PoolManager(retries=False)


class Receiver:
    """A place for webhooks, that answers with ``status``."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.got]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    made = Receiver()
    sandbox.send_webhooks_to(made.url)
    yield made
    made.stop()


def post(sandbox: Sandbox, path: str, key: str = "", **fields: str) -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {sandbox.secret}"} | ({"Idempotency-Key": key} if key else {})
    url = f"{sandbox.url}/v1/{path}"
    return HTTP.request("POST", url, fields=fields, encode_multipart=False, headers=headers)


def test_the_first_answer_to_a_key_is_given_again(sandbox: Sandbox) -> None:
    first = post(sandbox, "customers", "one", email="ebba@example.org")
    again = post(sandbox, "customers", "one", email="ebba@example.org")

    assert (first.status, again.status, again.json()) == (200, 200, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_request_under_the_key_is_refused(sandbox: Sandbox) -> None:
    post(sandbox, "customers", "one", email="ebba@example.org")

    other = post(sandbox, "customers", "one", email="sven@example.org")

    assert (other.status, other.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_key_is_forgotten_after_a_day_and_makes_a_second_thing_then(sandbox: Sandbox) -> None:
    first = post(sandbox, "customers", "one", email="ebba@example.org")

    sandbox.advance(23 * 3600)
    kept = post(sandbox, "customers", "one", email="ebba@example.org")
    sandbox.advance(2 * 3600)
    forgotten = post(sandbox, "customers", "one", email="ebba@example.org")

    assert kept.json()["id"] == first.json()["id"]
    assert forgotten.json()["id"] != first.json()["id"]


def test_what_was_refused_before_anything_was_done_leaves_the_key_free(sandbox: Sandbox) -> None:
    wrong = post(sandbox, "payment_intents", "one", amount="many", currency="sek")
    right = post(sandbox, "payment_intents", "one", amount="100", currency="sek")

    assert (wrong.status, right.status) == (400, 200)


def test_an_unknown_parameter_is_refused(sandbox: Sandbox) -> None:
    answer = post(sandbox, "payment_intents", amount="100", currency="sek", color="red")

    assert (answer.status, answer.json()["error"]["code"]) == (400, "parameter_unknown")


def test_messages_are_signed_so_that_the_gateway_believes_them(sandbox: Sandbox, receiver: Receiver) -> None:
    charge = charged(sandbox)
    sandbox.gateway().refund(refund_of(charge, 4000))

    sandbox.wait_until(lambda: len(receiver.got) == 4)
    read = [sandbox.gateway().read_webhook(headers, body) for headers, body in receiver.got]

    kinds = ["charge.refunded", "charge.succeeded", "payment_intent.succeeded", "refund.created"]
    assert sorted(receiver.kinds()) == kinds
    assert sorted(notice.about.kind for notices in read for notice in notices) == ["charge", "refund"]


def test_a_message_that_is_not_taken_is_sent_again(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.status = 503
    sandbox.dispute(charged(sandbox))
    sandbox.wait_until(lambda: len(receiver.got) >= 4)

    receiver.status = 200
    sandbox.advance(2)
    sandbox.wait_until(lambda: len(receiver.got) >= 8)

    ids = [json.loads(body)["id"] for _, body in receiver.got]
    assert len(set(ids)) < len(ids)


@pytest.mark.parametrize(("kind", "copies"), [("omitted", 0), ("duplicated", 2)])
def test_messages_get_lost_and_come_twice_when_asked_for(
    sandbox: Sandbox, receiver: Receiver, kind: str, copies: int
) -> None:
    sandbox.fault(kind, event="payment_intent.succeeded")

    charged(sandbox)
    sandbox.dispute(charged(sandbox))
    sandbox.wait_until(lambda: "charge.dispute.funds_withdrawn" in receiver.kinds())

    assert receiver.kinds().count("payment_intent.succeeded") == 2 * copies


def test_messages_come_in_another_order_when_asked_for(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.fault("shuffled")

    for _ in range(10):
        charged(sandbox)
    sandbox.wait_until(lambda: len(receiver.got) == 20)

    assert receiver.kinds() != ["charge.succeeded", "payment_intent.succeeded"] * 10
    assert receiver.kinds().count("charge.succeeded") == 10


def test_a_dispute_comes_by_itself_for_the_card_that_says_so(sandbox: Sandbox) -> None:
    charge = charged(sandbox, "4000000000000259")

    sandbox.wait_until(lambda: len(sandbox.ledger("dispute")) == 1)

    assert sandbox.ledger("dispute")[0]["charge"] == charge


def test_the_books_outlive_the_process(tmp_path: Path) -> None:
    first = serve(tmp_path)
    order = saved(first[1], "4242424242424242", sek(10000))
    outcome = first[1].gateway().charge(order)
    stop(first)

    second = serve(tmp_path)

    assert second[1].gateway().charge(order) == outcome
    assert len(second[1].ledger()) == 1
    stop(second)


def serve(folder: Path) -> tuple[Provider, Sandbox, Thread]:
    provider = Provider(folder, "127.0.0.1", 0)
    thread = Thread(target=provider.serve, daemon=True)
    thread.start()
    return provider, Sandbox(f"http://127.0.0.1:{provider.port}"), thread


def stop(served: tuple[Provider, Sandbox, Thread]) -> None:
    served[0].stop()
    served[2].join(timeout=10)


def test_its_list_and_its_secrets_are_shown_to_a_person(sandbox: Sandbox) -> None:
    empty = urllib3.request("GET", sandbox.url).data.decode()
    order = saved(sandbox, "4242424242424242")
    sandbox.gateway().charge(order)

    page = urllib3.request("GET", sandbox.url).data.decode()

    assert "Nothing has moved yet." in empty
    assert "199.00 SEK" in page
    assert order.key in page
    assert sandbox.secret in page


def test_a_page_that_was_used_says_so_and_takes_nothing_more(sandbox: Sandbox) -> None:
    waiting = sandbox.gateway().charge(order_of(sek(19900)))
    sandbox.pay(waiting.page)

    status, page = sandbox.pay(waiting.page)

    assert status == 402
    assert "This is done." in page
    assert len(sandbox.ledger()) == 1


def test_a_card_that_is_no_test_card_is_refused(sandbox: Sandbox) -> None:
    waiting = sandbox.gateway().charge(order_of(sek(19900)))

    no_card = sandbox.pay(waiting.page, "4242424242424241")
    real_card = sandbox.pay(waiting.page, "4111111111111111")

    assert "Your card number is incorrect." in no_card[1]
    assert "This is no test card" in real_card[1]
    assert "4111111111111111" in real_card[1], "what was typed is kept"
    assert sandbox.ledger() == []


def test_another_name_for_this_machine_is_refused(sandbox: Sandbox) -> None:
    answer = urllib3.request("GET", sandbox.url, headers={"Host": "evil.example"})

    assert answer.status == 400


def test_who_has_no_key_is_told_nothing(sandbox: Sandbox) -> None:
    answer = urllib3.request(
        "GET", f"{sandbox.url}/v1/charges", headers={"Authorization": "Bearer sk_test_no"}
    )

    assert answer.status == 401
