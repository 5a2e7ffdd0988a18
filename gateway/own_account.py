"""What somebody who is signed in sees and does about his own account, in the console or on his site."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_login import current_user
from redis.exceptions import RedisError

from gateway.auth import services, sign_in
from gateway.hosts import current_host
from gateway.limits import limits
from gateway.session_lists import OpenSession, session_lists
from gateway.sessions import own_session
from gateway.views.forms import errors_of
from kernel.contracts.credentials import PasswordChange, SignInsQuery
from kernel.devices import device_of
from kernel.errors import N_, Failure, Invalid

EVERYBODY = ("customers.view", "own.view")
NOT_THE_SAME = N_("The two passwords are not the same.")
LATEST = 5


@dataclass(frozen=True)
class ShownSession:
    """A session in the list: where it is, and whether it is this very one."""

    session: OpenSession
    device: str
    is_this: bool


def account_page(failure: Failure | None = None) -> dict[str, Any]:
    """Return what the page of one's own account shows."""
    return {
        "status": failure.status if failure else 200,
        "errors": errors_of(failure),
        "sessions": _own_sessions(),
        "found": services().customers.own_sign_ins(SignInsQuery(limit=LATEST)),
    }


def change_password() -> None:
    """Set the password that was typed; the other sessions end, this one goes on. Raises Invalid, TooMany."""
    account_id = str(current_user.standing.account_id)
    limits().spend(limits().sign_in, "password", str(current_host().network.id), account_id)
    change = PasswordChange(present=request.form.get("present", "")[:4096], password=typed_twice())
    standing = services().customers.change_password(change)
    with suppress(RedisError):  # the epoch has ended them; this only takes them off the list
        session_lists().end_all(standing.account_id, standing.epoch - 1, but=own_session().handle)
    sign_in(standing)


def end_sessions() -> None:
    """End the session that the form names, or with ``others`` all but this one; never this one."""
    standing, own, named = current_user.standing, own_session().handle, request.form.get("handle", "")
    if named == "others":
        session_lists().end_all(standing.account_id, standing.epoch, but=own)
    elif named != own:
        session_lists().end_one(standing.account_id, named)


def typed_twice() -> str:
    """Return the new password of a form that asks for it twice. Raises Invalid."""
    password = request.form.get("password", "")[:4096].replace("\0", "")
    if password != request.form.get("again", "")[:4096].replace("\0", ""):
        raise Invalid(NOT_THE_SAME, fields={"again": NOT_THE_SAME})
    return password


def _own_sessions() -> list[ShownSession]:
    standing, own = current_user.standing, own_session().handle
    found = session_lists().open_sessions(standing.account_id, standing.epoch)
    return [ShownSession(one, device_of(one.user_agent), one.handle == own) for one in found]
