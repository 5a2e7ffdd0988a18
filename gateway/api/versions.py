"""Versions of what is changed by more than one: ``ETag`` out, ``If-Match`` in (RFC 9110, 8.8.3 and 13.1.1).

The tag stands for what somebody writes about a customer, not for what happens around him: a sign-in or a
payment does not change it.
"""

from typing import Protocol

from flask import request

from kernel.errors import N_, Conflict, PreconditionFailed, PreconditionMissing

CHANGED = "ChangedMeanwhile"


class Versioned(Protocol):
    """What more than one may change."""

    @property
    def version(self) -> int: ...


def tag_of(found: Versioned) -> str:
    """Return its ``ETag``."""
    return f'"{found.version}"'


def seen_versions() -> list[int] | None:
    """Return the versions that ``If-Match`` names, None for ``*``. Raises PreconditionMissing."""
    if "If-Match" not in request.headers:
        raise PreconditionMissing(
            N_("Say which version you change: send the ETag that you read in the header If-Match.")
        )
    if request.if_match.star_tag:
        return None
    return [int(tag) for tag in request.if_match.as_set() if tag.isdecimal()]


def precondition(reason: Conflict) -> PreconditionFailed:
    """Return what the caller is told when his version is no longer the present one."""
    return PreconditionFailed(reason.template, code=reason.code)
