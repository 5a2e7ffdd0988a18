"""The demo's account at the pretend payment provider of ``make up``, wherever that answers now."""

from command.demo.make import DOMAIN, SLUG
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.gateways import GatewayEdit, GatewayRead
from kernel.database import Database
from kernel.errors import NotFound
from kernel.sealing import Sealer
from sandbox.payments.api import SECRET_KEY
from sandbox.payments.app import OFFSET, books_of
from sandbox.payments.delivery import WEBHOOK_SECRET
from services.billing.gateways.configured import Gateways
from services.billing.gateways.settings import change_gateway, show_gateway
from services.sites.networks import find_network

STRIPE = "stripe"
HERE = "http://127.0.0.1:"
ADMIN_HOST = f"admin.{DOMAIN}"


def connect_demo(settings: Settings) -> None:
    """Point the demo network's Stripe to the provider, unless somebody has set up another.

    Safe to run at every start: the ports may be others than last time.
    """
    sites, billing = (Database.of(settings, name, pool_size=1) for name in ("sites", "billing"))
    try:
        operator = Identity.command(find_network(sites, SLUG).id)
        if _point(settings, billing, operator):
            _listen(settings)
    except NotFound:
        return
    finally:
        sites.close()
        billing.close()


def _point(settings: Settings, billing: Database, operator: Identity) -> bool:
    """Return whether the network's Stripe is the pretend one."""
    gateways = Gateways(Sealer(settings), may_pretend=True)
    with billing.unit_of_work(operator) as uow:
        found = show_gateway(uow, gateways, STRIPE)
        is_ours = not found.is_set_up or str(found.values["api_base"]).startswith(HERE)
        if is_ours:
            change_gateway(uow, gateways, STRIPE, _edit(settings, found))
    return is_ours


def _edit(settings: Settings, found: GatewayRead) -> GatewayEdit:
    return GatewayEdit(
        version=found.version,
        is_enabled=found.is_enabled or not found.is_set_up,
        is_default=found.is_default or not found.is_set_up,
        values=found.values | {"api_base": f"{HERE}{settings.port + OFFSET}"},
        secrets={"secret_key": SECRET_KEY, "webhook_secret": WEBHOOK_SECRET},
    )


def _listen(settings: Settings) -> None:
    """Have the provider tell the demo network, and nobody who sat on other ports."""
    books = books_of(settings)
    url = f"{settings.origin(ADMIN_HOST)}/webhooks/payments/{STRIPE}"
    with books.open() as book:
        book.sql.execute("DELETE FROM endpoints WHERE url LIKE ?", (f"%//{ADMIN_HOST}%",))
        book.sql.execute("INSERT OR IGNORE INTO endpoints (url) VALUES (?)", (url,))
    books.close()
