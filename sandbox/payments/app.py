"""The provider as an application, and as a process of ``make up``."""

import logging
import signal
import threading
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from kernel.config import Settings
from sandbox.payments.api import api
from sandbox.payments.control import control
from sandbox.payments.delivery import Clerk
from sandbox.payments.faults import Faults
from sandbox.payments.keys import LIFETIME
from sandbox.payments.pages import card_number, moment, money, pages
from sandbox.payments.store import Store

HERE = Path(__file__).resolve().parent.parent
POLICY = "default-src 'none'; style-src 'self'; form-action *; frame-ancestors 'none'; base-uri 'none'"
LOOPBACK = {"127.0.0.1", "localhost"}
BOOKS = "payments.sqlite"
OFFSET = 8  # of its port, from the gateway's


class Quiet(WSGIRequestHandler):
    """Keeps connections open, and writes no line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Provider:
    """The pretend provider, served on a port. Its books lie in ``folder``."""

    def __init__(self, folder: Path, bind: str, port: int, *, key_lifetime: float = LIFETIME) -> None:
        self.store = Store(folder / BOOKS, Faults())
        self.store.recover()
        self._clerk = Clerk(self.store)
        app = create_app(self.store, key_lifetime=key_lifetime, only_loopback=bind in LOOPBACK)
        self._server: BaseWSGIServer = make_server(bind, port, app, threaded=True, request_handler=Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.port: int = self._server.server_port

    def serve(self) -> None:
        """Answer until ``stop`` is called."""
        self._clerk.start()
        try:
            self._server.serve_forever(poll_interval=0.05)
        finally:
            self._server.server_close()
            self._clerk.stop()
            self.store.close()

    def stop(self) -> None:
        self._server.shutdown()


def create_app(store: Store, *, key_lifetime: float = LIFETIME, only_loopback: bool = True) -> Flask:
    """Return the interface, the pages and the control of the provider."""
    app = Flask("payments", template_folder="templates/payments", static_folder="static", root_path=str(HERE))
    app.config["KEY_LIFETIME"] = key_lifetime
    app.extensions["payments"] = store
    app.jinja_env.filters |= {"money": money, "moment": moment, "card_number": card_number}
    for blueprint in (api, control, pages):
        app.register_blueprint(blueprint)

    @app.before_request
    def refuse_other_names() -> None:
        # A name of somebody else's that points to this machine must not use it.
        if only_loopback and request.host.partition(":")[0] not in LOOPBACK:
            abort(400)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.get("/healthz")
    @app.get("/readyz")
    def health() -> Response:
        return Response("ok\n", content_type="text/plain")

    return app


def books_of(settings: Settings) -> Store:
    """Return the books of the provider of this installation."""
    return Store(settings.var / "payments" / BOOKS, Faults())


def run(settings: Settings) -> None:
    """Be a payment provider until a signal says stop."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    provider = Provider(settings.var / "payments", settings.bind, settings.port + OFFSET)
    # From another thread: shutdown() waits for the loop that this handler interrupts.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=provider.stop).start())
    provider.serve()
