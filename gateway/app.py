"""The only process the internet sees: the admin console, the hosts of sites, the public API."""

import hmac
from functools import partial
from ipaddress import ip_address
from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from redis import Redis
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.api import docs, routes
from gateway.api.keys import install_keys
from gateway.auth import install_auth, open_to_all
from gateway.brand import blueprint as brand
from gateway.card_links import blueprint as card_links
from gateway.console import console, install_pages
from gateway.errors import NO_HOST, UnknownHost, install_errors
from gateway.hosts import UNKNOWN, Hosts, arrived
from gateway.limits import install_limits
from gateway.links import blueprint as links
from gateway.pay_links import blueprint as pay_links
from gateway.resets import blueprint as resets
from gateway.routing import GatewayApp, close_to_get
from gateway.second_step import admin as second_step
from gateway.second_step import site as second_step_on_sites
from gateway.security import install_security
from gateway.sessions import Sessions
from gateway.sign_in import blueprint as admin_sign_in
from gateway.site_hosts.account import blueprint as own_account
from gateway.site_hosts.dashboard import blueprint as dashboard
from gateway.site_hosts.invoices import blueprint as own_invoices
from gateway.site_hosts.kept_pages import KeptPages
from gateway.site_hosts.pages import blueprint as own_pages
from gateway.site_hosts.payment_methods import blueprint as own_methods
from gateway.site_hosts.payments import blueprint as own_payments
from gateway.site_hosts.public import blueprint as public
from gateway.site_hosts.sign_in import blueprint as site_sign_in
from gateway.site_hosts.verification import blueprint as own_verification
from gateway.switch_to import admin as switch_to
from gateway.switch_to import site as arrival
from gateway.uploads import install_uploads
from gateway.visits import install_visits
from gateway.webhooks import blueprint as webhooks
from kernel import deadline, metrics, origin
from kernel.auth import Signer
from kernel.clients import Clients
from kernel.config import Settings
from kernel.errors import Forbidden
from kernel.http import OPEN, REQUEST_ID, add_health, begin_request

LARGEST_BODY = 2 * 1024 * 1024
REDIS_PATIENCE = 1.0  # seconds

log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> Flask:
    """Return the gateway as a WSGI application."""
    settings = settings or Settings()
    app = GatewayApp("gateway")
    app.secret_key = settings.secret_key.get_secret_value()
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY, SESSION_COOKIE_SECURE=settings.https, PROPAGATE_EXCEPTIONS=False
    )
    _connect(app, settings)
    _install_order_of_a_request(app, settings)
    for blueprint in (
        console, admin_sign_in, second_step, brand, links, card_links, pay_links, resets, webhooks, switch_to,
        routes.blueprint, docs.blueprint, arrival, site_sign_in, second_step_on_sites, dashboard, own_account,
        own_pages, own_verification, own_invoices, own_payments, own_methods, public,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    close_to_get(app)
    _trust_proxies(app, settings)
    return app


def _connect(app: Flask, settings: Settings) -> None:
    """Open what the gateway talks to; nothing is asked before the first request."""
    redis = Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=REDIS_PATIENCE,
        socket_connect_timeout=REDIS_PATIENCE,
    )
    clients = Clients(settings, Signer("gateway", settings.gateway_key.get_secret_value()))
    app.extensions.update(redis=redis, clients=clients, hosts=Hosts(clients, settings))
    app.extensions["kept_pages"] = KeptPages()
    app.session_interface = Sessions(redis)
    install_limits(app, redis, settings)
    install_visits(app)
    install_keys(app)


def _install_order_of_a_request(app: GatewayApp, settings: Settings) -> None:
    """Begin, find the host, check the form's token, then who is signed in; headers last."""
    app.before_request(partial(_begin, settings))
    app.before_request(_find_host)
    install_uploads(app)
    app.after_request(_end)
    app.teardown_request(_stop_the_clock)
    install_security(app, settings, app.extensions["hosts"])
    install_auth(app)
    install_errors(app)
    install_pages(app)
    add_health(app, ready=app.extensions["redis"].ping)
    for name in OPEN:
        app.add_url_rule(f"/{name}", name, open_to_all(app.view_functions[name]), host=UNKNOWN)


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe forwarded headers of exactly as many proxies as are said to stand in front."""
    if count := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _begin(settings: Settings) -> None:
    begin_request()
    origin.set_address(request.remote_addr)
    g.deadline = deadline.within(settings.deadline)
    g.deadline.__enter__()
    if request.endpoint == "metrics":
        _guard_metrics(settings.metrics_token.get_secret_value())


def _guard_metrics(token: str) -> None:
    """Show figures to this machine, and to whoever knows the token that the operator set."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(shown.encode(), token.encode()):
        return
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - nobody's address
        raise Forbidden


def _find_host() -> None:
    """Turn away whom we do not know the host of, and whose session cannot be read."""
    here = arrived()
    g.host = here.host
    if request.endpoint in OPEN:
        return
    if here.failure:
        raise here.failure
    if here.host is None:
        raise UnknownHost(NO_HOST, host=here.name)
    if "failure" in g:
        raise g.failure


def _end(response: Response) -> Response:
    """Count and log the request: its route and never its address, which may hold a name or a secret."""
    route = request.url_rule.rule if request.url_rule else "none"
    seconds = perf_counter() - g.began
    metrics.requests.labels("gateway", route, request.method, str(response.status_code)).observe(seconds)
    if request.endpoint not in OPEN:
        milliseconds = round(seconds * 1000, 1)
        log.info(
            "request",
            route=route,
            method=request.method,
            status=response.status_code,
            milliseconds=milliseconds,
        )
    response.headers[REQUEST_ID] = g.request_id
    return response


def _stop_the_clock(_: BaseException | None) -> None:
    if "deadline" in g:
        g.pop("deadline").__exit__(None, None, None)
