"""Worker and bell as processes: they start, do what is due, survive their servers, and end when told."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
import redis
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import ProductCreated
from kernel.database import Database, owner_url
from kernel.events import advance
from kernel.ids import new_id
from tests import scratch
from tests.background import RedisOnAPort, fork, free_ports, get, own_redis, wait_until
from tests.chaos import cast
from tests.chaos.cast import Errand, ErrandDone
from tests.chaos.world import World, running_world


@pytest.fixture(scope="module", autouse=True)
def chaos_tables(settings) -> Iterator[None]:
    with (
        scratch.tables(settings, "customers", cast.EVENT_EFFECTS),
        scratch.tables(settings, "billing", cast.Base.metadata),
    ):
        yield


@pytest.fixture(scope="module")
def broker() -> Iterator[RedisOnAPort]:
    with own_redis() as server:
        yield server


@pytest.fixture
def own(settings, broker) -> Settings:
    return free_ports(settings.model_copy(update={"redis_url": type(settings.redis_url)(broker.url)}))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running_world() as one:
        yield one


@pytest.fixture
def pair(own, world, databases, tmp_path) -> Iterator[dict[str, Any]]:
    """A worker and a bell, ready, and the log they write."""
    log = tmp_path / "log"
    while advance(cast.chaos, databases["billing"], databases["customers"]):
        pass
    started = {
        "worker": fork(cast.run_worker, own, world.url, log=log),
        "bell": fork(cast.run_bell, own, world.url, log=log),
    }
    for offset in (6, 7):
        wait_until(lambda offset=offset: get(own.port + offset, "/readyz")[0] == 200, what="readiness")
    yield started | {"log": log}
    for process in started.values():
        process.kill()
        process.join()


def publish(billing: Database, network: UUID, name: str) -> None:
    with billing.unit_of_work(Identity.command(network)) as uow:
        uow.publish(ProductCreated(product_id=new_id(), name=name))


def new_errand(billing: Database, network: UUID) -> UUID:
    errand_id = new_id()
    with billing.unit_of_work(Identity.command(network)) as uow:
        uow.add(Errand(id=errand_id))
        uow.ring("chaos", errand_id)
    return errand_id


def noted(databases: dict[str, Database], network: UUID) -> list[str]:
    with databases["customers"].across_networks("test") as session:
        mine = select(cast.NOTED.c.name).where(cast.NOTED.c.network_id == network)
        return list(session.scalars(mine.order_by(cast.NOTED.c.place)))


def errands_done(databases: dict[str, Database], network: UUID) -> list[UUID]:
    with databases["billing"].across_networks("test") as session:
        return list(session.scalars(select(ErrandDone.errand_id).where(ErrandDone.network_id == network)))


def test_an_event_and_an_errand_are_handled_soon_after_their_commit(pair, databases, network, world):
    publish(databases["billing"], network, "hello")
    errand_id = new_errand(databases["billing"], network)

    wait_until(lambda: noted(databases, network) == ["hello"])
    wait_until(lambda: errands_done(databases, network) == [errand_id])
    assert world.calls[str(errand_id)] == 1


def test_health_pages_tell_of_life_and_count(pair, own, databases, network):
    publish(databases["billing"], network, "counted")
    wait_until(lambda: noted(databases, network))

    for offset in (6, 7):
        assert get(own.port + offset, "/healthz") == (200, "ok\n")
        assert get(own.port + offset, "/else")[0] == 404
    line = 'atoll_events_handled_total{listener="chaos",source="billing"}'
    wait_until(lambda: line in get(own.port + 6, "/metrics")[1])


def test_a_flushed_redis_costs_seconds_only(pair, broker, databases, network):
    for number in range(5):
        publish(databases["billing"], network, str(number))
        errand_id = new_errand(databases["billing"], network)
        redis.Redis.from_url(broker.url).flushall()

    wait_until(lambda: len(noted(databases, network)) == 5)
    wait_until(lambda: errand_id in errands_done(databases, network))


def test_redis_that_was_away_is_found_again_by_both(pair, own, broker, databases, network):
    broker.kill()
    for number in range(20):
        publish(databases["billing"], network, str(number))
    errand_id = new_errand(databases["billing"], network)
    wait_until(lambda: get(own.port + 7, "/readyz")[0] == 503, what="the bell's notice")
    assert all(pair[who].is_alive() for who in ("worker", "bell"))
    broker.start()

    wait_until(lambda: len(noted(databases, network)) == 20)
    wait_until(lambda: errands_done(databases, network) == [errand_id])
    wait_until(lambda: get(own.port + 7, "/readyz")[0] == 200)
    assert pair["log"].read_text().count("redis away") == 1


def test_broken_connections_to_postgresql_are_made_anew(pair, own, settings, databases, network):
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'atoll bell'"
    address = owner_url(settings, "billing").set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        assert len(connection.execute(cut).fetchall()) >= 3
    publish(databases["billing"], network, "after the cut")

    wait_until(lambda: noted(databases, network) == ["after the cut"])
    wait_until(lambda: get(own.port + 7, "/readyz")[0] == 200)


@pytest.mark.parametrize("who", ["worker", "bell"])
def test_told_to_stop_they_end_at_once_and_cleanly(pair, who):
    pair[who].terminate()
    pair[who].join(10)

    assert pair[who].exitcode == 0


def test_a_worker_told_to_stop_ends_what_it_has_in_hand_and_begins_nothing_new(
    pair, databases, network, world
):
    errands = [new_errand(databases["billing"], network) for _ in range(100)]
    wait_until(lambda: len(errands_done(databases, network)) >= 3)
    pair["worker"].terminate()
    pair["worker"].join(10)

    assert pair["worker"].exitcode == 0
    done = errands_done(databases, network)
    assert 3 <= len(done) < len(errands)
    # Whatever the world was asked for is written down: nothing was broken off.
    assert {str(one) for one in done} == {str(one) for one in errands if world.calls[str(one)]}


def test_a_connection_that_is_cut_does_not_hide_a_notification(own, settings, databases, network, world):
    """Heard through the connection, not found by the sweep: the bell's clock is not running."""
    bell = cast.create_bell(own, listeners={"chaos": cast.chaos}, kinds=cast.performers(world.url))
    [ear] = [one for one in bell._ears if one.name == "ear billing"]
    ear.start()
    wait_until(lambda: bell.rings.take(0) == [("atoll.advance", "chaos", "billing")])
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'atoll bell'"
    address = owner_url(settings, "billing").set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(cut)
    publish(databases["billing"], network, "said while nobody listened")

    wait_until(lambda: bell.rings.take(0) == [("atoll.advance", "chaos", "billing")])
    wait_until(lambda: ear.is_listening)
    errand_id = new_errand(databases["billing"], network)
    wait_until(lambda: ("atoll.perform", "chaos", str(errand_id)) in bell.rings.take(0))
    bell.stop()
    ear.join(5)
    assert not ear.is_alive()


def test_started_while_redis_is_away_they_wait_for_it(own, world, broker, tmp_path):
    broker.kill()
    started = [fork(run, own, world.url, log=tmp_path / "log") for run in (cast.run_worker, cast.run_bell)]
    for offset in (6, 7):
        wait_until(lambda offset=offset: get(own.port + offset, "/healthz")[0] == 200, what="life")
        assert get(own.port + offset, "/readyz")[0] == 503
    broker.start()

    for offset in (6, 7):
        wait_until(lambda offset=offset: get(own.port + offset, "/readyz")[0] == 200, what="readiness")
    for process in started:
        process.terminate()
        process.join(10)
        assert process.exitcode == 0
