"""What is said when something is not sold as it is asked for."""

from kernel.errors import Conflict


class NotSoldThatWay(Conflict):
    """The product has no price in that currency and period, or is not on sale."""
