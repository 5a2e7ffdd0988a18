"""The sites service: its Flask application."""

from flask import Flask

from kernel.background_api import background_api
from kernel.config import Settings
from kernel.database import Database
from kernel.web import create_service
from services.sites.api import deletions, hosts, networks, own, sites, switch
from services.sites.models import WORKS


def create_app(settings: Settings | None = None) -> Flask:
    """Return the service for the settings in the environment, or for the ones given."""
    settings = settings or Settings()
    app = create_service("sites", settings, Database.of(settings, "sites"))
    for part in (hosts, networks, sites, own, switch, deletions):
        app.register_blueprint(part.api)
    app.register_blueprint(background_api(WORKS))
    return app
