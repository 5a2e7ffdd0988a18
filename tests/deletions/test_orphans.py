"""After a deletion no row in any of the three databases names the customer, but for those that say why."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import MetaData, String, Table, Text, Uuid, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from kernel.migrations import metadata_of
from services.customers import audit
from services.customers.models import AuditLine
from tests.deletions.people import STREET, Rich, ask, settle, standing
from tests.flows.world import Owner, World

STAYS = {
    "customers.deletions.customer_id": "says that he was deleted, by ids and a number",
    "customers.deletions.account_id": "keeps late events from being written about him",
    "customers.former_customers.customer_id": "the buyer, as bookkeeping law wants him",
    "customers.invoice_buyers.customer_id": "whom each invoice names, as bookkeeping law wants it",
    "customers.audit_log.object_id": "who deleted whom; insert only",
    "customers.events.payload": "the log of what happened: ids, never names or addresses; ends by age",
    "billing.events.payload": "the log of what happened: ids, never names or addresses; ends by age",
    "sites.events.payload": "the log of what happened: ids, never names or addresses; ends by age",
    "customers.timeline.facts": "lines about his payments and memberships, which stay",
    "billing.departed_customers.id": "nothing can be sold to him any more",
    "sites.departed_customers.id": "no site can be made for him any more",
    "billing.payments.customer_id": "bookkeeping law; leads to nobody but the buyer above",
    "billing.invoices.customer_id": "bookkeeping law; whom it was issued to, whoever has the payment now",
    "billing.memberships.customer_id": "what the payments were for; leads to nobody",
}
GIVEN_AWAY = STAYS.keys() - {"billing.payments.customer_id", "billing.memberships.customer_id"} | {
    "billing.payments.former_customer_id",  # who bought what another has now
}


def tables(service: str) -> Iterator[Table]:
    for metadata in metadata_of(service):
        assert isinstance(metadata, MetaData)
        yield from metadata.sorted_tables


def places_of(world: World, *ids: UUID) -> set[str]:
    """Return every column, of whatever table, that holds one of the ids: as such, in text or in JSON."""
    found = set()
    for service, database in world.databases.items():
        with database.unit_of_work(world.command) as uow:
            for table in tables(service):
                for column in table.columns:
                    if isinstance(column.type, Uuid):
                        named = column.in_(ids)
                    elif isinstance(column.type, (JSONB, Text, String)):
                        named = or_(*(cast(column, Text).contains(str(one)) for one in ids))
                    else:
                        continue
                    own = (
                        named & (table.c.network_id == world.network_id) if "network_id" in table.c else named
                    )
                    if uow.session.scalar(select(func.count()).select_from(table).where(own)):
                        found.add(f"{service}.{table.name}.{column.name}")
    return found


def traces_of(world: World, *words: str) -> dict[str, set[str]]:
    """Return in which tables the words stand, in any column."""
    found: dict[str, set[str]] = {word: set() for word in words}
    for service, database in world.databases.items():
        with database.unit_of_work(world.command) as uow:
            for table in tables(service):
                if "network_id" not in table.c:
                    continue
                rows = uow.session.execute(select(table).where(table.c.network_id == world.network_id))
                said = json.dumps([list(row) for row in rows], default=str, ensure_ascii=False).casefold()
                for word in words:
                    if word.casefold() in said:
                        found[word].add(f"{service}.{table.name}")
    return found


def test_the_walk_finds_a_customer_in_every_table_that_can_hold_one(world: World, rich: Rich):
    found = places_of(world, rich.owner.customer_id, rich.owner.account_id)

    assert {
        "customers.accounts.id", "customers.customers.id", "customers.customer_facts.customer_id",
        "customers.customer_words.customer_id", "customers.mails.customer_id",
        "customers.sign_ins.account_id", "customers.one_time_tokens.account_id",
        "customers.timeline_subjects.subject_id",
        "billing.memberships.customer_id", "billing.payments.customer_id", "sites.sites.customer_id",
        "sites.visits.account_id", "sites.switch_tickets.customer_id",
    } <= found  # fmt: skip


def test_with_everything_no_row_names_the_customer_but_for_those_declared(world: World, rich: Rich):
    deletion_id = ask(world, rich)

    settle(world.databases)

    assert standing(world, deletion_id).state == "done"
    assert places_of(world, rich.owner.customer_id, rich.owner.account_id) == set(STAYS)
    assert places_of(world, rich.site_id) == {"sites.events.payload", "customers.audit_log.details"}


def test_handed_over_no_row_names_the_customer_but_for_those_declared(world: World, rich: Rich, heir: Owner):
    ask(world, rich, "hand_over", heir)

    settle(world.databases)

    assert places_of(world, rich.owner.customer_id, rich.owner.account_id) == GIVEN_AWAY


@pytest.mark.parametrize("way", ["everything", "hand_over"])
def test_nothing_says_who_he_was_but_the_buyer_on_the_invoice(world: World, rich: Rich, heir: Owner, way):
    ask(world, rich, way, heir if way == "hand_over" else None)

    settle(world.databases)

    assert traces_of(world, rich.owner.email, "+46701234567", "130.242.1.1", "Ägare", STREET) == {
        rich.owner.email: set(),
        "+46701234567": set(),
        "130.242.1.1": set(),
        "Ägare": {"customers.former_customers", "customers.invoice_buyers"},
        STREET: {"customers.former_customers"},
    }


def test_the_audit_log_forgets_what_it_says_of_him_and_nothing_else(world: World, rich: Rich, heir: Owner):
    with world.databases["customers"].unit_of_work(world.command) as uow:
        for one in (rich.owner, heir):
            audit.note(uow, "customer changed", one.customer_id, after={"email": one.email}, note="secret")

    ask(world, rich)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        lines = select(AuditLine).where(AuditLine.action == "customer changed").order_by(AuditLine.id)
        told = [(line.object_id, line.after, line.details) for line in uow.session.scalars(lines)]
    assert told == [
        (rich.owner.customer_id, {}, {}),
        (heir.customer_id, {"email": heir.email}, {"note": "secret"}),
    ]


def test_nobody_forgets_in_the_audit_log_but_the_end_of_a_deletion(world: World, rich: Rich):
    deletion_id = ask(world, rich)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        audit.note(uow, "customer changed", rich.owner.customer_id, after={"email": rich.owner.email})

    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.session.execute(select(func.forget_in_audit_log(deletion_id)))

    with world.databases["customers"].unit_of_work(world.command) as uow:
        line = uow.session.scalars(select(AuditLine).where(AuditLine.action == "customer changed")).one()
    assert line.after == {"email": rich.owner.email}
