"""Whether an address is its customer's: who is asked, what a link does, and what an admin decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from time_machine import travel

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.events import (
    CustomerRegistered,
    EmailVerified,
    VerificationAsked,
    VerificationChanged,
)
from kernel.contracts.verification import VerificationEdit
from kernel.database import Database, UnitOfWork
from kernel.errors import Forbidden
from kernel.ids import new_id
from services.customers.accounts import one_time_tokens
from services.customers.accounts.link_limits import ResentTooOften
from services.customers.accounts.one_time_tokens import LinkNotValid
from services.customers.models import Account, AuditLine, Customer, Mail
from services.customers.profiles import verification
from services.customers.profiles.registration import register_customer
from services.customers.profiles.verification import NothingToVerify, masked
from tests.customers.conftest import Register, make_admin, signed_in
from tests.mailing import found_network

EMAIL = "asa@shop.example"

Found = Callable[[str], None]


@pytest.fixture
def found(database: Database, owner: Identity) -> Found:
    """Tell the customers service of the network and its policy."""

    def make(policy: str) -> None:
        found_network(database, owner, verification=policy)

    return make


@pytest.fixture
def pending(found: Found, register: Register) -> Customer:
    found("free")
    return register("Åsa", "Berg", EMAIL, verification="pending")


def enrol(database: Database, owner: Identity, **more: object) -> tuple[Customer, UnitOfWork]:
    with database.unit_of_work(owner) as uow:
        made = register_customer(uow, **{"email": EMAIL, "how": "console"} | more)
        return made, uow


def mails(database: Database, owner: Identity) -> list[Mail]:
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(Mail).order_by(Mail.created_at)))


def issue(database: Database, owner: Identity, customer: Customer) -> str:
    with database.unit_of_work(owner) as uow:
        return one_time_tokens.issue(uow, customer.account_id, "verify")


def status(database: Database, owner: Identity, customer: Customer) -> str:
    with database.unit_of_work(owner) as uow:
        return uow.get(Customer, customer.id).verification


def decide(database: Database, owner: Identity, customer: Customer, wanted: str, **more: bool) -> UnitOfWork:
    with database.unit_of_work(owner) as uow:
        verification.decide(uow, customer.id, VerificationEdit.model_validate({"status": wanted} | more))
    return uow


@pytest.mark.parametrize("policy", ["free", "always"])
def test_whoever_registers_is_asked_by_mail_under_the_policy(database, owner, found, policy):
    found(policy)

    made, uow = enrol(database, owner, locale="en")

    (mail,) = mails(database, owner)
    assert made.verification == "pending"
    assert (mail.to, mail.template, mail.link, mail.language) == (
        EMAIL,
        "verify_email",
        "verify",
        "en",
    )
    assert (mail.customer_id, mail.account_id) == (made.id, made.account_id)
    assert uow.published == [
        CustomerRegistered(customer_id=made.id, number=1, how="console", verification="pending"),
        VerificationAsked(customer_id=made.id, how="registration"),
    ]


def test_under_never_nobody_is_asked(database, owner, found):
    found("never")

    made, uow = enrol(database, owner)

    assert made.verification == "none"
    assert mails(database, owner) == []
    assert uow.published == [CustomerRegistered(customer_id=made.id, number=1, how="console")]


@pytest.mark.parametrize(
    "given", [{"how": "import"}, {"verification": "pending"}, {"verification": "verified"}]
)
def test_an_import_and_a_given_status_send_no_mail(database, owner, found, given):
    found("always")

    made, _ = enrol(database, owner, **given)

    assert made.verification == given.get("verification", "none")
    assert mails(database, owner) == []


def test_before_the_network_is_known_nobody_is_asked(database, owner):
    made, _ = enrol(database, owner)

    assert made.verification == "none"


def test_the_link_verifies_and_says_so(database, owner, pending):
    token = issue(database, owner, pending)

    with database.unit_of_work(Identity.gateway(owner.network_id)) as uow:
        shown = verification.verify(uow, token)

    assert (shown.customer_id, shown.email) == (pending.id, "a•••@shop.example")
    assert status(database, owner, pending) == "verified"
    assert uow.published == [
        VerificationChanged(customer_id=pending.id, status="verified"),
        EmailVerified(customer_id=pending.id, how="link", starts_memberships=True),
    ]
    with database.unit_of_work(owner) as read:
        line = read.session.scalars(select(AuditLine).where(AuditLine.object_id == pending.id)).one()
    assert (line.action, line.actor, line.before, line.after) == (
        "address verified by link", "gateway", {"verification": "pending"}, {"verification": "verified"},
    )  # fmt: skip
    assert token not in str(vars(line))


def test_looking_ten_times_changes_nothing(database, owner, pending):
    token = issue(database, owner, pending)

    for _ in range(10):
        with database.unit_of_work(owner) as uow:
            assert verification.look(uow, token).email == "a•••@shop.example"
        assert uow.published == []

    assert status(database, owner, pending) == "pending"
    with database.unit_of_work(owner) as uow:
        verification.verify(uow, token)


def test_fifty_who_use_it_at_once_have_one_effect(database, owner, pending):
    token = issue(database, owner, pending)

    def use(_: int) -> list[object]:
        try:
            with database.unit_of_work(owner) as uow:
                verification.verify(uow, token)
        except LinkNotValid:
            return []
        return uow.published

    with ThreadPoolExecutor(12) as together:
        published = [event for events in together.map(use, range(50)) for event in events]

    assert published == [
        VerificationChanged(customer_id=pending.id, status="verified"),
        EmailVerified(customer_id=pending.id, how="link", starts_memberships=True),
    ]


def test_whom_an_admin_has_verified_meanwhile_is_told_so_and_nothing_happens(database, owner, pending):
    token = issue(database, owner, pending)
    decide(database, owner, pending, "verified", starts_memberships=False)

    with database.unit_of_work(owner) as uow:
        assert verification.verify(uow, token).customer_id == pending.id

    assert uow.published == []


def test_an_admins_account_that_is_no_customer_has_nothing_to_verify(database, owner):
    admin = make_admin(database, owner)
    with database.unit_of_work(owner) as uow:
        token = one_time_tokens.issue(uow, admin.id, "verify")

    with pytest.raises(LinkNotValid), database.unit_of_work(owner) as uow:
        verification.verify(uow, token)


def test_a_deactivated_account_verifies_nothing(database, owner, pending):
    token = issue(database, owner, pending)
    with database.unit_of_work(owner) as uow:
        uow.get(Account, pending.account_id).is_active = False

    with pytest.raises(LinkNotValid), database.unit_of_work(owner) as uow:
        verification.verify(uow, token)

    assert status(database, owner, pending) == "pending"


def test_an_address_that_changes_while_the_link_is_used_stays_unverified(database, owner, pending):
    token = issue(database, owner, pending)
    with ThreadPoolExecutor(1) as beside, database.unit_of_work(owner) as changing:
        account = changing.get(Account, pending.account_id, lock=True)
        used = beside.submit(use_link, database, owner, token)
        wait_for_a_lock(database)
        account.email = account.email_key = "new@shop.example"
        changing.session.flush()
        changing.commit()
        with pytest.raises(LinkNotValid):
            used.result(10)

    assert status(database, owner, pending) == "pending"


def use_link(database: Database, owner: Identity, token: str) -> None:
    with database.unit_of_work(owner) as uow:
        verification.verify(uow, token)


def wait_for_a_lock(database: Database) -> None:
    """Return once somebody waits for somebody else's lock in this database."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(2000):
        with database.engine.connect() as looking:
            if looking.exec_driver_sql(waiting).scalar():
                return
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("starts", [True, False])
def test_an_admin_verifies_by_hand_and_says_whether_memberships_start(database, owner, pending, starts):
    uow = decide(database, owner, pending, "verified", starts_memberships=starts)

    assert uow.published == [
        VerificationChanged(customer_id=pending.id, status="verified"),
        EmailVerified(customer_id=pending.id, how="admin", starts_memberships=starts),
    ]
    with database.unit_of_work(owner) as read:
        line = read.session.scalars(select(AuditLine)).one()
    assert (line.action, line.before, line.after, line.details) == (
        "verification changed", {"verification": "pending"}, {"verification": "verified"},
        {"starts_memberships": starts},
    )  # fmt: skip


