"""Ask for a customer to be deleted: who may be, who takes over, and nobody signs in any more.

The rest is due work over the three services, told by events: billing, then sites, then
``deletion_steps`` here.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.deletions import Said, Way
from kernel.contracts.events import CustomerDeletionRequested
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound
from kernel.ids import new_id
from services.customers import audit
from services.customers.accounts import one_time_tokens
from services.customers.models import Account, Customer, Deletion
from services.customers.profiles import addresses

TYPE_IT = N_("This is not the customer's e-mail address. Type it, to show that you mean this customer.")
CHOOSE_HEIR = N_("Choose the customer who takes over.")
EITHER_OR = N_("Either everything is deleted or somebody takes over: choose one of the two.")
HEIR_IS_HIMSELF = N_("Nobody takes over from himself. Choose another customer.")
HEIR_GOES = N_("This customer is being deleted and cannot take over.")
MYSELF = N_("This is yourself. Somebody else has to delete you.")
HAS_ROLE = N_(
    "This customer is also %(role)s of the network. Take the role away first; then he can be deleted."
)
RUNS = N_("This customer is being deleted already.")
INHERITS = N_(
    "This customer takes over from customer %(number)s, who is being deleted. Wait until that is done."
)


class DeletionRefused(Conflict):
    """The customer cannot be deleted, whoever asks, as long as this is so."""


class NotConfirmed(Invalid):
    """What was typed is not the customer's address, or nobody was chosen who can take over."""


def request_deletion(
    uow: UnitOfWork, customer_id: UUID, *, way: Way, heir_id: UUID | None = None, email: str | None = None
) -> Deletion:
    """Begin to delete a customer; from now on nobody signs in as him. Nothing is lost yet.

    ``email`` is what somebody typed to confirm; None when nobody was asked to. Raises DeletionRefused,
    NotConfirmed, NotFound.
    """
    uow.identity.require("customers.delete")
    if uow.identity.is_visiting:
        raise Forbidden(N_("Switch back first: nobody is deleted during a visit."))
    # The login first, as a sign-in does: neither waits for the other with what the other wants.
    account = uow.get(Account, uow.get(Customer, customer_id).account_id, lock=True)
    customer, heir = _locked(uow, customer_id, heir_id if way == "hand_over" else None)
    refusal = refusal_for(uow, customer, account)
    if refusal is not None:
        raise DeletionRefused(refusal.template, **dict[str, Any](refusal.params))
    wrong = _wrong_email(account, email) | (
        _wrong_heir(uow, customer, heir) if way == "hand_over" else _no_heir(heir_id)
    )
    if wrong:
        raise NotConfirmed(next(iter(wrong.values())), fields=wrong)
    deletion = _begin(uow, customer, account, heir)
    uow.publish(_request(deletion))
    return deletion


def ask_again(uow: UnitOfWork, deletion_id: UUID) -> Deletion:
    """Tell the services once more of a deletion that stands still. Raises NotFound, DeletionRefused.

    Every step may be told twice; who has done his part says so again.
    """
    uow.identity.require("customers.delete")
    deletion = uow.get(Deletion, deletion_id, lock=True)
    if deletion.state != "running":
        raise DeletionRefused(N_("This deletion does not run any more."))
    audit.note(uow, "customer deletion asked again", deletion.customer_id, number=deletion.number)
    uow.publish(_request(deletion))
    return deletion


def refusal_for(uow: UnitOfWork, customer: Customer, account: Account) -> Said | None:
    """Return why this customer cannot be deleted now, as far as this service knows."""
    if uow.identity.account_id == account.id:
        return Said(template=MYSELF)
    if account.role is not None:
        return Said(template=HAS_ROLE, params={"role": account.role})
    if running_of(uow, customer.id) is not None:
        return Said(template=RUNS)
    giver = uow.session.scalar(
        select(Deletion.number).where(Deletion.heir_id == customer.id, Deletion.state == "running").limit(1)
    )
    return Said(template=INHERITS, params={"number": str(giver)}) if giver is not None else None


def running_of(uow: UnitOfWork, customer_id: UUID) -> UUID | None:
    """Return the deletion of the customer that is under way."""
    running = select(Deletion.id).where(Deletion.customer_id == customer_id, Deletion.state == "running")
    return uow.session.scalar(running)


def _locked(uow: UnitOfWork, customer_id: UUID, heir_id: UUID | None) -> tuple[Customer, Customer | None]:
    """Lock both in the order of their ids: two who are deleted in favour of each other queue up."""
    wanted = {customer_id, heir_id} - {None}
    both = select(Customer).where(Customer.id.in_(wanted)).order_by(Customer.id)
    locked = both.with_for_update(of=Customer).execution_options(populate_existing=True)
    found = {customer.id: customer for customer in uow.session.scalars(locked)}
    if customer_id not in found:
        raise NotFound(Customer.missing)
    return found[customer_id], found.get(heir_id) if heir_id else None


def _wrong_email(account: Account, typed: str | None) -> dict[str, str]:
    is_his = typed is None or addresses.key_of(typed) == account.email_key
    return {} if is_his else {"email": TYPE_IT}


def _no_heir(heir_id: UUID | None) -> dict[str, str]:
    """Somebody was chosen who takes over, and everything is to be deleted: one of the two is a mistake."""
    return {"way": EITHER_OR} if heir_id else {}


def _wrong_heir(uow: UnitOfWork, customer: Customer, heir: Customer | None) -> dict[str, str]:
    if heir is None:
        return {"heir_id": CHOOSE_HEIR}
    if heir.id == customer.id:
        return {"heir_id": HEIR_IS_HIMSELF}
    return {"heir_id": HEIR_GOES} if running_of(uow, heir.id) is not None else {}


def _begin(uow: UnitOfWork, customer: Customer, account: Account, heir: Customer | None) -> Deletion:
    deletion = Deletion(
        id=new_id(),
        customer_id=customer.id,
        account_id=account.id,
        number=customer.number,
        way="hand_over" if heir else "everything",
        heir_id=heir.id if heir else None,
        heir_number=heir.number if heir else None,
        could_sign_in=account.is_active,
        requested_at=uow.now,
        requested_by=uow.identity.actor,
    )
    told = {"number": deletion.number, "way": deletion.way, "heir": deletion.heir_number}
    audit.note(uow, "customer deletion requested", customer.id, after=told)
    account.is_active = False
    account.epoch += 1
    one_time_tokens.void(uow, account.id, "verify", "reset", "invite")
    uow.add(deletion)
    uow.session.flush()
    return deletion


def _request(deletion: Deletion) -> CustomerDeletionRequested:
    return CustomerDeletionRequested.model_validate(
        {name: getattr(deletion, name) for name in ("customer_id", "account_id", "number", "way", "heir_id")}
        | {"deletion_id": deletion.id}
    )
