"""What `make check` asks beyond the linters: migrations, templates, and .env.example against the settings."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, FileSystemLoader, TemplateError
from pydantic import SecretStr

from kernel import embedded, migrations
from kernel.config import Settings
from kernel.database import SERVICES

ROOT = Path(__file__).resolve().parent.parent
COMPOSE_ONLY = {"ATOLL_PUBLISH", "ATOLL_PUBLISH_MAIL"}
EXTENSIONS = ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]


def main() -> int:
    checks: tuple[Callable[[], Iterator[str]], ...] = (settings_example, templates, drift)
    complaints = [complaint for check in checks for complaint in check()]
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


def settings_example() -> Iterator[str]:
    """Say where .env.example and the settings differ, in names or in defaults."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    written = dict(re.findall(r"^#?(ATOLL_[A-Z_]+)=(.*)$", text, re.MULTILINE))
    true = {f"ATOLL_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    for name in sorted(set(written) ^ set(true) ^ COMPOSE_ONLY):
        yield f".env.example: {name} " + ("is no setting." if name in written else "is missing.")
    for name in sorted(set(written) & set(true)):
        if written[name] != _written(true[name]):
            yield f".env.example: {name} is {_written(true[name])!r} by default, not {written[name]!r}."


def _written(default: object) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def templates() -> Iterator[str]:
    """Say which templates do not compile."""
    folders = sorted(
        {path.parent for path in ROOT.glob("*/templates")}
        | {path.parent for path in ROOT.glob("worker/mail")}
    )
    for folder in folders:
        environment = Environment(loader=FileSystemLoader(folder), extensions=EXTENSIONS, autoescape=True)
        for path in sorted(folder.rglob("*.html")):
            try:
                environment.parse(path.read_text(encoding="utf-8"), filename=str(path))
            except TemplateError as wrong:
                yield f"{path.relative_to(ROOT)}: {wrong}"


def drift() -> Iterator[str]:
    """Say where the models and the migrated databases differ, on a server of our own."""
    with TemporaryDirectory(prefix="atoll-check-") as folder:
        servers = embedded.start(Path(folder), durable=False, redis=False)
        try:
            settings = Settings(
                database_url=SecretStr(servers.database_url),
                secret_key=SecretStr("checking"),
                database_prefix="check",
            )
            migrations.migrate(settings)
            for service in SERVICES:
                for difference in migrations.drift(settings, service):
                    yield f"services/{service}: its models and its migrations differ: {difference}"
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main())
