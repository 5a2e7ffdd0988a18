"""Reads the nested forms of Stripe's protocol: ``metadata[payment]=42&expand[0]=customer``."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.payments.problems import Refused

PART = re.compile(r"\[([^\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the form as dictionaries and lists."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        first, *rest = name.split("[")[0], *PART.findall(name)
        here = tree
        for part, after in zip([first, *rest], rest, strict=False):
            here = here.setdefault(part, {})
            if not isinstance(here, dict):
                raise Refused(f"Invalid {name} with {after}.")
        last = rest[-1] if rest else first
        here[str(len(here)) if last == "" else last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    parts = {name: _with_lists(part) for name, part in value.items()}
    if parts and all(name.isdigit() for name in parts):
        return [parts[name] for name in sorted(parts, key=int)]
    return parts


class Form:
    """The parameters of one request. Names that nobody asked for are refused, as Stripe does."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values, self._asked = values, {"expand"}

    def text(self, name: str, default: str = "") -> str:
        value = self._get(name)
        if value is not None and not isinstance(value, str):
            raise Refused(f"Invalid string: {name}", param=name)
        return value or default

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Refused(f"Missing required param: {name}.", code="parameter_missing", param=name)
        return value

    def number(self, name: str) -> int:
        value = self.needed(name)
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        return int(value)

    def flag(self, name: str) -> bool:
        return self.text(name) == "true"

    def part(self, name: str) -> "Form":
        value = self._get(name)
        return Form(value if isinstance(value, dict) else {})

    def mapping(self, name: str) -> dict[str, str]:
        value = self._get(name)
        return {key: str(text) for key, text in value.items()} if isinstance(value, dict) else {}

    def each(self, name: str) -> list["Form"]:
        value = self._get(name)
        return [Form(one) for one in value] if isinstance(value, list) else []

    def refuse_unknown(self) -> None:
        """Raise Refused for a name that was never asked for."""
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            raise Refused(
                f"Received unknown parameter: {unknown[0]}", code="parameter_unknown", param=unknown[0]
            )

    def _get(self, name: str) -> Any:
        self._asked.add(name)
        return self._values.get(name)
