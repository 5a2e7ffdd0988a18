"""The second factor: codes are good once and for a moment, and nobody is in before the second step."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from time_machine import Traveller, travel

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.access import ROLES, SITE_OWNER
from kernel.contracts.customers import Standing
from kernel.contracts.events import RecoveryCodeUsed, SecondFactorChanged
from kernel.contracts.second_factors import Challenge, SecondStep
from kernel.database import Database
from kernel.errors import Forbidden, NotFound, Unauthenticated
from kernel.ids import new_id
from kernel.log import EventRow
from kernel.sealing import SealBroken, Sealer
from kernel.visiting import NotOnAVisit
from services.customers.accounts import admins, factors, second_factors
from services.customers.accounts.admins import NotOnOneself, OwnersOnly
from services.customers.accounts.confirmation import SessionEnded, confirm
from services.customers.accounts.oneself import AccountResting, WrongPassword
from services.customers.accounts.second_factors import AlreadyOn, NoFactor, NotBegun, WrongFirstCode
from services.customers.models import (
    Account,
    AuditLine,
    Mail,
    Network,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
    SignInChallenge,
)
from services.customers.queries.sign_ins import latest_sign_ins
from services.customers.sign_ins import second_step as second_steps
from services.customers.sign_ins.first_step import WrongCredentials, authenticate
from services.customers.sign_ins.second_step import ChallengeNotValid, WrongCode
from tests.customers.conftest import PASSWORD, Register, credentials, make_admin, signed_in
from tests.customers.test_admins import at_once, audit_lines

START = datetime(2026, 5, 1, 12, 0, 15, tzinfo=UTC)  # in the middle of a step of 30 seconds


@pytest.fixture(autouse=True)
def time() -> Iterator[Traveller]:
    with travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sealer(settings: Settings) -> Sealer:
    return Sealer(settings)


@pytest.fixture(autouse=True)
def known_network(database: Database, owner: Identity) -> None:
    with database.unit_of_work(owner) as uow:
        uow.add(Network(slug=f"n{owner.network_id.hex[-10:]}", currency="SEK", name="Nordljus"))


@pytest.fixture
def ada(database: Database, owner: Identity) -> Account:
    return make_admin(database, owner, "owner", "Ada")


def fresh(database: Database, account: Account) -> Identity:
    """Return the account as it is signed in now."""
    with database.unit_of_work(Identity.command(account.network_id)) as uow:
        return signed_in(uow.get(Account, account.id))


class App:
    """A phone with an app that has the account's secret, and the codes on paper."""

    def __init__(self, database: Database, account: Account, sealer: Sealer) -> None:
        self.database, self.account, self.sealer = database, account, sealer
        second_factors.begin(database, signed_in(account), PASSWORD, sealer)
        with database.unit_of_work(signed_in(account)) as uow:
            self.secret = second_factors.begun_secret(uow, sealer).secret
        with database.unit_of_work(signed_in(account)) as uow:
            self.codes = second_factors.confirm_first_code(uow, self.code(-1), sealer).codes

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of so many steps later."""
        at = datetime.now(UTC) + timedelta(seconds=30 * steps)
        return pyotp.TOTP(self.secret).at(at)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222") if code not in near)


@pytest.fixture
def app(database: Database, ada: Account, sealer: Sealer) -> App:
    return App(database, ada, sealer)


@dataclass(frozen=True)
class Door:
    """Where people sign in."""

    database: Database
    gateway: Identity
    sealer: Sealer

    def password(self, email: str, **more: object) -> Standing | Challenge:
        return authenticate(self.database, self.gateway, credentials(email, **more))

    def first(self, account: Account, **more: object) -> Challenge:
        answer = self.password(account.email, **more)
        assert isinstance(answer, Challenge)
        return answer

    def second(self, challenge: Challenge, code: str) -> Standing:
        step = SecondStep(token=challenge.token, code=code, ip="130.242.1.1")
        return second_steps.authenticate(self.database, self.gateway, step, self.sealer)


@pytest.fixture
def door(database: Database, owner: Identity, sealer: Sealer) -> Door:
    return Door(database, Identity.gateway(owner.network_id), sealer)


def attempts(database: Database, owner: Identity) -> list[bool]:
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(SignInAttempt.succeeded).order_by(SignInAttempt.id)))


def test_the_right_password_alone_lets_nobody_in(database, owner, door, ada, app):
    challenge = door.first(ada)

    assert challenge.expires_at == START + timedelta(minutes=5)
    assert attempts(database, owner) == [False]


def test_the_code_after_the_password_lets_in(database, owner, door, ada, app):
    challenge = door.first(ada)

    standing = door.second(challenge, app.code())

    assert (standing.account_id, standing.role) == (ada.id, "owner")
    assert attempts(database, owner) == [True]


@pytest.mark.parametrize(
    "written", ["{0}{1}{2} {3}{4}{5}", " {0}{1}{2}-{3}{4}{5} "], ids=["with a space", "with a hyphen"]
)
def test_a_code_is_read_however_it_is_typed(door, ada, app, *, written: str):
    challenge = door.first(ada)

    assert door.second(challenge, written.format(*app.code()))


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_one_step_early_or_late(door, ada, app, time, *, steps, is_good):
    time.shift(300)  # the code that set the factor up is long ago
    challenge = door.first(ada)

    if is_good:
        assert door.second(challenge, app.code(steps))
    else:
        with pytest.raises(WrongCode):
            door.second(challenge, app.code(steps))


def test_a_code_that_was_used_opens_nothing_again(door, ada, app):
    seen = app.code()
    door.second(door.first(ada), seen)

    with pytest.raises(WrongCode):
        door.second(door.first(ada), seen)


def test_an_older_code_opens_nothing_after_a_newer_one(door, ada, app, time):
    time.shift(300)
    door.second(door.first(ada), app.code(1))

    for steps in (-1, 0, 1):
        with pytest.raises(WrongCode):
            door.second(door.first(ada), app.code(steps))


def test_the_code_that_set_the_factor_up_does_not_sign_in(door, ada, app):
    with pytest.raises(WrongCode):
        door.second(door.first(ada), app.code(-1))


def test_of_two_browsers_with_one_code_one_gets_in(door, ada, app):
    challenges = [door.first(ada) for _ in range(2)]

    refused = at_once(*(lambda one=one: door.second(one, app.code()) for one in challenges))

    assert sorted(type(one).__name__ for one in refused) == ["NoneType", "WrongCode"]


def test_a_challenge_is_good_once(door, ada, app):
    challenge = door.first(ada)
    door.second(challenge, app.code())

    with pytest.raises(ChallengeNotValid):
        door.second(challenge, app.code(1))


def test_a_wrong_code_can_be_corrected(database, owner, door, ada, app):
    challenge = door.first(ada)

    with pytest.raises(WrongCode):
        door.second(challenge, app.wrong())

    assert door.second(challenge, app.code())
    assert attempts(database, owner) == [False, True]


def test_a_right_password_without_the_right_code_stands_in_the_history(database, owner, door, ada, app):
    challenge = door.first(ada)
    begun = history(database, owner, ada)
    with pytest.raises(WrongCode):
        door.second(challenge, app.wrong())
    failed = history(database, owner, ada)

    door.second(challenge, app.code())

    assert begun == [(False, True)]
    assert failed == [(False, True), (False, True)]
    assert history(database, owner, ada) == [(True, False), (False, True)]


def history(database: Database, owner: Identity, account: Account) -> list[tuple[bool, bool]]:
    with database.unit_of_work(owner) as uow:
        found = latest_sign_ins(uow, account.id)
        return [(attempt.succeeded, attempt.lacks_code) for attempt in found]


def test_a_challenge_is_good_for_five_minutes(database, *, owner, door, ada, app, time):
    challenge = door.first(ada)
    time.shift(299)
    late = door.first(ada)
    time.shift(2)

    with pytest.raises(ChallengeNotValid):
        door.second(challenge, app.code())
    assert door.second(late, app.code())
    door.first(ada)
    with database.unit_of_work(owner) as uow:
        assert len(uow.session.scalars(select(SignInChallenge)).all()) == 1


@pytest.mark.parametrize("token", ["", "x", "x" * 200])
def test_a_made_up_challenge_is_none(door, app, *, token: str):
    with pytest.raises(ChallengeNotValid):
        door.second(Challenge(token=token, expires_at=START), app.code())


def test_another_networks_challenge_is_none(door, ada, app):
    challenge = door.first(ada)

    with pytest.raises(ChallengeNotValid):
        replace(door, gateway=Identity.gateway(new_id())).second(challenge, app.code())


@pytest.mark.parametrize("change", ["epoch", "is_active", "role"])
def test_what_happened_to_the_account_meanwhile_counts(database, owner, door, ada, app, *, change):
    challenge = door.first(ada)
    with database.unit_of_work(owner) as uow:
        setattr(uow.get(Account, ada.id), change, {"epoch": 9, "is_active": False, "role": None}[change])

    with pytest.raises(Unauthenticated):
        door.second(challenge, app.code())
    assert attempts(database, owner) in ([], [False])


def test_ten_wrong_codes_lock_the_account_and_the_right_one_with_it(door, ada, app, time):
    challenge = door.first(ada)
    for _ in range(10):
        with pytest.raises(WrongCode) as wrong:
            door.second(challenge, app.wrong())

    with pytest.raises(WrongCode) as locked:
        door.second(challenge, app.code())
    with pytest.raises(WrongCredentials):
        door.password(ada.email)

    assert str(locked.value) == str(wrong.value)
    time.shift(601)
    assert door.second(door.first(ada), app.code())


def test_the_password_typed_anew_forgives_no_wrong_code(door, ada, app):
    """Else somebody with the password could try codes for ever."""
    for _ in range(10):
        with pytest.raises(WrongCode):
            door.second(door.first(ada), app.wrong())

    with pytest.raises(WrongCredentials):
        door.password(ada.email)


def test_a_recovery_code_lets_in_once_and_tells(database, owner, door, ada, app):
    code = app.codes[3]

    assert door.second(door.first(ada), code.upper())
    with pytest.raises(WrongCode):
        door.second(door.first(ada), code)

    assert door.second(door.first(ada), app.codes[4])
    with database.unit_of_work(owner) as uow:
        told = [
            row.payload
            for row in uow.session.scalars(
                select(EventRow)
                .where(EventRow.type == "account.recovery_code_used")
                .order_by(EventRow.position)
            )
        ]
    assert [one["left"] for one in told] == [9, 8]
    assert RecoveryCodeUsed.model_validate(told[0]).account_id == ada.id


def test_of_two_browsers_with_one_recovery_code_one_gets_in(door, ada, app):
    challenges = [door.first(ada) for _ in range(2)]

    refused = at_once(*(lambda one=one: door.second(one, app.codes[0]) for one in challenges))

    assert sorted(type(one).__name__ for one in refused) == ["NoneType", "WrongCode"]


def test_new_recovery_codes_void_the_old_ones(database, door, ada, app, sealer):
    made = second_factors.renew_codes(database, fresh(database, ada), PASSWORD, sealer)

    assert len(set(made.codes)) == 10
    assert not set(made.codes) & set(app.codes)
    with pytest.raises(WrongCode):
        door.second(door.first(ada), app.codes[0])
    assert door.second(door.first(ada), made.codes[0])


def test_nothing_kept_tells_the_secret_or_a_code(database, owner, app):
    with database.unit_of_work(owner) as uow:
        factor = uow.session.scalars(select(SecondFactor)).one()
        hashes = uow.session.scalars(select(RecoveryCode.code_hash)).all()
        lines = [
            str((line.before, line.after, line.details)) for line in uow.session.scalars(select(AuditLine))
        ]
        mails = [mail.text for mail in uow.session.scalars(select(Mail))]

    kept = "".join([factor.secret, *hashes, *lines, *mails])
    assert app.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in app.codes)


def test_a_factor_sealed_with_another_key_opens_nothing(door, ada, app, settings):
    other = Sealer(settings.model_copy(update={"secret_key": SecretStr("another")}))

    with pytest.raises(SealBroken):
        replace(door, sealer=other).second(door.first(ada), app.code())


def test_the_site_door_asks_for_it_too(database, owner, door, sealer, register: Register):
    customer = register("Åsa", "Berg")
    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)
        account.role = "support"
    app = App(database, account, sealer)

    challenge = door.first(account, door="site", customer_id=customer.id)

    assert door.second(challenge, app.code()).customer_id == customer.id


def test_setting_up_takes_the_password_and_the_first_code(database, ada, sealer):
    with pytest.raises(WrongPassword) as refusal:
        second_factors.begin(database, signed_in(ada), "wrong", sealer)
    assert list(refusal.value.fields) == ["password"]
    with pytest.raises(NotBegun), database.unit_of_work(signed_in(ada)) as uow:
        second_factors.begun_secret(uow, sealer)

    second_factors.begin(database, signed_in(ada), PASSWORD, sealer)

    with database.unit_of_work(signed_in(ada)) as uow:
        assert second_factors.state(uow).is_begun
        assert second_factors.begun_secret(uow, sealer).uri.startswith(
            "otpauth://totp/Nordljus:owner.ada%40office.example?"
        )
    for typed in ("000000", "", "abcdefghij", "x" * 90):
        with pytest.raises(WrongFirstCode), database.unit_of_work(signed_in(ada)) as uow:
            second_factors.confirm_first_code(uow, typed, sealer)


def test_a_factor_that_was_only_begun_is_asked_of_nobody(database, door, ada, sealer):
    second_factors.begin(database, signed_in(ada), PASSWORD, sealer)

    assert isinstance(door.password(ada.email), Standing)


def test_what_was_begun_is_forgotten_after_half_an_hour(database, ada, sealer, time):
    second_factors.begin(database, signed_in(ada), PASSWORD, sealer)
    time.shift(30 * 60 + 1)

    with pytest.raises(NotBegun), database.unit_of_work(signed_in(ada)) as uow:
        second_factors.begun_secret(uow, sealer)


def test_setting_up_ends_other_sessions_tells_and_writes(database, owner, ada, app):
    with pytest.raises(SessionEnded), database.unit_of_work(signed_in(ada)) as uow:
        confirm(uow)

    line = audit_lines(database, owner, ada.id)[-1]
    assert (line.action, line.before, line.after) == (
        "second factor set up",
        {"second_factor": False},
        {"second_factor": True},
    )
    with database.unit_of_work(owner) as uow:
        assert [mail.template for mail in uow.session.scalars(select(Mail))] == ["second_factor_on"]
        told = uow.session.scalars(
            select(EventRow).where(EventRow.type == "account.second_factor_changed")
        ).one()
        assert SecondFactorChanged.model_validate(told.payload).is_on


def test_a_second_one_is_not_set_up_beside_the_first(database, door, ada, app, sealer):
    with pytest.raises(AlreadyOn):
        second_factors.begin(database, fresh(database, ada), PASSWORD, sealer)

    assert door.second(door.first(ada), app.code())


def test_taking_it_off_takes_the_password_ends_sessions_and_writes(database, owner, door, ada, app):
    before = fresh(database, ada)
    with pytest.raises(WrongPassword):
        second_factors.remove(database, before, "wrong")
    assert isinstance(door.password(ada.email), Challenge)

    standing = second_factors.remove(database, before, PASSWORD)

    assert standing.epoch == before.epoch + 1
    assert isinstance(door.password(ada.email), Standing)
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(RecoveryCode)).all() == []
        assert [mail.template for mail in uow.session.scalars(select(Mail).order_by(Mail.id))] == [
            "second_factor_on",
            "second_factor_off",
        ]


def test_passwords_cannot_be_tried_from_inside_either(database, door, ada, sealer):
    for _ in range(10):
        with pytest.raises(WrongPassword):
            second_factors.begin(database, signed_in(ada), "wrong", sealer)

    with pytest.raises(AccountResting):
        second_factors.begin(database, signed_in(ada), PASSWORD, sealer)
    with pytest.raises(WrongCredentials):
        door.password(ada.email)


@pytest.mark.parametrize("role", ROLES)
def test_only_an_owner_takes_it_off_somebody_else(database, owner, door, ada, app, *, role):
    actor = make_admin(database, owner, role, "Bea")

    def take_off() -> None:
        with database.unit_of_work(signed_in(actor)) as uow:
            admins.take_off_second_factor(uow, ada.id)

    if role == "owner":
        before = fresh(database, ada)
        take_off()
        assert isinstance(door.password(ada.email), Standing)
        with pytest.raises(SessionEnded), database.unit_of_work(before) as uow:
            confirm(uow)
        line = audit_lines(database, owner, ada.id)[-1]
        assert (line.action, line.actor) == ("second factor taken off", f"account:{actor.id}")
        with database.unit_of_work(owner) as uow:
            assert "second_factor_reset" in uow.session.scalars(select(Mail.template)).all()
    else:
        with pytest.raises(Forbidden):
            take_off()
        assert isinstance(door.password(ada.email), Challenge)


def test_no_key_takes_it_off_however_much_it_may(database, owner, ada, app):
    with pytest.raises(OwnersOnly), database.unit_of_work(owner) as uow:
        admins.take_off_second_factor(uow, ada.id)


def test_an_owner_takes_off_his_own_with_his_password_alone(database, ada, app):
    with pytest.raises(NotOnOneself), database.unit_of_work(fresh(database, ada)) as uow:
        admins.take_off_second_factor(uow, ada.id)


def test_what_is_not_there_cannot_be_taken_off(database, owner, ada):
    bo = make_admin(database, owner, "support", "Bo")

    with pytest.raises(NoFactor), database.unit_of_work(signed_in(ada)) as uow:
        admins.take_off_second_factor(uow, bo.id)
    with pytest.raises(NoFactor):
        second_factors.remove(database, signed_in(ada), PASSWORD)


def test_nothing_of_it_is_done_during_a_visit(database, owner, ada, sealer, register: Register):
    visited = register("Åsa")
    visit = Identity(
        owner.network_id, f"account:{visited.account_id}", SITE_OWNER,
        account_id=visited.account_id, customer_id=visited.id, impersonator=ada.id, epoch=ada.epoch,
    )  # fmt: skip

    for ask in (
        lambda: second_factors.begin(database, visit, PASSWORD, sealer),
        lambda: second_factors.renew_codes(database, visit, PASSWORD, sealer),
        lambda: second_factors.remove(database, visit, PASSWORD),
    ):
        with pytest.raises(NotOnAVisit):
            ask()
    for act in (
        second_factors.state,
        lambda uow: second_factors.begun_secret(uow, sealer),
        lambda uow: second_factors.confirm_first_code(uow, "123456", sealer),
    ):
        with pytest.raises(NotOnAVisit), database.unit_of_work(visit) as uow:
            act(uow)


def require(database: Database, owner: Identity, *, is_required: bool = True) -> None:
    with database.unit_of_work(owner) as uow:
        uow.session.scalars(select(Network)).one().requires_second_factor = is_required


def test_an_admin_who_owes_the_factor_may_nothing_but_set_it_up(database, owner, door, ada, sealer):
    require(database, owner)

    standing = door.password(ada.email)

    assert standing.must_set_up_second_factor
    assert set(standing.permissions) == SITE_OWNER
    narrow = replace(signed_in(ada), permissions=frozenset(standing.permissions))
    second_factors.begin(database, narrow, PASSWORD, sealer)
    with database.unit_of_work(narrow) as uow:
        secret = second_factors.begun_secret(uow, sealer).secret
    with database.unit_of_work(narrow) as uow:
        made = second_factors.confirm_first_code(uow, pyotp.TOTP(secret).at(START), sealer)
    assert not made.standing.must_set_up_second_factor
    assert set(made.standing.permissions) == ROLES["owner"]


def test_the_policy_ends_the_sessions_of_those_without_at_once(database, owner, ada, app):
    bo = make_admin(database, owner, "support", "Bo")
    require(database, owner)

    with database.unit_of_work(fresh(database, ada)) as uow:
        confirm(uow)
    with pytest.raises(SessionEnded), database.unit_of_work(signed_in(bo)) as uow:
        confirm(uow)
    require(database, owner, is_required=False)
    with database.unit_of_work(signed_in(bo)) as uow:
        confirm(uow)


def test_the_policy_ends_the_visits_of_those_without(database, owner, register: Register):
    bo, visited = make_admin(database, owner, "administrator", "Bo"), register("Åsa")
    visit = Identity(
        owner.network_id, f"account:{visited.account_id}", SITE_OWNER,
        account_id=visited.account_id, customer_id=visited.id, impersonator=bo.id, epoch=bo.epoch,
    )  # fmt: skip
    with database.unit_of_work(visit) as uow:
        confirm(uow)
    require(database, owner)

    with pytest.raises(SessionEnded), database.unit_of_work(visit) as uow:
        confirm(uow)


def test_the_policy_asks_nothing_of_customers(database, owner, door, register: Register):
    customer = register("Åsa")
    require(database, owner)

    standing = door.password("customer1@shop.example", door="site", customer_id=customer.id)

    assert not standing.must_set_up_second_factor


def test_a_step_is_the_one_of_its_time():
    secret = pyotp.random_base32()
    at = int(START.timestamp())
    code = factors.Code(pyotp.TOTP(secret).at(START))

    assert factors.fresh_step(secret, code, 0, at) == at // 30
    assert factors.fresh_step(secret, code, at // 30, at) is None
    assert factors.fresh_step(secret, code, 0, at + 60) is None


def test_a_stranger_is_no_account_to_ask_about(database, owner):
    with pytest.raises(Unauthenticated), database.unit_of_work(owner) as uow:
        second_factors.state(uow)
    with pytest.raises(NotFound), database.unit_of_work(replace(owner, account_id=new_id())) as uow:
        second_factors.state(uow)
