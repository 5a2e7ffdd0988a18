"""The values of custom fields: what is kept is read back, from a file and from JSON; nothing else is kept."""

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kernel.contracts.custom_fields import Choice, CustomField, FieldKind, FieldValue, Words
from kernel.ids import new_id
from services.customers.custom_fields.values import KEPT, ValueNotValid, kept, of_text, text_of

CHOICES = ("red", "sea_green", "blue_2")
JSON: TypeAdapter[FieldValue] = TypeAdapter(FieldValue)

ONE_LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=500)
HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,10}){1,2}", fullmatch=True)
GOOD: dict[FieldKind, st.SearchStrategy[object]] = {
    "text": ONE_LINE.filter(str.strip),
    "number": st.integers(-(10**15) + 1, 10**15 - 1)
    | st.decimals(-(10**9) + 1, 10**9 - 1, places=6).map(float)
    | st.decimals(-(10**8), 10**8, places=3).map(lambda number: format(number, "f")),
    "date": st.dates().map(str),
    "yes_no": st.booleans(),
    "choice": st.sampled_from(CHOICES),
    "choices": st.lists(st.sampled_from(CHOICES), min_size=1, max_size=5),
    "url": st.builds(
        "{}://{}{}/{}".format,
        st.sampled_from(["http", "https", "HTTPS"]),
        HOSTS,
        st.sampled_from(["", ":8080"]),
        st.from_regex(r"[a-zA-Z0-9/_.~%-]{0,60}(\?[a-z=&]{0,20})?(#[a-z]{0,9})?", fullmatch=True),
    ),
}


def field_of(kind: FieldKind) -> CustomField:
    choices = tuple(Choice(key=key, label=Words(en=key.title(), sv=f"{key}-sv")) for key in CHOICES)
    return CustomField(
        id=new_id(), version=1, key="one", kind=kind, label=Words(en="One"),
        choices=choices if kind in {"choice", "choices"} else (),
    )  # fmt: skip


def test_every_kind_has_good_values_below():
    assert set(GOOD) == set(KEPT)


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_kept_is_read_back_from_a_file_and_from_json(kind: FieldKind):
    field = field_of(kind)

    @given(GOOD[kind])
    def holds(given_value: object) -> None:
        value = kept(field, given_value)
        assert value is not None
        assert kept(field, value) == value
        assert of_text(field, text_of(field, value)) == value
        through_json = JSON.validate_python(json.loads(json.dumps(value)))
        assert (through_json, type(through_json)) == (value, type(value))

    holds()


@pytest.mark.parametrize("kind", GOOD)
def test_whatever_is_given_is_kept_the_same_twice_or_refused_with_a_sentence(kind: FieldKind):
    field = field_of(kind)
    anything = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text()
        | st.lists(st.text(max_size=9), max_size=4)
    )  # fmt: skip

    def refused_or_stable(take: Callable[[CustomField, object], FieldValue | None], one: object) -> None:
        try:
            value = take(field, one)
        except ValueNotValid:
            return
        assert kept(field, value) == value

    @given(anything, st.text(max_size=60))
    def holds(one: object, cell: str) -> None:
        refused_or_stable(kept, one)
        refused_or_stable(of_text, cell)  # type: ignore[arg-type]

    holds()


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("nothing", [None, "", " \t ", []])
def test_nothing_is_no_value(kind: FieldKind, nothing: object):
    assert kept(field_of(kind), nothing) is None
    assert text_of(field_of(kind), None) == ""


@pytest.mark.parametrize(
    ("kind", "given_value", "value"),
    [
        ("text", "  Åsa  ", "Åsa"),
        ("number", "007.50", 7.5),
        ("number", 1.0, 1),
        ("number", "-0", 0),
        ("number", 0.000001, 0.000001),
        ("date", " 2026-05-31 ", "2026-05-31"),
        ("yes_no", "true", True),
        ("choices", ["blue_2", "red", "red"], ["red", "blue_2"]),
        ("choices", "red", ["red"]),
        ("url", "HTTPS://Exempel.SE:8080/Å?q=1#x", "https://exempel.se:8080/Å?q=1#x"),
    ],
)
def test_a_value_is_kept_in_one_way(kind: FieldKind, given_value: object, value: FieldValue):
    found = kept(field_of(kind), given_value)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "given_value"),
    [
        ("text", "x" * 501), ("text", "a\nb"), ("text", "a\0b"), ("text", 5), ("text", ["a"]),
        ("number", "1,5"), ("number", "1e5"), ("number", "0x1"), ("number", "٣"), ("number", True),
        ("number", float("nan")), ("number", float("inf")), ("number", 10**15), ("number", "0.1234567"),
        ("number", "1234567890.123456"), ("number", "1" * 40 + ".5"),
        ("number", "1.000000000000000000000000000000000001"),
        ("date", "2026-02-29"), ("date", "20260531"), ("date", "31/5 2026"), ("date", "2026-W01-1"),
        ("date", 20260531),
        ("yes_no", "perhaps"), ("yes_no", 2), ("choice", "green"), ("choice", "Red"), ("choice", ["red"]),
        ("choices", ["red", "green"]), ("choices", [5]),
        ("url", "javascript:alert(1)"), ("url", "ftp://a.se"), ("url", "//a.se"), ("url", "a.se"),
        ("url", "https://"),
        ("url", "https://user:secret@a.se"), ("url", "https://a.se/a b"), ("url", "https://a.se:port/"),
        ("url", "https://[a/"), ("url", "https://a.se\\@b.se"), ("url", "https://a.se/" + "x" * 2000),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused(kind: FieldKind, given_value: object):
    with pytest.raises(ValueNotValid, match=re.compile(r"\.$")):
        kept(field_of(kind), given_value)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("number", "1 234,5", 1234.5),
        ("number", "−3", -3),
        ("yes_no", "JA", True),
        ("yes_no", "0", False),
        ("choice", "Sea_Green", "sea_green"),
        ("choice", "RED-SV", "red"),
        ("choices", "Red | blue_2", ["red", "blue_2"]),
    ],
)
def test_a_file_may_say_it_as_people_do(kind: FieldKind, cell: str, value: FieldValue):
    assert of_text(field_of(kind), cell) == value
