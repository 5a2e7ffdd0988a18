"""What is an e-mail address, and what makes two of them the same."""

from kernel.addresses import AddressNotValid, checked
from services.customers.folding import login_key

__all__ = ["AddressNotValid", "checked", "key_of"]


def key_of(email: str) -> str:
    """Return the key of an address within its network."""
    return login_key(email)
