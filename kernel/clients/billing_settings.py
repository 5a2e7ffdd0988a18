"""The settings of billing, as callers see them."""

from kernel.clients.base import ServiceClient
from kernel.contracts import billing_settings as contracts


class BillingSettingsClient(ServiceClient):
    """What the network's owner decides about billing."""

    def billing_settings(self) -> contracts.BillingSettingsRead:
        """Return what holds, the defaults, and the version to save it with."""
        return self._get("/v1/billing/settings", contracts.BillingSettingsRead)

    def change_billing_settings(self, edit: contracts.BillingSettingsEdit) -> contracts.BillingSettingsRead:
        """Replace the rules. Raises Conflict when somebody else was first, Invalid with the fields."""
        return self._send("PUT", "/v1/billing/settings", edit, contracts.BillingSettingsRead)

    def change_logo(self, edit: contracts.LogoEdit) -> contracts.BillingSettingsRead:
        """Put another logo on the invoices, or none. Raises Conflict, Invalid."""
        return self._send("PUT", "/v1/billing/logo", edit, contracts.BillingSettingsRead)
