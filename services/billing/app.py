"""The billing service: its Flask application."""

from flask import Flask

from kernel.background_api import background_api
from kernel.config import Settings
from kernel.database import Database
from kernel.web import create_service
from services.billing.api import api
from services.billing.gateways.configured import Gateways
from services.billing.models import WORKS


def create_app(settings: Settings | None = None) -> Flask:
    """Return the service for the settings in the environment, or for the ones given."""
    settings = settings or Settings()
    app = create_service("billing", settings, Database.of(settings, "billing"))
    app.extensions["gateways"] = Gateways.of(settings)
    app.register_blueprint(api)
    app.register_blueprint(background_api(WORKS))
    return app
