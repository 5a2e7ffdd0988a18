"""The settings of an account at Stripe, from which the form in the console is drawn."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from kernel.errors import N_

LIVE = "https://api.stripe.com"


class StripeConfig(BaseModel):
    """One network's account. Both secrets are shown in Stripe's dashboard under Developers."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    secret_key: Annotated[
        SecretStr,
        Field(
            title=N_("Secret key"),
            description=N_("From API keys in Stripe's dashboard; begins with sk_ or rk_."),
        ),
    ]
    webhook_secret: Annotated[
        SecretStr,
        Field(
            title=N_("Signing secret of the webhook"),
            description=N_("From the webhook endpoint in Stripe's dashboard; begins with whsec_."),
        ),
    ] = SecretStr("")
    statement: Annotated[
        str,
        Field(
            title=N_("On the customer's statement"),
            description=N_("What stands behind your name there, at most 22 letters or digits."),
            pattern=r"^$|^[0-9 .-]*[A-Za-z][A-Za-z0-9 .-]*$",
            max_length=22,
        ),
    ] = ""
    api_base: Annotated[
        str,
        Field(title=N_("Address of the interface"), description=N_("Another one only to try things out.")),
    ] = LIVE

    @field_validator("secret_key")
    @classmethod
    def _can_move_money(cls, key: SecretStr) -> SecretStr:
        written = key.get_secret_value()
        if not written.startswith(("sk_", "rk_")) or not _is_plain(written):
            raise ValueError(N_("This is no secret key: one begins with sk_ or rk_."))
        return key

    @field_validator("webhook_secret")
    @classmethod
    def _is_signing_secret(cls, secret: SecretStr) -> SecretStr:
        written = secret.get_secret_value()
        if written and (not written.startswith("whsec_") or not _is_plain(written)):
            raise ValueError(N_("This is no signing secret: one begins with whsec_."))
        return secret

    @field_validator("api_base")
    @classmethod
    def _keeps_the_key_safe(cls, base: str, told: ValidationInfo) -> str:
        address = urlsplit(base)
        if address.path.strip("/") or address.query or address.fragment or address.username:
            raise ValueError(N_("Give scheme, host and port alone, as in https://api.stripe.com."))
        if address.scheme != "https" and not _is_loopback(address):
            raise ValueError(N_("The secret key goes over https only."))
        if address.scheme != "https" and (told.context or {}).get("may_pretend") is False:
            raise ValueError(N_("Here nothing pretends to be Stripe: the secret key goes over https only."))
        return base.rstrip("/")


def _is_plain(written: str) -> bool:
    return written.isascii() and written.isprintable() and " " not in written


def _is_loopback(address: SplitResult) -> bool:
    if address.scheme != "http":
        return False
    try:
        return ip_address(address.hostname or "").is_loopback
    except ValueError:
        return address.hostname == "localhost"
