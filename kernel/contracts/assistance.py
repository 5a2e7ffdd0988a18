"""A customer's consent to be helped by admins who switch to his sites."""

from datetime import datetime

from kernel.contracts.common import Contract


class AssistanceEdit(Contract):
    """``PUT /v1/own/assistance``: until when; None takes the consent back."""

    until: datetime | None


class Assistance(Contract):
    """``GET /v1/own/assistance``. ``is_needed``: whether the network's admins may not come without it."""

    until: datetime | None
    is_needed: bool
