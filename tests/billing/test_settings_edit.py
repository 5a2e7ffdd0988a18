"""What the owner decides about billing: checked, versioned, told field by field; logos are made anew."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from kernel.contracts.billing_settings import LARGEST_LOGO, BillingRules, Company
from kernel.contracts.events import BillingSettingsChanged
from services.billing.invoices.issuing import invoice_of
from services.billing.invoices.logos import LogoNotValid
from services.billing.models import BillingSettings, Logo
from services.billing.settings import rules_of
from services.billing.settings_edit import (
    BillingSettingsMoved,
    BillingSettingsNotValid,
    change_logo,
    change_settings,
    show_settings,
)
from tests.billing.conftest import make_payment


def picture(kind: str = "PNG", size: tuple[int, int] = (1600, 400), **more: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, (10, 90, 60)).save(written, kind, **more)
    return written.getvalue()


def told(uow: Any) -> list[BillingSettingsChanged]:
    return [event for event in uow.published if isinstance(event, BillingSettingsChanged)]


def test_until_something_is_decided_the_defaults_hold(uow):
    shown = show_settings(uow)

    assert (shown.rules, shown.logo, shown.version) == (BillingRules(), "", 1)


def test_what_is_decided_holds_and_only_that_is_kept(uow):
    rules = BillingRules(company=Company(name=" Nordljus AB ", country="se"), grace=5)

    shown = change_settings(uow, rules, version=1)

    assert shown.version == 2
    assert (rules_of(uow).company.name, rules_of(uow).company.country) == ("Nordljus AB", "SE")
    kept = uow.session.scalar(select(BillingSettings.decided))
    assert kept == {"company": {"name": "Nordljus AB", "country": "SE"}, "grace": 5}
    assert [(one.before.grace, one.after.grace) for one in told(uow)] == [(3, 5)]


def test_the_vat_number_is_kept_as_it_is_written(uow):
    rules = BillingRules(company=Company(country="SE", vat_number="se 556036-0793 01"))

    assert change_settings(uow, rules, version=1).rules.company.vat_number == "SE556036079301"


@pytest.mark.parametrize(
    ("country", "number", "sentence"),
    [
        ("SE", "SE556036079401", "SE has no such VAT number."),
        ("DE", "12", "DE has no such VAT number."),
        ("", "556036079301", "Choose the country, or begin with its code, like SE556036079301."),
        ("US", "a!b", "A VAT number has letters and digits, at most 50 of them."),
    ],
)
def test_what_is_no_vat_number_is_refused_beside_its_field(uow, country, number, sentence):
    rules = BillingRules(grace=5, company=Company(country=country, vat_number=number))

    with pytest.raises(BillingSettingsNotValid) as refused:
        change_settings(uow, rules, version=1)

    assert dict(refused.value.fields) == {"company.vat_number": sentence}
    assert rules_of(uow) == BillingRules()


def test_a_vat_number_that_was_there_keeps_nobody_from_saving_the_rest(uow):
    company = Company(country="SE", vat_number="oklart")
    uow.add(
        BillingSettings(
            network_id=uow.network_id,
            decided={"company": company.model_dump(exclude_defaults=True)},
            logo="",
            modified_at=uow.now,
        )
    )
    uow.session.flush()

    saved = change_settings(uow, BillingRules(company=company, grace=9), version=1)
    with pytest.raises(BillingSettingsNotValid):
        change_settings(
            uow, BillingRules(company=company.model_copy(update={"country": "DE"})), version=saved.version
        )

    assert (saved.rules.company.vat_number, saved.rules.grace) == ("oklart", 9)


def test_the_same_again_changes_nothing(uow):
    assert change_settings(uow, BillingRules(), version=1).version == 1
    assert told(uow) == []


def test_who_saves_second_is_told(uow):
    change_settings(uow, BillingRules(grace=5), version=1)

    with pytest.raises(BillingSettingsMoved):
        change_settings(uow, BillingRules(grace=9), version=1)

    assert rules_of(uow).grace == 5


def test_of_two_at_once_one_is_first(opened):
    def save(grace: int) -> bool:
        try:
            with opened() as uow:
                change_settings(uow, BillingRules(grace=grace), version=1)
        except BillingSettingsMoved:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, (5, 9))) == [False, True]


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"company": Company(country="XX")}, "company.country"),
        ({"company": Company(name="a\nb")}, "company.name"),
        ({"invoice_prefix": "CN-"}, "credit_note_prefix"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(uow, rules, field):
    with pytest.raises(BillingSettingsNotValid) as refusal:
        change_settings(uow, BillingRules(**rules), version=1)

    assert set(refusal.value.fields) == {field}
    assert show_settings(uow).version == 1


def test_no_number_can_come_twice_by_another_beginning(uow, customer_id):
    make_payment(uow, customer_id)

    with pytest.raises(BillingSettingsNotValid) as refusal:
        change_settings(uow, BillingRules(invoice_prefix="F", credit_note_prefix=""), version=1)

    assert set(refusal.value.fields) == {"credit_note_prefix"}
    change_settings(uow, BillingRules(invoice_prefix="F"), version=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_made_anew_and_stands_on_new_invoices(uow, customer_id, kind):
    before = make_payment(uow, customer_id)
    content = picture(kind) + b"<script>"

    shown = change_logo(uow, content, version=1)

    after = make_payment(uow, customer_id)
    kept = uow.session.scalars(select(Logo)).one()
    with Image.open(BytesIO(kept.content)) as image:
        assert (image.format, image.size) == ("PNG", (800, 200))
    assert b"<script>" not in kept.content
    assert shown.logo == kept.id
    assert invoice_of(uow, before.id).document["logo"] == ""
    assert invoice_of(uow, after.id).document["logo"] == kept.id
    assert [(one.logo_before, one.logo_after) for one in told(uow)] == [("", kept.id)]


def test_a_logo_that_is_taken_away_stays_on_what_was_issued(uow, customer_id):
    change_logo(uow, picture(), version=1)
    payment = make_payment(uow, customer_id)

    assert change_logo(uow, None, version=2).logo == ""

    kept = uow.session.scalar(select(func.count()).select_from(Logo))
    assert (kept, bool(invoice_of(uow, payment.id).document["logo"])) == (1, True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        picture("GIF"),
        picture()[:200],
        b"x" * (LARGEST_LOGO + 1),
        picture(size=(5000, 4000)),
    ],
    ids=["empty", "text", "gif", "half", "too large", "too many pixels"],
)
def test_what_is_no_logo_is_refused(uow, content):
    with pytest.raises(LogoNotValid) as refusal:
        change_logo(uow, content, version=1)

    assert set(refusal.value.fields) == {"logo"}
    assert uow.session.scalar(select(func.count()).select_from(Logo)) == 0
