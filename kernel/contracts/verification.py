"""What is said and asked about whether an e-mail address is confirmed."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.customers import Verification


class VerificationEdit(Contract):
    """``PUT /v1/customers/<id>/verification``: an admin decides by hand.

    ``starts_memberships``: whether, once verified, the memberships that waited for it start now.
    """

    status: Verification
    starts_memberships: bool = True


class LinkToken(Contract):
    """The secret of a link that came by mail; in a body, so that no address and no log holds it."""

    token: Annotated[str, Field(max_length=200)]


class AddressShown(Contract):
    """``POST /v1/verifications/looks``: whose link it is, as far as whoever has it may see: ``a•••@b.se``."""

    email: str


class AddressVerified(AddressShown):
    """``POST /v1/verifications``: the address is confirmed."""

    customer_id: UUID


class LinkAsked(Contract):
    """``POST /v1/verifications/requests``: somebody wants a new link; the answer is the same for all."""

    email: Annotated[str, Field(max_length=320)]


class OwnVerification(Contract):
    """``GET /v1/own/verification``: how the asking customer's own address stands."""

    status: Verification
    email: str


def waits(policy: str | None, status: str | None, *, is_free: bool) -> bool:
    """Whether a membership, or a site under it, has to wait: the one rule of both services.

    ``policy`` is the network's, ``status`` the customer's; None is what nobody has told the asker yet.
    """
    if policy == "never" or (policy == "free" and not is_free):
        return False
    return status not in {"none", "verified"}
