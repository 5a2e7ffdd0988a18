"""Every event has a sentence in both languages, and a look."""

import json
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

from gateway.sentences import LOOKS, SENTENCES, line_of
from gateway.words import install_words
from kernel import clock
from kernel.contracts.customers import TimelineEntry
from kernel.contracts.events import Event
from kernel.ids import new_id

GOLDEN = Path(__file__).parent.parent / "contracts" / "golden"
EVENTS = get_args(Event)
IN_NO_TIMELINE_OF_A_CUSTOMER = {
    "network.created", "network.settings_changed",
}  # fmt: skip


def entry(facts: dict[str, object]) -> TimelineEntry:
    return TimelineEntry(
        id=new_id(), at=clock.now(), type=str(facts["type"]), actor="command", actor_name="", facts=facts
    )


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("gateway", root_path="gateway")
    install_words(made)
    return made


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_has_a_sentence_of_its_own_in_each_language(app: Flask, event: type):
    golden = json.loads((GOLDEN / f"{event.__name__}.json").read_text())
    facts = golden.get("event", golden)
    said = {}
    for language in ("en", "sv"):
        with app.test_request_context(headers={"Accept-Language": language}):
            said[language] = line_of(entry(facts)).sentence

    assert said["en"] != said["sv"]
    assert not any("%(" in sentence or sentence == facts["type"] for sentence in said.values())


def test_no_event_is_without_a_sentence_or_a_look():
    types = {event.model_fields["type"].default for event in EVENTS}

    assert set(SENTENCES) == set(EVENTS)
    assert set(LOOKS) == types - IN_NO_TIMELINE_OF_A_CUSTOMER


def test_an_event_of_a_later_release_is_shown_by_its_type(app: Flask):
    with app.test_request_context():
        line = line_of(entry({"type": "moon.landed"}))

    assert (line.sentence, line.link) == ("moon.landed", None)


def test_a_payment_leads_to_its_page(app: Flask):
    facts = json.loads((GOLDEN / "PaymentFailed.json").read_text())
    facts = facts.get("event", facts)

    with app.test_request_context():
        assert line_of(entry(facts)).link == f"/payments/{facts['payment_id']}"
