"""All services and the gateway, really served over HTTP on free ports, in threads of the test's process."""

import socket
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from gateway.app import create_app as create_gateway
from kernel.config import Settings
from services.billing.app import create_app as create_billing
from services.customers.app import create_app as create_customers
from services.sites.app import create_app as create_sites

SERVICES = {"customers": create_customers, "billing": create_billing, "sites": create_sites}


class Quiet(WSGIRequestHandler):
    """Serves without a line per request, and keeps connections open as gunicorn does."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Served:
    """One application on one port; it can be stopped and started again there."""

    def __init__(self, app: Flask, port: int) -> None:
        self.app, self.port = app, port
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True, request_handler=Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(timeout=5)
        self._server = self._thread = None


class Stack:
    """The whole of Atoll but the worker. ``settings`` are those its processes were built with."""

    def __init__(self, settings: Settings, **changed: Any) -> None:
        ports = {name: free_port() for name in (*SERVICES, "gateway")}
        urls = {f"{name}_url": f"http://127.0.0.1:{ports[name]}" for name in SERVICES}
        self.settings = settings.model_copy(update={"port": ports["gateway"], **urls, **changed})
        self.served = {name: Served(make(self.settings), ports[name]) for name, make in SERVICES.items()}
        self.gateway = create_gateway(self.settings)
        self.served["gateway"] = Served(self.gateway, ports["gateway"])
        self.port = ports["gateway"]

    def start(self) -> None:
        for served in self.served.values():
            served.start()

    def stop(self) -> None:
        for served in self.served.values():
            served.stop()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
