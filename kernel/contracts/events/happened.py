"""What every event has."""

from kernel.contracts.common import Contract


class Happened(Contract):
    """What every event says of itself; the log adds id, network, actor and time."""

    schema_version: int = 1