def test_deciding_what_is_so_already_does_nothing(database, owner, pending):
    assert decide(database, owner, pending, "pending").published == []
    assert mails(database, owner) == []


def test_an_admin_who_sets_pending_asks_the_customer(database, owner, pending):
    decide(database, owner, pending, "none")

    uow = decide(database, owner, pending, "pending")

    assert uow.published == [
        VerificationChanged(customer_id=pending.id, status="pending"),
        VerificationAsked(customer_id=pending.id, how="admin"),
    ]
    assert len(mails(database, owner)) == 1


@pytest.mark.parametrize("resend", [verification.resend, verification.resend_to_oneself])
def test_five_links_an_hour_are_sent_and_then_it_is_said_when_again(database, owner, pending, resend):
    begun = clock.now()

    def resend_after(minutes: int) -> None:
        with travel(begun + timedelta(minutes=minutes), tick=False), database.unit_of_work(owner) as uow:
            resend(uow, pending.id)

    for minute in range(5):
        resend_after(minute)
    with pytest.raises(ResentTooOften, match="The next one can be sent in 50 minutes") as refused:
        resend_after(10)
    resend_after(61)

    assert refused.value.retry_after == 50 * 60
    assert len(mails(database, owner)) == 6


def test_the_admins_links_do_not_count_for_the_customer(database, owner, pending):
    for resend in (*[verification.resend] * 5, *[verification.resend_to_oneself] * 5):
        with database.unit_of_work(owner) as uow:
            resend(uow, pending.id)

    assert len(mails(database, owner)) == 10


