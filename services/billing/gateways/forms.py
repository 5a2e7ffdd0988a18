"""The form of a plugin's settings, drawn from its ``Config``, and what was typed into it, checked by it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from kernel.contracts.gateways import FieldKind, GatewayEdit, GatewayField, Value
from kernel.errors import N_, Invalid

KINDS: dict[str, FieldKind] = {"boolean": "yes_no", "integer": "number"}


class SettingsNotValid(Invalid):
    """The plugin does not take these settings; the fields say which."""


def fields_of(config: type[BaseModel]) -> list[GatewayField]:
    """Return the fields of a plugin's settings, in the order in which it names them."""
    schema = config.model_json_schema()
    required = set(schema.get("required", ()))
    return [_field(name, each, name in required) for name, each in schema.get("properties", {}).items()]


def _field(name: str, schema: Mapping[str, Any], is_required: bool) -> GatewayField:
    choices = tuple(str(choice) for choice in schema.get("enum", ()))
    return GatewayField(
        name=name,
        title=schema.get("title", name),
        description=schema.get("description", ""),
        kind=_kind(schema, choices),
        choices=choices,
        is_required=is_required,
        max_length=schema.get("maxLength"),
    )


def _kind(schema: Mapping[str, Any], choices: tuple[str, ...]) -> FieldKind:
    if schema.get("format") == "password":
        return "secret"
    return "choice" if choices else KINDS.get(schema.get("type", ""), "text")


def shown_values(config: type[BaseModel], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be shown of stored settings, with the plugin's defaults for the rest: no secret."""
    defaults = {name: each.get("default") for name, each in config.model_json_schema()["properties"].items()}
    open_fields = [each for each in fields_of(config) if each.kind != "secret"]
    found = {each.name: stored.get(each.name, defaults[each.name]) for each in open_fields}
    return {name: "" if value is None else value for name, value in found.items()}


def checked(config: type[BaseModel], values: Mapping[str, Any], *, may_pretend: bool) -> None:
    """Have the plugin check settings. Raises SettingsNotValid, with a sentence for each field.

    A plugin that looks at the validation's context is told whether its provider may be a pretended one.
    """
    try:
        config.model_validate(dict(values), context={"may_pretend": may_pretend})
    except ValidationError as wrong:
        fields = {str(error["loc"][0]) if error["loc"] else "": _sentence(error) for error in wrong.errors()}
        raise SettingsNotValid(N_("The settings are not saved."), fields=fields) from None


def _sentence(error: Mapping[str, Any]) -> str:
    """Return what is wrong: the plugin's own words, or ours for what pydantic finds; never what was typed."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "missing":
        return N_("This is needed.")
    return N_("This cannot be taken as it is.")


def merged(config: type[BaseModel], before: Mapping[str, Any], edit: GatewayEdit) -> dict[str, Any]:
    """Return settings as they will be kept: what was given, and the secrets that were not given again.

    Raises SettingsNotValid for fields that the plugin does not have.
    """
    kinds = {field.name: field.kind for field in fields_of(config)}
    secrets = {name: secret.strip() for name, secret in edit.secrets.items()}
    _refuse_strangers(kinds, edit.values, secrets)
    values = {name: _plain(kinds[name], value) for name, value in edit.values.items()}
    kept = {name: value for name, value in before.items() if kinds.get(name) == "secret"}
    # An empty number or choice is none: the plugin's own default holds.
    given = {name: value for name, value in values.items() if value != "" or kinds[name] == "text"}
    return kept | given | {name: secret for name, secret in secrets.items() if secret}


def _plain(kind: FieldKind, value: Value) -> Value:
    """Return a value without spaces around it; a number that a form sent is one."""
    if not isinstance(value, str):
        return value
    written = value.strip()
    is_number = kind == "number" and written.isascii() and written.isdecimal() and len(written) < 18
    return int(written) if is_number else written


def _refuse_strangers(
    kinds: Mapping[str, FieldKind], values: Mapping[str, Any], secrets: Mapping[str, str]
) -> None:
    wrong = {name for name in values if kinds.get(name, "secret") == "secret"}
    wrong |= {name for name in secrets if kinds.get(name) != "secret"}
    if wrong:
        fields = {name: N_("This gateway has no such field.") for name in sorted(wrong)}
        raise SettingsNotValid(N_("The settings are not saved."), fields=fields)
