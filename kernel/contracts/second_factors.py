"""The second step of signing in, and how somebody sets it up for himself."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.customers import Standing


class Challenge(Contract):
    """The password was right; a code must follow. ``token`` is single use, and nobody's standing."""

    token: str
    expires_at: datetime


class SignInAnswer(Contract):
    """``POST /v1/sign-ins``: exactly one of the two."""

    standing: Standing | None = None
    challenge: Challenge | None = None


class SecondStep(Contract):
    """``POST /v1/sign-ins/second-step``: a code of the app, or one of the recovery codes."""

    token: Annotated[str, Field(max_length=200)]
    code: Annotated[str, Field(max_length=100)]
    ip: str
    user_agent: Annotated[str, Field(max_length=1000)] = ""


class SecondFactorState(Contract):
    """``GET /v1/second-factor``: of who asks. ``is_begun``: the first code of the app is still to come."""

    is_on: bool
    is_required: bool
    is_begun: bool
    since: datetime | None
    codes_left: int


class PasswordProof(Contract):
    """Who changes his own second factor shows that he knows his password."""

    password: Annotated[str, Field(max_length=1024)]


class SecondFactorSecret(Contract):
    """What the app needs: the secret to type, or ``uri`` (otpauth) as a QR code."""

    secret: str
    uri: str


class CodeProof(Contract):
    """``POST /v1/second-factor/confirmed``: the first code of the app."""

    code: Annotated[str, Field(max_length=100)]


class RecoveryCodes(Contract):
    """The codes for a lost phone, told this once; ``standing`` is the asking account's from now on."""

    codes: list[str]
    standing: Standing
