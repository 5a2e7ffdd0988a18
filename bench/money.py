"""How many refunds a second go all the way: REST API, worker, the pretend provider, ledger."""

from time import monotonic, perf_counter, sleep
from uuid import UUID

from sqlalchemy import func, select

from bench.installation import PORT
from bench.scenes import url
from bench.seed import Seeded
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.money import Money
from kernel.contracts.plugins import Order
from kernel.database import Database
from kernel.ids import new_id
from kernel.sealing import Sealer
from services.billing.gateways.configured import Gateways
from services.billing.models import GatewaySettings, Refund
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.flows.browser import Browser
from tests.payment_sandbox import Sandbox

GATEWAY = "stripe"
PRETEND_PROVIDER = 8  # above the gateway's port
LONGEST = 120  # seconds
PRICE = 19900  # minor units


def refunds_per_second(
    settings: Settings, databases: dict[str, Database], seeded: Seeded, number: int
) -> float:
    """Ask for ``number`` refunds over the API and return how quickly all of them have succeeded."""
    billing, sandbox = databases["billing"], Sandbox(f"http://127.0.0.1:{PORT + PRETEND_PROVIDER}")
    identity = Identity.command(seeded.network.id)
    connect(settings, billing, identity, sandbox)
    paid = [pay(billing, identity, sandbox, seeded.customers[0]) for _ in range(number)]
    browser = Browser(PORT)
    began = perf_counter()
    for payment_id in paid:
        ask_back(browser, seeded, payment_id)
    wait_until_given_back(billing, identity, paid)
    return number / (perf_counter() - began)


def connect(settings: Settings, billing: Database, identity: Identity, sandbox: Sandbox) -> None:
    """Let the network use the pretend provider."""
    with billing.unit_of_work(identity) as uow:
        sealed = Gateways(Sealer(settings)).seal(uow.network_id, GATEWAY, sandbox.settings)
        known = uow.session.scalar(select(GatewaySettings).where(GatewaySettings.gateway == GATEWAY))
        if known is None:
            uow.add(GatewaySettings(gateway=GATEWAY, is_enabled=True, is_default=True, config=sealed))


def pay(billing: Database, identity: Identity, sandbox: Sandbox, customer_id: UUID) -> UUID:
    """Charge a card at the provider, and note the payment as received through it."""
    customer, method = sandbox.saved_card()
    order = Order(f"bench:{new_id()}", method, Money(amount=PRICE, currency="SEK"), customer)
    charged = sandbox.gateway().charge(order)
    with billing.unit_of_work(identity) as uow:
        items = [Item("Plan", PRICE)]
        made = create_payment(uow, customer_id=customer_id, currency="SEK", items=items, gateway=GATEWAY)
        uow.session.flush()
        complete_payment(uow, made.id, reference=charged.reference)
        return made.id


def ask_back(browser: Browser, seeded: Seeded, payment_id: UUID) -> None:
    """Ask for all of a payment."""
    headers = {"Authorization": f"Bearer {seeded.api_key}", "Idempotency-Key": str(new_id())}
    address = url(seeded.host, f"/api/v1/payments/{payment_id}/refunds")
    money = {"amount": PRICE, "currency": "SEK"}
    answer = browser.send_json("POST", address, {"amount": money, "reason": "bench"}, headers=headers)
    if answer.status != 202:
        raise RuntimeError(f"{answer.url} answered {answer.status}: {answer.text[:500]}")


def wait_until_given_back(billing: Database, identity: Identity, paid: list[UUID]) -> None:
    """Wait until every refund has succeeded."""
    deadline = monotonic() + LONGEST
    gone = select(func.count()).where(Refund.payment_id.in_(paid), Refund.status == "succeeded")
    while True:
        with billing.unit_of_work(identity) as uow:
            if uow.session.scalar(gone) == len(paid):
                return
        if monotonic() > deadline:
            raise TimeoutError("The refunds do not come about.")
        sleep(0.02)
