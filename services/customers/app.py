"""The customers service as a Flask application."""

from flask import Flask

from kernel.background_api import background_api
from kernel.config import Settings
from kernel.database import Database
from kernel.sealing import Sealer
from kernel.web import create_service
from services.customers.accounts.confirmation import confirm
from services.customers.api import (
    accounts,
    admins,
    api_keys,
    assistance,
    audit,
    bulk,
    buyers,
    credentials,
    custom_fields,
    customers,
    deletions,
    handovers,
    imports,
    jobs,
    mail_samples,
    mails,
    notes,
    pay_links,
    profiles,
    second_factors,
    verification,
)
from services.customers.models import WORKS


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; the settings are those of the environment unless given."""
    settings = settings or Settings()
    app = create_service("customers", settings, Database.of(settings, "customers"), confirm=confirm)
    app.extensions["sealer"] = Sealer(settings)
    for part in (
        accounts,
        admins,
        api_keys,
        assistance,
        audit,
        bulk,
        buyers,
        credentials,
        custom_fields,
        customers,
        deletions,
        handovers,
        imports,
        jobs,
        mail_samples,
        mails,
        notes,
        pay_links,
        profiles,
        second_factors,
        verification,
    ):
        app.register_blueprint(part.api)
    app.register_blueprint(background_api(WORKS))
    return app
