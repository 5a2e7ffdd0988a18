"""What payment gateways send: taken from anybody, handed on as it came, and believed by its signature alone.

On the network's admin host, which says whose it is. A sender that gets no 2xx sends again, so what cannot be
kept now is refused.
"""

from base64 import b64encode

from flask import Blueprint, Response, request

from gateway.auth import open_to_all
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.limits import limits, subscriber
from gateway.security import csrf
from kernel.contracts.gateways import Delivery
from kernel.errors import Failure, TooLarge

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)  # no browser sends these, and no cookie is looked at

LARGEST = 512 * 1024  # bytes
OURS = {"authorization", "cookie", "host"}  # headers that are between the sender and us
LONGEST, MOST = 8000, 100


@blueprint.post("/payments/<name>")
@open_to_all
def receive(name: str) -> Response:
    """Have a message kept, and say so; whoever is refused learns why, and no more."""
    try:
        _hand_on(name)
    except Failure as refusal:
        return _said(refusal)
    return Response("kept\n", content_type="text/plain")


def _hand_on(name: str) -> None:
    address = subscriber(request.remote_addr or "")
    limits().spend(limits().webhooks, "webhooks", str(current_host().network.id), address)
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    theirs = [(key, value) for key, value in request.headers.items() if key.lower() not in OURS]
    headers = {key: value[:LONGEST] for key, value in theirs[:MOST]}
    body = b64encode(request.get_data()).decode()
    gateway_services().billing.deliver_message(name, Delivery(headers=headers, body=body))


def _said(refusal: Failure) -> Response:
    response = Response(f"{refusal}\n", refusal.status, content_type="text/plain; charset=utf-8")
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
