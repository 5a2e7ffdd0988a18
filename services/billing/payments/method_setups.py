"""Save a way to pay without paying: ask for a page of the gateway's, and note what became of it.

What the worker does between the two stands in ``setting_up.py``. A customer has at most one page open:
the database sees to that.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kernel.contracts.billing import ChargeStatus
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from kernel.tombstones import Departed, require_alive
from services.billing.gateways.configured import default_gateway
from services.billing.gateways.sooner import ask_sooner
from services.billing.models import DepartedCustomer, MethodSetup
from services.billing.models.charges import OPEN_CHARGES
from services.billing.networks import currency
from services.billing.payments.charges import require_ready
from services.billing.payments.methods import keep_method


class SetupUnderWay(Conflict):
    """Another request asks for a page of this customer's at the same moment."""


def request_setup(uow: UnitOfWork, customer_id: UUID, *, return_to: str, language: str) -> MethodSetup:
    """Have the gateway make a page, unless one is there or on its way; return what stands for it.

    The customer comes back to ``return_to``: a page that leads elsewhere is asked for anew. Raises Departed,
    GatewayNotReady, SetupUnderWay.
    """
    require_alive(uow, DepartedCustomer, customer_id)
    found = open_setup(uow, customer_id)
    if found is not None and found.status == "waiting" and found.return_to != return_to:
        _let_go(uow, found)
    elif found is not None:
        ask_sooner(uow, "method_setup", found)
        return found
    gateway = default_gateway(uow)
    require_ready(uow, gateway)
    setup_id = new_id()
    setup = MethodSetup(
        id=setup_id,
        customer_id=customer_id,
        status="requested",
        currency=currency(uow),
        gateway=gateway,
        key=f"setup:{setup_id}",
        return_to=return_to,
        language=language,
        due_at=uow.now,
        created_at=uow.now,
        modified_at=uow.now,
    )
    _add(uow, setup)
    uow.ring("method_setup", setup.id)
    return setup


def settle_setup(uow: UnitOfWork, setup_id: UUID, outcome: Outcome) -> None:
    """Note what the gateway says became of a page; whoever says it twice, or late, changes nothing more.

    A card that is saved after all, when the page had been given up here, is kept too.
    """
    setup = uow.get(MethodSetup, setup_id, lock=True)
    if setup.status == "succeeded":
        return
    if outcome.state == "succeeded":
        _keep(uow, setup, outcome)
    elif outcome.state == "failed":
        _fail(uow, setup, outcome.reason)
    elif setup.status in OPEN_CHARGES:
        _note(uow, setup, outcome)


def look_sooner(uow: UnitOfWork, customer_id: UUID) -> None:
    """Have the worker ask the gateway now: the customer came back from its page."""
    setup = open_setup(uow, customer_id)
    if setup is not None:
        ask_sooner(uow, "method_setup", setup)


def open_setup(uow: UnitOfWork, customer_id: UUID) -> MethodSetup | None:
    """Return the page of a customer's that is open, locked, if there is one."""
    his = select(MethodSetup).where(
        MethodSetup.customer_id == customer_id, MethodSetup.status.in_(OPEN_CHARGES)
    )
    locked = his.with_for_update(of=MethodSetup).execution_options(populate_existing=True)
    return uow.session.scalar(locked)


def end_setup(uow: UnitOfWork, setup: MethodSetup) -> None:
    """Nothing more is to be done about it: neither by the worker nor on the page."""
    setup.settled_at = setup.modified_at = uow.now
    setup.page = ""
    setup.state, setup.last_error = "done", ""
    setup.lease_until = setup.lease_token = None


def forget_setups(uow: UnitOfWork, customer_id: UUID) -> None:
    """Wait for no card of a customer any more: he was deleted, and what he still saves is not kept."""
    his = update(MethodSetup).where(
        MethodSetup.customer_id == customer_id, MethodSetup.status.in_(OPEN_CHARGES)
    )
    ended = his.values(
        status="cancelled",
        page="",
        state="done",
        lease_until=None,
        lease_token=None,
        settled_at=uow.now,
        modified_at=uow.now,
    )
    uow.session.execute(ended.execution_options(synchronize_session=False))


def _let_go(uow: UnitOfWork, setup: MethodSetup) -> None:
    """Show a page no more. The gateway may, so the worker asks until it is too old there."""
    setup.status, setup.page, setup.modified_at = "cancelled", "", uow.now
    uow.session.flush()


def _add(uow: UnitOfWork, setup: MethodSetup) -> None:
    try:
        with uow.attempt():
            uow.add(setup)
            uow.session.flush()
    except IntegrityError as refusal:
        if "uq_method_setups_open" not in str(refusal.orig):
            raise
        raise SetupUnderWay(N_("A page to save a card on is being made right now. Try again.")) from refusal


def _keep(uow: UnitOfWork, setup: MethodSetup, outcome: Outcome) -> None:
    if outcome.method is None:
        _fail(uow, setup, N_("The way to pay was not saved."))
        return
    try:
        require_alive(uow, DepartedCustomer, setup.customer_id)
    except Departed as gone:
        _fail(uow, setup, str(gone))
        return
    setup.method_id = keep_method(uow, setup.customer_id, setup.gateway, outcome.method).id
    setup.status, setup.reason = "succeeded", ""
    setup.reference = outcome.reference or setup.reference
    end_setup(uow, setup)


def _fail(uow: UnitOfWork, setup: MethodSetup, reason: str) -> None:
    """It is over. One that was let go stays so."""
    if setup.status in OPEN_CHARGES:
        setup.status, setup.reason = "failed", reason
    end_setup(uow, setup)


def _note(uow: UnitOfWork, setup: MethodSetup, outcome: Outcome) -> None:
    """Nothing is decided; the gateway's name for it, and its page, are known from now on."""
    states: dict[str, ChargeStatus] = {"waiting": "waiting", "pending": "pending"}
    setup.status = states.get(outcome.state, "unknown")
    setup.reference = outcome.reference or setup.reference
    setup.page, setup.reason, setup.modified_at = outcome.page, outcome.reason, uow.now
