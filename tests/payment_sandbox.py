"""The pretend payment provider for tests, over real HTTP.

In a test module: ``from tests.payment_sandbox import sandbox``, ``__all__ = ["sandbox"]``, then ask for it.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import urllib3

from kernel import clock
from sandbox.payments.api import SECRET_KEY
from sandbox.payments.app import Provider
from sandbox.payments.delivery import WEBHOOK_SECRET, signature
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.gateway import StripeGateway

__all__ = ["Sandbox", "sandbox"]


class Sandbox:
    """The provider at ``url``; its settings for a gateway are ``settings``."""

    secret = SECRET_KEY
    webhook_secret = WEBHOOK_SECRET

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = urllib3.PoolManager(timeout=10, retries=False)

    @property
    def settings(self) -> dict[str, str]:
        return {"secret_key": self.secret, "webhook_secret": self.webhook_secret, "api_base": self.url}

    def gateway(self) -> StripeGateway:
        """Return the gateway, connected to this provider."""
        return StripeGateway(StripeConfig.model_validate(self.settings))

    def fault(self, kind: str, **more: Any) -> None:
        """Let something go wrong, e.g. ``fault("drop", endpoint="refunds", times=1)``; see ``Fault``."""
        self._control("POST", "faults", kind=kind, **more)

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def ledger(self, *kinds: str) -> list[dict[str, Any]]:
        """Return what happened, oldest first: ``charge, refund, refund_failed, dispute, dispute_won``."""
        lines: list[dict[str, Any]] = self._control("GET", "ledger")
        return [line for line in lines if not kinds or line["kind"] in kinds]

    def saved_card(self, number: str = "4242424242424242") -> tuple[str, str]:
        """Return the names of a new customer, and of a card that he saved."""
        method = self._control("POST", "methods", number=number)
        return method["customer"], method["id"]

    def renew(self, method: str) -> None:
        """Let the bank send the customer a card that ends four years later."""
        self._control("POST", f"methods/{method}/renew")

    def detach(self, method: str) -> None:
        """Keep the card no more, as somebody may decide at the provider's own desk."""
        self._control("POST", f"methods/{method}/detach")

    def pay(self, page: str, number: str = "4242424242424242", **more: str) -> tuple[int, str]:
        """Pay on a page as a browser does; return the status, and where it leads or what it says."""
        answer = self._http.request(
            "POST",
            page,
            fields={"number": number, "expiry": "12/40", **more},
            encode_multipart=False,
            redirect=False,
        )
        return answer.status, answer.headers.get("Location") or answer.data.decode()

    def dispute(self, charge: str, reason: str = "fraudulent", **how: Any) -> str:
        """Dispute a charge (``pi_...``), or ask about it (``is_inquiry``); return the dispute's name."""
        name: str = self._control("POST", "disputes", charge=charge, reason=reason, **how)["id"]
        return name

    def refund(self, charge: str, amount: int | None = None) -> str:
        """Refund at the provider's own desk, without our key; return the refund's name."""
        name: str = self._control("POST", "refunds", charge=charge, amount=amount)["id"]
        return name

    def decide(self, name: str, outcome: str) -> None:
        """Decide about what is pending, let a refund come back (``failed``), or end a dispute (``won``)."""
        self._control("POST", f"things/{name}/decide", outcome=outcome)

    def look(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._control("GET", f"things/{name}")
        return found

    def charge_of_others(self) -> None:
        """Let another program charge a card through the same account."""
        customer, method = self.saved_card()
        fields = {
            "amount": "700",
            "currency": "sek",
            "customer": customer,
            "payment_method": method,
            "confirm": "true",
        }
        headers = {"Authorization": f"Bearer {self.secret}"}
        url = f"{self.url}/v1/payment_intents"
        answer = self._http.request("POST", url, fields=fields, encode_multipart=False, headers=headers)
        assert answer.status == 200, answer.data

    def day(self) -> tuple[datetime, datetime]:
        """Return a time before and one after everything of this test."""
        return clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what the provider does by itself."""
        deadline = time.monotonic() + 15
        while not is_so():
            assert time.monotonic() < deadline, "The provider did not do it."
            time.sleep(0.05)

    def wait_until_booked(self, charge: str, *, ahead: float) -> None:
        """Move the provider's clock ahead, and wait until it has booked what it keeps of the charge."""
        self.advance(ahead)
        name = self.look(charge)["latest_charge"]
        self.wait_until(lambda: self.look(name)["balance_transaction"] is not None)

    def advance(self, seconds: float) -> None:
        """Move the provider's clock ahead."""
        self._control("POST", "clock", seconds=seconds)

    def expire_keys(self) -> None:
        self._control("POST", "keys/expire")

    def messages(self, *kinds: str) -> list[tuple[dict[str, str], bytes]]:
        """Return what webhooks would say, newest first, each signed: headers and body."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = self._http.request("GET", f"{self.url}/v1/events?limit=100", headers=headers)
        events = [event for event in answer.json()["data"] if not kinds or event["type"] in kinds]
        bodies = [json.dumps(event).encode() for event in events]
        return [({"Stripe-Signature": signature(body, int(time.time()))}, body) for body in bodies]

    def send_webhooks_to(self, url: str) -> None:
        self._control("POST", "endpoints", url=url)

    def _control(self, method: str, path: str, /, **body: Any) -> Any:
        answer = self._http.request(
            method, f"{self.url}/_control/{path}", json=body if method == "POST" else None
        )
        assert answer.status == 200, answer.data
        return answer.json()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A payment provider of this test alone."""
    provider = Provider(tmp_path / "payments", "127.0.0.1", 0)
    thread = Thread(target=provider.serve, daemon=True)
    thread.start()
    yield Sandbox(f"http://127.0.0.1:{provider.port}")
    provider.stop()
    thread.join(timeout=10)
