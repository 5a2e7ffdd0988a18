"""The gateway, with the real services behind it."""

from tests.flows.fixtures import stack, world

__all__ = ["stack", "world"]
