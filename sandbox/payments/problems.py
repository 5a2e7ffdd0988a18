"""A request that is refused, as Stripe says it."""

from typing import Any


class Refused(Exception):
    """Answered with an error; ``is_kept``: what was written on the way stays, and the answer to its key."""

    def __init__(self, message: str, *, status: int = 400, is_kept: bool = False, **more: Any) -> None:
        super().__init__(message)
        self.status, self.is_kept = status, is_kept
        kind = {402: "card_error", 500: "api_error"}.get(status, "invalid_request_error")
        self.body: dict[str, Any] = {"error": {"type": kind, "message": message, **more}}


def missing(kind: str, name: str) -> Refused:
    """Return the refusal of a name that nothing has."""
    return Refused(f"No such {kind}: '{name}'", status=404, code="resource_missing", param="id")
