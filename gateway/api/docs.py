"""The API described: the OpenAPI document, and a page on which to read and try it."""

from functools import lru_cache
from importlib.metadata import version
from json import dumps

from flask import Blueprint, Flask, Response, current_app, render_template

from gateway.api.openapi import document
from gateway.auth import open_to_all

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api/v1/openapi.json")
@open_to_all
def openapi() -> Response:
    return Response(_written(current_app._get_current_object()), content_type="application/json")  # type: ignore[attr-defined]


@blueprint.get("/api/docs")
@open_to_all
def show() -> str:
    return render_template("api/docs.html")


@lru_cache(maxsize=4)
def _written(app: Flask) -> str:
    return dumps(document(app, version=version("atoll")))
