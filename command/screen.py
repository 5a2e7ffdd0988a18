"""The one screen that ``atoll up`` ends with: where everything is and how to sign in."""

import json

from kernel.config import Settings

DEMO = "demo.json"
"""In the installation's folder: who is who in the demo network, written once it is whole."""

ADMIN_HOST = "admin.localhost"

Lines = list[tuple[str, str]]


def screen(settings: Settings) -> str:
    """Return the screen for what is in ``settings.var``."""
    lines = [
        *_demo(settings),
        ("Mail box", f"http://127.0.0.1:{settings.port + 5}"),
        ("Payments", f"http://127.0.0.1:{settings.port + 8}"),
        ("API docs", address(settings, ADMIN_HOST) + "/api/docs"),
        ("Logs and data", str(settings.var)),
    ]
    width = max(len(name) for name, _ in lines)
    shown = "\n".join(f"  {name:<{width}}  {value}" for name, value in lines)
    return f"\nAtoll is running. Ctrl-C ends it.\n\n{shown}\n"


def _demo(settings: Settings) -> Lines:
    note = settings.var / DEMO
    if not note.exists():
        return [("Admin console", address(settings, ADMIN_HOST))]
    demo = json.loads(note.read_text(encoding="utf-8"))
    return [
        ("Admin console", address(settings, demo["admin_host"])),
        ("  sign in as", demo["owner_email"]),
        ("  password", demo["password"] or "the one that was given when the demo was made"),
        ("A member site", address(settings, demo["site_host"])),
        ("  its owner", f"{demo['site_owner_email']}, with the same password"),
    ]


def address(settings: Settings, host: str) -> str:
    """Return where the gateway answers for a host, e.g. ``http://admin.localhost:8000``."""
    scheme = "https" if settings.https else "http"
    port = settings.public_port or settings.port
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"
