"""What an admin says about a site, and what he does with one."""

from typing import Annotated

from pydantic import Field, StringConstraints

from kernel.contracts.common import Contract
from kernel.contracts.sites import SiteType

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$", max_length=200)]


class SiteTerms(Contract):
    """What a site is called and is. ``category`` sorts templates, and is empty for other sites."""

    title: Annotated[Line, Field(min_length=1)]
    description: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    type: SiteType
    category: Line = ""


class SiteChange(Contract):
    """``PUT /v1/sites/<id>``: all the terms; ``seen`` are versions the caller knows, None: any."""

    seen: list[int] | None
    terms: SiteTerms


class SiteClosing(Contract):
    """``POST /v1/sites/<id>/deactivation``: why nobody is to see it; stands in the events."""

    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class SiteCopy(Contract):
    """``POST /v1/sites/<id>/copies``: the new site's name, the first label of its host, and title."""

    name: Annotated[str, Field(max_length=63)]
    title: Annotated[Line, Field(min_length=1)]


class SiteDeletion(Contract):
    """``POST /v1/sites/<id>/deletion``: the site's name, typed, so that nobody deletes another by mistake."""

    name: Annotated[str, Field(max_length=100)]
