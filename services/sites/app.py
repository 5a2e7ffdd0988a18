"""The sites service: its Flask application."""

from flask import Flask

from kernel.config import Settings
from kernel.database import Database
from kernel.web import create_service
from services.sites.api import hosts, own, sites, switch


def create_app(settings: Settings | None = None) -> Flask:
    """Return the service for the settings in the environment, or for the ones given."""
    settings = settings or Settings()
    app = create_service("sites", settings, Database.of(settings, "sites"))
    for part in (hosts, sites, own, switch):
        app.register_blueprint(part.api)
    return app
