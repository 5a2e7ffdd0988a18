"""The whole of Atoll for tests that go through several processes."""

from tests.flows.fixtures import stack, world

__all__ = ["stack", "world"]
