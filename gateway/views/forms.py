"""What forms of the console share: reading them into a contract, and saying beside a field what is wrong."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.words import said, said_fields
from kernel.errors import BadRequest, Failure, Invalid

C = TypeVar("C", bound=BaseModel)


def read_form(contract: type[C], typed: Mapping[str, Any], sentences: Mapping[str, str]) -> C:
    """Return what was typed as the contract.

    Raises Invalid with the sentence of each field that is wrong, BadRequest when one has none: that is no
    form of ours.
    """
    try:
        return contract.model_validate(dict(typed))
    except ValidationError as wrong:
        named = {str(error["loc"][0]) for error in wrong.errors()}
        if not named <= sentences.keys():
            raise BadRequest from wrong
        raise Invalid(fields={name: sentences[name] for name in named}) from wrong


def errors_of(failure: Failure | None) -> dict[str, str]:
    """Return what the templates' fields show of a failure; ``form`` is what concerns no single field.

    What is wrong with ``password.length`` and ``password.common`` is said together, of the password.
    """
    if failure is None:
        return {}
    errors: dict[str, str] = {}
    for name, sentence in said_fields(failure).items():
        field = name.partition(".")[0]
        errors[field] = f"{errors[field]} {sentence}" if field in errors else sentence
    return errors or {"form": said(failure)}
