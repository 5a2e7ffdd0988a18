"""The operations of ``/api/v1``: what an admin can do in the console, for programs."""

from gateway.api import (
    admins,
    api_keys,
    audit,
    background,
    billing,
    bulk,
    custom_fields,
    customers,
    deletions,
    imports,
    mails,
    notes,
    profiles,
    settings,
    sites,
    timelines,
    verification,
)
from gateway.api.blueprint import blueprint

__all__ = [
    "admins",
    "api_keys",
    "audit",
    "background",
    "billing",
    "blueprint",
    "bulk",
    "custom_fields",
    "customers",
    "deletions",
    "imports",
    "mails",
    "notes",
    "profiles",
    "settings",
    "sites",
    "timelines",
    "verification",
]
