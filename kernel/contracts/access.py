"""Roles, and the named permissions they hold; asked in the gateway and again in each service."""

from typing import Literal, cast

Role = Literal["owner", "administrator", "support", "finance", "auditor"]

PERMISSIONS = frozenset(
    {
        "customers.view",
        "customers.edit",
        "customers.delete",
        "customers.switch",
        "customers.act",
        "customers.credentials",
        "billing.view",
        "billing.edit",
        "billing.refund",
        "sites.view",
        "sites.edit",
        "sites.delete",
        "network.settings",
        "audit.view",
    }
)

VIEWS = frozenset({"customers.view", "billing.view", "sites.view"})

ROLES: dict[Role, frozenset[str]] = {
    "owner": PERMISSIONS,
    "administrator": PERMISSIONS - {"network.settings"},
    "support": VIEWS | {"customers.edit", "customers.switch", "customers.credentials", "sites.edit"},
    "finance": VIEWS | {"billing.edit", "billing.refund"},
    "auditor": VIEWS | {"audit.view"},
}

SITE_OWNER = frozenset({"own.view", "own.edit"})
"""What a site owner may do on his own host, and the most that an admin gets by switching to it."""

VisitMode = Literal["look", "act"]
OnAVisit = Literal["read", "act", "never"]
"""What an admin may do with a route while he is switched to a site: see it, use it if he acts, or nothing."""

VISITOR: dict[VisitMode, frozenset[str]] = {"look": frozenset({"own.view"}), "act": SITE_OWNER}
"""What an admin may do on a site he is switched to: only look, or act as its owner."""

GATEWAY = frozenset(
    {"accounts.authenticate", "hosts.resolve", "payments.pay", "tickets.redeem", "webhooks.deliver"}
)
"""What the gateway may ask for itself, before anybody has signed in."""


def held_by(role: Role | None) -> frozenset[str]:
    """Return the permissions of a role; without one, what every site owner may do."""
    return ROLES[role] if role else SITE_OWNER


def held_as_admin(role: str | None, *, is_active: bool | None) -> frozenset[str]:
    """Return what an account with this role may do now as an admin; without one, or closed, nothing."""
    return ROLES[cast(Role, role)] if role and is_active else frozenset()


def dominates(actor: frozenset[str], target: Role | None) -> bool:
    """Whether somebody with the permissions ``actor`` may act as an account with role ``target``.

    Only if every permission of the target is the actor's too, and the actor has more: an equal
    may not become an equal. A customer without a role is dominated by everybody.
    """
    return target is None or ROLES[target] < actor
