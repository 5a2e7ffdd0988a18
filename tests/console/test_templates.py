"""Rules that every template keeps."""

import re
from pathlib import Path

import pytest

GATEWAY = Path(__file__).parent.parent.parent / "gateway"
TEMPLATES = sorted((GATEWAY / "templates").rglob("*.html"))
HANDLER = re.compile(r"\son[a-z]+=", re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline_and_nothing_comes_from_another_host(template: Path):
    text = template.read_text()

    assert "style=" not in text
    assert "<style" not in text
    assert not HANDLER.search(text)
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_posts_carries_the_token(template: Path):
    forms = re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(), re.DOTALL)

    # The hand-over goes to another host, where the ticket itself is the proof.
    assert all("csrf_token()" in form or 'id="hand-over"' in form for form in forms)


def test_the_scripts_need_no_eval():
    for script in (GATEWAY / "static").glob("*.js"):
        assert "eval(" not in script.read_text()
