"""How many messages a second are rendered and handed to the mail box, through the real bell and worker."""

from time import monotonic, perf_counter, sleep
from uuid import UUID

from sqlalchemy import func, select

from bench.seed import Seeded
from kernel.auth import Identity
from kernel.database import Database
from services.customers.mail import writing as mails
from services.customers.models import Mail

LONGEST = 300  # seconds
A_TRANSACTION = 50  # messages


def mails_per_second(databases: dict[str, Database], seeded: Seeded, number: int) -> float:
    """Write messages and return how quickly the mail box has them all."""
    customers, operator = databases["customers"], Identity.command(seeded.network.id)
    began = perf_counter()
    for first in range(0, number, A_TRANSACTION):
        with customers.unit_of_work(operator) as uow:
            for place in range(first, min(first + A_TRANSACTION, number)):
                email = f"somebody{place}@shop.example"
                mails.write(uow, "address_changed_new", to=email, name=f"Åsa {place}", email=email)
    wait_until_sent(customers, seeded.network.id)
    return number / (perf_counter() - began)


def wait_until_sent(customers: Database, network_id: UUID) -> None:
    """Wait until no message of the network waits."""
    deadline = monotonic() + LONGEST
    waiting = select(func.count()).select_from(Mail).where(Mail.state.in_(("due", "leased")))
    while True:
        with customers.unit_of_work(Identity.command(network_id)) as uow:
            if not uow.session.scalar(waiting):
                return
        if monotonic() > deadline:
            raise TimeoutError("The mail is not sent.")
        sleep(0.05)
