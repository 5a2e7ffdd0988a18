"""The OpenAPI 3.1 document, made from the routes and the contracts themselves."""

import re
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from gateway.api.operations import Operation
from kernel.contracts.problems import Problem

ARGUMENT = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PROBLEMS = {
    "401": "The key is missing, unknown or revoked.",
    "403": "The key lacks the scope.",
    "404": "There is no such thing in this network.",
    "422": "Something sent is not valid; `fields` says what.",
    "429": "Too often; `Retry-After` says how long to wait.",
    "503": "A service does not answer right now.",
}
CONDITIONAL = {
    "412": "Somebody else changed it since you read the `ETag`; read it again.",
    "428": "The header `If-Match` is missing.",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `ETag` of what you read, or `*` to overwrite whatever is there.",
    "schema": {"type": "string"},
}
KEYED = {
    "400": "The header `Idempotency-Key` is missing.",
    "409": "It is not possible as things are; or, with `Retry-After`, the same request is being carried out.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": (
        "A text of your own, at most 255 characters, another for each request, e.g. a UUID. For 48 hours the "
        "same request with the same key has no second effect and gets the same answer; another request with "
        "it is a 422, and while the first is being carried out the answer may be a 409 with `Retry-After`."
    ),
    "schema": {"type": "string", "maxLength": 255},
}
ETAG = {"ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "Where what was made is.", "schema": {"type": "string"}}}
A_FILE = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
DESCRIPTION = (
    "Send an API key as `Authorization: Bearer <key>`; `atoll api-key create` makes one. Errors are "
    "RFC 9457 problem details. Lists are read by cursor: pass the `after` of one page to get the next. "
    "What moves money takes an `Idempotency-Key`, so that it may be sent again whenever no answer came."
)


def document(app: Flask, *, version: str) -> dict[str, Any]:
    """Return the document of every operation of the application."""
    operations = [
        (rule, operation) for rule in app.url_map.iter_rules() if (operation := _operation(app, rule))
    ]
    schemas = _schemas([operation for _, operation in operations])
    paths: dict[str, dict[str, Any]] = {}
    for rule, operation in operations:
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            path = ARGUMENT.sub(r"{\1}", rule.rule)
            described = paths.setdefault(path, {})[method.lower()] = _described(rule, operation)
            if getattr(app.view_functions[rule.endpoint], "takes_upload", False):
                described["requestBody"] = A_FILE
    return {
        "openapi": "3.1.0",
        "info": {"title": "Atoll", "version": version, "description": DESCRIPTION},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
        "security": [{"key": []}],
    }


def _operation(app: Flask, rule: Rule) -> Operation | None:
    return getattr(app.view_functions[rule.endpoint], "operation", None)


def _described(rule: Rule, operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": operation.summary,
        "description": f"Takes the scope `{operation.scope}`.",
        "parameters": [*_path_parameters(rule), *_query_parameters(operation), *_headers(operation)],
        "responses": _responses(operation),
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": _json(operation.body)}
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    done: dict[str, Any] = {"204": {"description": "Done."}}
    if operation.answers:
        done = {"200": {"description": operation.summary, "content": _json(operation.answers)}}
    if operation.file:
        file = {operation.file: {"schema": {"type": "string"}}}
        done = {"200": {"description": operation.summary, "content": file}}
    if operation.has_etag:
        done["200"]["headers"] = ETAG
    if operation.is_made:
        done = {str(operation.status): done["200"] | {"headers": done["200"].get("headers", {}) | LOCATION}}
    problems = PROBLEMS | (CONDITIONAL if operation.is_conditional else {})
    problems |= KEYED if operation.moves_money else {}
    return done | {code: {"description": text, "content": PROBLEM} for code, text in problems.items()}


def _headers(operation: Operation) -> list[dict[str, Any]]:
    keyed = [IDEMPOTENCY_KEY] if operation.moves_money else []
    return [*([IF_MATCH] if operation.is_conditional else []), *keyed]


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    schema = {"type": "string", "format": "uuid"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in ARGUMENT.findall(rule.rule)
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    properties = operation.query.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]


def _json(contract: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{contract.__name__}"}}}


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    contracts = {Problem} | {
        contract for operation in operations for contract in (operation.answers, operation.body) if contract
    }
    ordered = sorted(contracts, key=lambda contract: contract.__name__)
    _, made = models_json_schema(
        [(contract, "serialization") for contract in ordered], ref_template="#/components/schemas/{model}"
    )
    definitions: dict[str, Any] = made["$defs"]
    return definitions
