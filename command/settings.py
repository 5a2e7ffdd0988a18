"""What the environment says, or a sentence for each variable that is wrong; imported at every start."""

import click
from pydantic import ValidationError

from kernel.config import Settings


def read_settings() -> Settings:
    """Return what the environment says, or end with a sentence for each variable that is wrong."""
    try:
        settings = Settings()
    except ValidationError as wrong:
        lines = [f"ATOLL_{str(error['loc'][0]).upper()}: {error['msg']}." for error in wrong.errors()]
        raise click.ClickException("\n".join(lines)) from wrong
    return settings.model_copy(update={"var": settings.var.expanduser().absolute()})
