"""The box with a customer's values of the network's custom fields."""

from gateway.panels.customers import load_customer
from kernel.contracts.plugins import Panel
from kernel.errors import N_

custom_fields = Panel(
    "custom_fields",
    "customer",
    N_("Custom fields"),
    35,
    "custom_fields/panel.html",
    load_customer,
    "customers.view",
)