@pytest.mark.parametrize(
    ("resend", "act"),
    [
        (verification.resend, "verification resent"),
        (verification.resend_to_oneself, "verification asked for"),
    ],
)
def test_each_resending_is_in_the_audit_log(database, owner, pending, resend, act):
    with database.unit_of_work(owner) as uow:
        resend(uow, pending.id)

    with database.unit_of_work(owner) as uow:
        lines = uow.session.execute(select(AuditLine.action, AuditLine.object_id)).all()
    assert lines == [(act, pending.id)]


def test_ten_who_resend_at_once_send_five(database, owner, pending):
    def resend(_: int) -> bool:
        try:
            with database.unit_of_work(owner) as uow:
                verification.resend(uow, pending.id)
        except ResentTooOften:
            return False
        return True

    with ThreadPoolExecutor(10) as together:
        assert sum(together.map(resend, range(10))) == 5

    assert len(mails(database, owner)) == 5


@pytest.mark.parametrize("verified", ["none", "verified"])
def test_who_is_not_waiting_is_not_written_to(database, owner, found, register, verified):
    found("free")
    customer = register("Åsa", verification=verified)

    for resend in (verification.resend, verification.resend_to_oneself):
        with pytest.raises(NothingToVerify), database.unit_of_work(owner) as uow:
            resend(uow, customer.id)


def test_who_is_no_customer_has_no_verification(database, owner):
    with pytest.raises(Forbidden), database.unit_of_work(owner) as uow:
        verification.own(uow, None)


@pytest.mark.parametrize(
    ("policy", "before", "after"),
    [("always", "verified", "pending"), ("free", "none", "pending"), ("never", "verified", "none")],
)
def test_a_new_address_starts_the_verification_again(  # noqa: PLR0917 - fixtures and cases
    database, owner, found, register, policy, before, after
):
    found(policy)
    customer = register("Åsa", verification=before)

    with database.unit_of_work(owner) as uow:
        known = uow.get(Customer, customer.id, lock=True)
        verification.start_again(uow, known, uow.get(Account, known.account_id))

    assert status(database, owner, customer) == after
    asked = [VerificationAsked(customer_id=customer.id, how="change")] if after == "pending" else []
    assert uow.published == [VerificationChanged(customer_id=customer.id, status=after), *asked]
    assert len(mails(database, owner)) == len(asked)


@pytest.mark.parametrize(
    ("email", "expected"),
    [("asa.berg@shop.example", "a•••@shop.example"), ("a@shop.example", "•••@shop.example")],
)
def test_an_address_is_shown_in_part(email, expected):
    assert masked(email) == expected


def test_another_networks_customer_is_not_found(database, owner, pending, call):
    elsewhere = Identity(new_id(), "command", owner.permissions)
    stranger = signed_in(make_admin(database, elsewhere))
    own = f"/v1/customers/{pending.id}/verification"

    assert call(stranger, "PUT", own, json={"status": "verified"}).status_code == 404
    assert call(stranger, "POST", f"{own}/resend").status_code == 404

    assert status(database, owner, pending) == "pending"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"/v1/customers/{UUID(int=1)}/verification"),
        ("POST", f"/v1/customers/{UUID(int=1)}/verification/resend"),
        ("POST", "/v1/verifications"),
        ("POST", "/v1/verifications/looks"),
        ("POST", "/v1/verifications/requests"),
        ("GET", "/v1/own/verification"),
        ("POST", "/v1/own/verification/resend"),
    ],
)
def test_each_route_asks_for_its_permission(database, owner, call, method, path):
    viewer = signed_in(make_admin(database, owner, "auditor"))

    assert call(viewer, method, path, json={}).status_code == 403
