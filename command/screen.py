"""The one screen that ``atoll up`` ends with: where everything is and how to sign in."""

from kernel.config import Settings

OWNER = "admin@demo.example"
DOMAIN = "localhost"


def screen(settings: Settings, *, site_host: str, password: str) -> str:
    """Return the screen; without a demo, ``site_host`` is empty and nothing is said about signing in."""
    mailbox = f"http://127.0.0.1:{settings.port + 5}"
    lines = [
        ("Admin console", address(settings, f"admin.{DOMAIN}")),
        *([("   sign in as", OWNER), ("   password", password)] if site_host else []),
        *([("A member site", address(settings, site_host))] if site_host else []),
        ("Mail box", mailbox),
        ("API docs", address(settings, f"admin.{DOMAIN}") + "/api/docs"),
        ("Logs and data", str(settings.var)),
    ]
    width = max(len(name) for name, _ in lines)
    shown = "\n".join(f"  {name:<{width}}  {value}" for name, value in lines)
    return f"\nAtoll is running. Ctrl-C ends it.\n\n{shown}\n"


def address(settings: Settings, host: str) -> str:
    """Return where the gateway answers for a host, e.g. ``http://admin.localhost:8000``."""
    scheme = "https" if settings.https else "http"
    port = settings.public_port or settings.port
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"
