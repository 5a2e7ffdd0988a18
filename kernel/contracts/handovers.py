"""Handing a customer over to another sign-in: the order, what would change, and what was ended."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.access import Role
from kernel.contracts.common import Contract
from kernel.contracts.credentials import AccessEnded, ForcedSignIn
from kernel.contracts.customers import Verification

Name = Annotated[str, Field(max_length=200)]


class HandoverOrder(Contract):
    """``POST /v1/customers/<id>/handovers``: who signs in as the customer from now on.

    A new account with the names; or the one that has the address already, if ``attaches``: it must be
    nobody's customer, and takes ``network.settings`` to be told of. ``seen`` is the account from which the
    caller takes the customer; None when he does not care.
    """

    email: Annotated[str, Field(max_length=320)]
    first_name: Name = ""
    last_name: Name = ""
    attaches: bool = False
    seen: UUID | None = None


class Party(Contract):
    """An account before or after; ``role`` when it is an admin's too."""

    email: str
    name: str
    role: Role | None


class HandoverOutlook(Contract):
    """``POST /v1/customers/<id>/handovers/looks``: what would change; nothing does.

    ``former_stays``: the former account is an admin's and goes on as one; otherwise it is deleted with its
    ``sign_ins``. ``gets_link``: the new one has no password and is sent a link to choose one.
    """

    account_id: UUID
    former: Party
    former_stays: bool
    sign_ins: int
    next: Party
    is_new: bool
    gets_link: bool
    verification: Verification


class HandedOver(Contract):
    """Whose the customer is now. ``ended`` is None when it was so already: nothing has changed."""

    account_id: UUID
    former_account_id: UUID | None = None
    ended: AccessEnded | None = None


class Handover(Contract):
    """``POST /api/v1/customers/<id>/handovers``: the same, with what was ended elsewhere counted too."""

    account_id: UUID
    former_account_id: UUID | None
    ended: ForcedSignIn | None
