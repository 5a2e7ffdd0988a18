"""The four WSGI applications as they are served: settings and logs first, then the application itself."""

from collections.abc import Callable
from importlib import import_module

from flask import Flask

from kernel import logging
from kernel.config import Settings


def _served(name: str, module: str) -> Callable[[], Flask]:
    """Return what the web server calls in each of its workers."""

    def create() -> Flask:
        settings = Settings()
        logging.configure(name, settings.log_level)
        # Imported here, so that a process holds no other application than its own.
        application: Flask = import_module(module).create_app(settings)
        return application

    return create


gateway = _served("gateway", "gateway.app")
customers = _served("customers", "services.customers.app")
billing = _served("billing", "services.billing.app")
sites = _served("sites", "services.sites.app")
