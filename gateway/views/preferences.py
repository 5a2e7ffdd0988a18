"""How an admin likes the pages: kept with the account, and at hand in the session."""

from flask import session
from flask_login import current_user

from gateway.auth import services
from kernel.contracts.customers import PreferenceChange


def preference(name: str, otherwise: str) -> str:
    """Return what the admin chose last, or the given default."""
    chosen: str = current_user.standing.preferences.get(name, otherwise)
    return chosen


def prefer(chosen: dict[str, str]) -> None:
    """Remember a choice for every later session too."""
    services().customers.set_preferences(PreferenceChange(preferences=chosen))
    standing = current_user.standing
    changed = standing.model_copy(update={"preferences": {**standing.preferences, **chosen}})
    session["standing"] = changed.model_dump(mode="json")
    current_user.standing = changed
