"""What the documents name exists: files, links, names in the code, verbs; and their examples run."""

import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from command.main import atoll

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")])
FILE = re.compile(r"`((?:bench|command|demo|docs|gateway|kernel|sandbox|services|tests|worker)/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
NAME = re.compile(r"`((?:kernel|services|gateway|worker|command)(?:\.\w+)+)`")
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)
VERB = re.compile(r"`(?:\.venv/bin/)?atoll((?: [a-z-]+)+)")


def named(pattern: re.Pattern[str]) -> list[tuple[Path, str]]:
    return [(path, found) for path in DOCUMENTS for found in pattern.findall(path.read_text("utf-8"))]


def exists(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something in one."""
    module, _, rest = name.rpartition(".")
    try:
        return hasattr(import_module(module), rest) or bool(import_module(name))
    except ModuleNotFoundError:
        return False


def verbs(group: click.Group, *before: str) -> list[tuple[str, ...]]:
    """Return the way to every verb."""
    with click.Context(group) as context:
        known = {name: group.get_command(context, name) for name in group.list_commands(context)}
    ways = [(*before, name) for name in known]
    for name, verb in known.items():
        ways += verbs(verb, *before, name) if isinstance(verb, click.Group) else []
    return ways


def test_every_file_that_is_named_is_there():
    assert [(path.name, file) for path, file in named(FILE) if not (ROOT / file).exists()] == []


def test_every_link_leads_somewhere():
    assert [(path.name, link) for path, link in named(LINK) if not (path.parent / link).exists()] == []


def test_every_name_of_the_code_is_there():
    assert [(path.name, name) for path, name in named(NAME) if not exists(name)] == []


@pytest.mark.parametrize("example", [text for _, text in named(EXAMPLE)])
def test_every_example_runs(example: str):
    exec(compile(example, "an example", "exec"), {})  # noqa: S102 - our own documents


def test_every_verb_that_is_named_is_there():
    known = {way[0] for way in verbs(atoll)}

    assert [(path.name, verb) for path, verb in named(VERB) if verb.split()[0] not in known] == []


@pytest.mark.parametrize("way", verbs(atoll), ids=" ".join)
def test_every_verb_says_what_it_does(way: tuple[str, ...]):
    asked = CliRunner().invoke(atoll, [*way, "--help"])

    assert asked.exit_code == 0
    assert asked.output.startswith(f"Usage: atoll {' '.join(way)} ")
