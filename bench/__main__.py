"""``make bench``: every figure, and its ratio to a bare Flask view measured in the same run."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench import background, mail, money, renewals, scenes
from bench.choices import gunicorn, running
from bench.exports import export_rows_per_second
from bench.installation import PORT, installed, memory
from bench.load import Rate, get, rate
from bench.seed import Seeded, seed
from kernel import logging
from kernel.config import Settings
from kernel.database import SERVICES, owner_url

SIZES = (1_000, 10_000, 100_000)
YARDSTICK_PORT = 8690
SCENES: dict[str, tuple[Callable[[Seeded], list[bytes]], float | None]] = {
    "customers list": (scenes.list_pages, 12),
    "list, searched": (scenes.searched_pages, None),
    "customer page": (scenes.customer_pages, 25),
    "payments list": (scenes.payment_lists, 12),
    "payment page": (scenes.payment_pages, 20),
    "sites list": (scenes.site_lists, 12),
    "public page": (scenes.public_pages, 3),
    "API list": (scenes.api_lists, 8),
    "API one customer": (scenes.api_ones, None),
}


@dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float
    events: int
    mails: int
    refunds: int
    renewals: int


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--quick", action="store_true", help="one small size, short rounds")
    logging.configure("bench", "WARNING")
    quick = options.parse_args().quick
    effort = Effort(3, 0.5, 2_000, 200, 50, 500) if quick else Effort(5, 2.0, 20_000, 1_000, 300, 10_000)
    with TemporaryDirectory(prefix="atoll-bench-") as folder:
        measure_all(Path(folder), SIZES[:1] if quick else SIZES, effort)


def measure_all(folder: Path, sizes: tuple[int, ...], effort: Effort) -> None:
    """Install Atoll, seed it, and measure every scene at every size."""
    with installed(folder) as (settings, databases, first):
        print(f"memory of the whole, idle: {memory(first) / 2**20:.0f} MB (at most 900)")
        seeded = [seed(settings, databases, size, folder) for size in sizes]
        for one in seeded:
            print(f"import of {one.size:>7,} customers: {one.rows_per_second:8,.0f} rows/s")
        for name in SERVICES:
            analyze(settings, name)
        yardstick = measure_yardstick(effort)
        print(f"\nyardstick: {shown(yardstick)} requests/s\n")
        measured = {name: measure_scene(name, seeded, effort, yardstick) for name in SCENES}
        compare_sizes(measured)
        measure_paths(seeded[-1])
        for one in seeded:
            print(f"export of {one.size:>7,} customers: {export_rows_per_second(one):8,.0f} rows/s")
        through = [
            background.events_per_second(databases, seeded[0], effort.events) for _ in range(effort.rounds)
        ]
        print(f"events to the timeline: {median(through):8,.0f} a second (at least 3,000)")
        sent = [mail.mails_per_second(databases, seeded[0], effort.mails) for _ in range(3)]
        print(f"mails rendered and handed over: {median(sent):5,.0f} a second")
        given = money.refunds_per_second(settings, databases, seeded[0], effort.refunds)
        print(f"refunds asked for, given back and booked: {given:5,.1f} a second")
        asked = renewals.renewals_per_second(databases["billing"], seeded[-1], effort.renewals)
        print(f"renewals asked for, {effort.renewals:,} due at once: {asked:5,.0f} a second")
        print(f"memory of the whole, after: {memory(first) / 2**20:.0f} MB (at most 900)")


def analyze(settings: Settings, service: str) -> None:
    """Let PostgreSQL look at what was seeded, as it would have by itself in a while."""
    engine = create_engine(owner_url(settings, service), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def measure_yardstick(effort: Effort) -> Rate:
    """Return what a bare Flask view does under gunicorn, 2 workers of 4 threads."""
    with running(gunicorn(YARDSTICK_PORT), YARDSTICK_PORT):
        request = [get("/", host="localhost")]
        rate(YARDSTICK_PORT, request, rounds=1, seconds=0.5)
        return rate(YARDSTICK_PORT, request, rounds=effort.rounds, seconds=effort.seconds)


def measure_scene(name: str, seeded: list[Seeded], effort: Effort, yardstick: Rate) -> list[Rate]:
    """Measure one scene at each size, and print it beside its mark."""
    make, mark = SCENES[name]
    measured = []
    for one in seeded:
        requests = make(one)
        rate(PORT, requests, rounds=1, seconds=effort.seconds / 2)
        measured.append(rate(PORT, requests, rounds=effort.rounds, seconds=effort.seconds))
        share = yardstick.median / measured[-1].median
        wanted = f"(at least 1/{mark:.0f})" if mark else ""
        print(f"{name:18} {one.size:>7,}: {shown(measured[-1])} /s  1/{share:<5.1f} {wanted}")
    return measured


def compare_sizes(measured: dict[str, list[Rate]]) -> None:
    """Print how much longer the largest network takes than the smallest."""
    print()
    for name, rates in measured.items():
        print(f"{name:18} largest to smallest: {rates[0].median / rates[-1].median:.2f} (at most 1.25)")


def measure_paths(seeded: Seeded) -> None:
    """Measure what takes several requests."""
    print(f"\nsign-in:           {scenes.sign_ins_per_second(seeded, 40):8.1f} a second, one after the other")
    print(f"save of a customer: {scenes.saves_per_second(seeded, 40):7.1f} a second, one after the other")
    print(f"switch to and back: {scenes.switches_per_second(seeded, 40):7.1f} a second, one after the other")


def shown(measured: Rate) -> str:
    """Return the median, and the slowest and quickest round."""
    return f"{measured.median:8.1f} [{measured.slowest:.1f} - {measured.quickest:.1f}]"


if __name__ == "__main__":
    main()
