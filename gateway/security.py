"""What every answer carries to keep a browser from being turned against its user."""

from functools import lru_cache

from flask import Flask, Response, g, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from gateway.hosts import Hosts, admin_host
from gateway.routing import SITE
from kernel.config import Settings

A_YEAR = 31_536_000  # seconds
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

csrf = CSRFProtect()


def install_security(app: Flask, settings: Settings, hosts: Hosts) -> None:
    """Check the token of every form, and set the headers of every answer."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as its session
    csrf.init_app(app)
    app.context_processor(lambda: {"csrf_token": csrf_token})

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = content_security_policy(hosts)
        if settings.https:
            response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def csrf_token() -> str:
    """Return the token that the forms of this session carry."""
    known = session.get("csrf_token")
    return _signed(known) if known else str(generate_csrf())


@lru_cache(maxsize=4096)
def _signed(_of_this_session: str) -> str:
    """Sign the token of a session once, and not anew for each page: one signature is as good as another."""
    return str(generate_csrf())


def content_security_policy(hosts: Hosts) -> str:
    """Return the policy of this answer: everything from this host, nothing inline.

    Browsers hold the redirects after a form to ``form-action`` too, so it names the hosts that a
    switch leads through.
    """
    images = "'self' data: https:" if g.get("shows_foreign_images") else "'self' data:"
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {images}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            *(["frame-src 'self'"] if g.get("shows_frames") else []),
            f"form-action {' '.join(_form_targets(hosts))}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ]
    )


def _form_targets(hosts: Hosts) -> list[str]:
    host = g.get("host")
    if host is None:
        return ["'self'"]
    if host.kind == SITE:
        return ["'self'", hosts.origin(admin_host(host))]
    return ["'self'", hosts.origin(f"*.{host.network.domain}")]


def tell_nobody(response: Response) -> Response:
    """Keep the address of a page, with the secret in it, from whatever the page leads to."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
