"""The JSON of every event is a promise: it is held against a golden file."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import ValidationError

from kernel.contracts import events
from kernel.contracts.billing import Period
from kernel.contracts.billing_settings import BillingRules
from kernel.contracts.money import Money
from kernel.contracts.products import ProductLimits, ProductPrice, ProductTerms
from kernel.contracts.site_terms import SiteTerms
from kernel.contracts.sites import NetworkSettings

GOLDEN = Path(__file__).parent / "golden"
KINDS = list(get_args(events.Event))
TERMS = ProductTerms(
    name="text",
    limits=ProductLimits(sites=3, storage=500),
    prices=(ProductPrice(currency="SEK", amount=12050, period=Period(length=1, unit="month")),),
)


def sample(kind: type[events.Happened]) -> events.Happened:
    """An event with a plain value in each field."""
    return kind(**{name: value_of(field.annotation) for name, field in kind.model_fields.items()})


def value_of(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        return value_of(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    plain = {
        UUID: UUID("01900000-0000-7000-8000-000000000001"),
        str: "text",
        int: 1,
        bool: True,
        date: date(2026, 5, 1),
        datetime: datetime(2026, 5, 1, 12, 0, tzinfo=UTC),
        Money: Money(amount=12050, currency="SEK"),
        list[str]: ["email"],
        list[int]: [1],
        list[UUID]: [UUID("01900000-0000-7000-8000-000000000001")],
        list[Money]: [Money(amount=12050, currency="SEK")],
        dict[str, str]: {"number": "1"},
        dict[str, object]: {"name": "text"},
        tuple[str, ...]: ("text",),
        ProductTerms: TERMS,
        ProductLimits: TERMS.limits,
        BillingRules: BillingRules(),
        SiteTerms: SiteTerms(title="text", type="regular"),
        NetworkSettings: NetworkSettings(name="text", locale="en", time_zone="UTC"),
    }
    return plain[annotation]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_is_written_as_it_always_was(kind):
    golden = json.loads((GOLDEN / f"{kind.__name__}.json").read_text())

    assert sample(kind).model_dump(mode="json") == golden


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_that_was_written_can_be_read_back(kind):
    golden = json.loads((GOLDEN / f"{kind.__name__}.json").read_text())

    assert events.EVENT.validate_python(golden) == sample(kind)


def test_there_is_no_golden_file_of_an_event_that_is_gone():
    assert {path.stem for path in GOLDEN.glob("*.json")} == {kind.__name__ for kind in KINDS}


def test_every_event_has_a_type_of_its_own():
    types = [kind.model_fields["type"].default for kind in KINDS]

    assert len(set(types)) == len(types)


def test_an_unknown_event_is_refused():
    with pytest.raises(ValidationError, match=r"payment\.vanished"):
        events.EVENT.validate_python({"type": "payment.vanished"})


def test_money_of_two_currencies_is_never_added():
    with pytest.raises(ValueError, match="EUR cannot be added to SEK"):
        Money(amount=1, currency="SEK") + Money(amount=1, currency="EUR")
