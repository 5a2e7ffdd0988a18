"""``atoll demo``: a network with a history, made through the import and the use cases."""

from command.demo.make import DemoMade, demo, make_demo

__all__ = ["DemoMade", "demo", "make_demo"]
