"""What the network's owner decides about billing."""

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.billing_settings import BillingSettingsEdit, BillingSettingsRead, LogoEdit
from kernel.http import body


@blueprint.get("/billing/settings")
@operation(scope="network.settings", answers=BillingSettingsRead)
def billing_settings() -> BillingSettingsRead:
    """The settings of billing with their defaults, and the version to save them with."""
    return api_services().billing.billing_settings()


@blueprint.put("/billing/settings")
@operation(scope="network.settings", body=BillingSettingsEdit, answers=BillingSettingsRead)
def change_billing_settings() -> BillingSettingsRead:
    """Replace the settings; 409 when somebody else saved them since that version."""
    return api_services().billing.change_billing_settings(body(BillingSettingsEdit))


@blueprint.put("/billing/logo")
@operation(scope="network.settings", body=LogoEdit, answers=BillingSettingsRead)
def change_billing_logo() -> BillingSettingsRead:
    """Put a PNG or JPEG on the invoices that are issued from now on, or nothing."""
    return api_services().billing.change_logo(body(LogoEdit))
