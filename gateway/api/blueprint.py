"""Where every operation of the API is registered; a module of this package holds those of one area."""

from flask import Blueprint

from gateway.security import csrf

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)  # a key is no cookie: no browser sends it by itself
