"""The box about how a customer signs in, and what an admin can do about it."""

from gateway.panels.customers import load_customer
from kernel.contracts.plugins import Panel
from kernel.errors import N_

credentials = Panel(
    "credentials",
    "customer",
    N_("Signing in"),
    75,
    "panels/credentials.html",
    load_customer,
    "customers.view",
    "side",
)
