"""The command ``atoll``: one file a verb, imported when its verb is used, so that ``--help`` is quick."""

from importlib import import_module
from typing import Any

import click

VERBS = {
    "up": ("command.up:up", "Start everything here and say where it is."),
    "serve": ("command.serve:serve", "Serve the gateway or one service over HTTP."),
    "worker": ("command.background:worker", "Perform due work and advance listeners."),
    "bell": ("command.background:bell", "Ring the worker when there is something to do."),
    "mailbox": ("command.background:mailbox", "Take every mail in and show it on a page."),
    "payments": ("command.background:payments", "Be a pretend payment provider, for demos and tests."),
    "migrate": ("command.migrate:migrate", "Bring the three databases up to date."),
    "keys": ("command.keys:keys", "Print new secrets for production."),
    "import": ("command.imports:imports", "Read customers from a file."),
    "demo": ("command.demo:demo", "Make the demo network."),
    "admin": ("command.admin:admin", "Create administrators, reset a second factor."),
    "api-key": ("command.api_key:api_key", "Create keys for the REST API."),
    "events": ("command.events:events", "Show how far each listener is, and what is parked."),
    "work": ("command.work:work", "Show what is due and what is dead, and try it again."),
}


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports one when it is used."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module, _, attribute = VERBS[name][0].partition(":")
        verb: click.Command = getattr(import_module(module), attribute)
        return verb

    def invoke(self, context: click.Context) -> Any:
        """Run the verb; an outcome that a person can do something about is said in its sentence."""
        from kernel.errors import Failure
        from kernel.plugins import PluginRefused

        try:
            return super().invoke(context)
        except (Failure, PluginRefused) as reason:
            raise click.ClickException(str(reason)) from reason

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in VERBS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="atoll")
def atoll() -> None:
    """Run and look after Atoll. Every variable that it reads is explained in .env.example."""
