"""How many renewals a second are asked for through the real bell and worker, all of them due at once."""

from time import monotonic, perf_counter, sleep

from sqlalchemy import func, select, text

from bench.seed import Seeded
from kernel.auth import Identity
from kernel.database import Database
from services.billing.models import MembershipAgenda, MembershipPeriod

LONGEST = 900  # seconds
EXPIRE_SOON = text("""
    WITH chosen AS (
        SELECT id FROM memberships WHERE network_id = :network AND expires_at IS NULL
        ORDER BY id LIMIT :number
    ), items AS (
        INSERT INTO membership_items (id, network_id, membership_id, product_id, position, quantity, unit)
        SELECT gen_random_uuid(), network_id, id, product_id, 1, 1, amount FROM memberships
        WHERE id IN (SELECT id FROM chosen)
    )
    UPDATE memberships SET expires_at = now() + interval '2 days', modified_at = now()
    WHERE id IN (SELECT id FROM chosen)
""")
"""The next period of each is to be asked for three days ahead: now."""


def renewals_per_second(database: Database, seeded: Seeded, number: int) -> float:
    """Let so many memberships be due at once, and return how quickly their renewals are asked for."""
    operator = Identity.command(seeded.network.id)
    with database.unit_of_work(operator, timeout=600_000) as uow:
        before = uow.session.scalar(select(func.count()).select_from(MembershipPeriod)) or 0
        uow.session.execute(EXPIRE_SOON, {"network": seeded.network.id, "number": number})
    began = perf_counter()
    _wait_until_asked(database, operator)
    took = perf_counter() - began
    with database.unit_of_work(operator) as uow:
        asked = uow.session.scalar(select(func.count()).select_from(MembershipPeriod)) or 0
    return (asked - before) / took


def _wait_until_asked(database: Database, operator: Identity) -> None:
    deadline = monotonic() + LONGEST
    waiting = select(func.count()).where(
        MembershipAgenda.state.in_(("due", "leased")), MembershipAgenda.due_at <= func.now()
    )
    while True:
        with database.unit_of_work(operator) as uow:
            if not uow.session.scalar(waiting):
                return
        if monotonic() > deadline:
            raise TimeoutError("The renewals are not asked for.")
        sleep(0.2)
