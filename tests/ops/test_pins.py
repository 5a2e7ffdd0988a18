"""What is imported is pinned, with hashes, and no line says where to fetch it from."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNS = ("kernel", "services", "gateway", "worker", "sandbox", "command")
PINS = ("requirements.txt", "requirements-dev.txt")


def imported(*folders: str) -> set[str]:
    """Return the top-level names of every module that the code in these folders imports."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | named}


def pinned(*files: str) -> set[str]:
    lines = [line for file in files for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    return {
        re.split(r"[=\[;]", line)[0].lower().replace("_", "-")
        for line in lines
        if re.match(r"[A-Za-z0-9]", line)
    }


def unpinned(folders: tuple[str, ...], files: tuple[str, ...]) -> set[str]:
    ours = {*RUNS, "bench", "tests", *sys.stdlib_module_names}
    known = packages_distributions()
    return {
        name
        for name in imported(*folders) - ours
        if not {found.lower().replace("_", "-") for found in known.get(name, [])} & pinned(*files)
    }


def test_every_library_that_the_code_imports_is_pinned() -> None:
    assert unpinned(RUNS, PINS[:1]) == set()


def test_every_library_that_the_tests_and_the_bench_import_is_pinned() -> None:
    assert unpinned(("tests", "bench"), PINS) == set()


@pytest.mark.parametrize("file", PINS)
def test_every_pin_is_exact_and_has_hashes(file: str) -> None:
    text = re.sub(r"\\\n\s*", " ", (ROOT / file).read_text(encoding="utf-8"))
    pins = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]

    assert [line for line in pins if not re.match(r"\S+==[^ ]+ .*--hash=sha256:", line)] == []


@pytest.mark.parametrize("file", [*PINS, "package-lock.json"])
def test_no_pin_says_where_it_comes_from(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    assert re.findall(r"index-url|find-links|trusted-host|\"resolved\"|file://", text) == []
