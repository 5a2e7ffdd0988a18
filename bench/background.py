"""How many events a second go from the log to the timeline, through the real bell and worker."""

from time import monotonic, perf_counter, sleep

from bench.seed import Seeded
from kernel import events, plugins
from kernel.auth import Identity
from kernel.contracts.events import PaymentCreated
from kernel.contracts.money import Money
from kernel.database import Database
from kernel.events import Listener
from kernel.ids import new_id

LONGEST = 120  # seconds


def events_per_second(databases: dict[str, Database], seeded: Seeded, number: int) -> float:
    """Publish events in one transaction and return how quickly the timeline has them all."""
    listener = plugins.load(plugins.LISTENERS, Listener)["timeline"]
    wait_until_read(listener, databases)
    with databases["billing"].unit_of_work(Identity.command(seeded.network.id)) as uow:
        uow.publish_many(
            PaymentCreated(
                payment_id=new_id(),
                customer_id=seeded.customers[place % len(seeded.customers)],
                membership_id=None,
                number=place,
                total=Money(amount=100, currency="SEK"),
            )
            for place in range(number)
        )
    began = perf_counter()
    wait_until_read(listener, databases)
    return number / (perf_counter() - began)


def wait_until_read(listener: Listener, databases: dict[str, Database]) -> None:
    """Wait until the listener has read all of billing's log."""
    deadline = monotonic() + LONGEST
    while events.lag(listener, databases["billing"], databases[listener.home]).waiting:
        if monotonic() > deadline:
            raise TimeoutError("The timeline does not catch up.")
        sleep(0.05)
