"""The settings of billing over HTTP."""

from flask import Response

from kernel.contracts.billing_settings import BillingSettingsEdit, LogoEdit
from kernel.web import answer, body, needs, unit_of_work
from services.billing import settings_edit
from services.billing.api.blueprint import api


@api.get("/billing/settings")
@needs("network.settings")
def show_settings() -> Response:
    with unit_of_work() as uow:
        return answer(settings_edit.show_settings(uow))


@api.put("/billing/settings")
@needs("network.settings")
def change_settings() -> Response:
    edit = body(BillingSettingsEdit)
    with unit_of_work() as uow:
        return answer(settings_edit.change_settings(uow, edit.rules, version=edit.version))


@api.put("/billing/logo")
@needs("network.settings")
def change_logo() -> Response:
    edit = body(LogoEdit)
    with unit_of_work() as uow:
        return answer(settings_edit.change_logo(uow, edit.content, version=edit.version))
