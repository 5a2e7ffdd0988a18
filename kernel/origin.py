"""Where the person behind a request is: the gateway sees the address, and it goes along with every call."""

from contextvars import ContextVar

HEADER = "Atoll-Client"
LONGEST = 45  # characters of an IPv6 address with an IPv4 one inside

_address: ContextVar[str] = ContextVar("origin", default="")


def set_address(address: str | None) -> None:
    """Note the address for the rest of this request; nothing when nobody knows it."""
    _address.set((address or "")[:LONGEST])


def address() -> str:
    """Return the address, empty for what no person asked for from outside."""
    return _address.get()
