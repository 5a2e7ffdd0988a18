"""Importing a file: in batches, each a transaction, so that an interrupted import can be run again."""

import csv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.database import Database, UnitOfWork
from kernel.errors import Filled
from services.customers.imports import batches
from services.customers.imports.batches import Numbered, Reject
from services.customers.imports.fields import format_for
from services.customers.imports.files import CsvFile, Line
from services.customers.imports.formats import Format
from services.customers.imports.records import RowNotValid
from services.customers.imports.sources import PathSource, Source

BATCH = 1000
TRIES = 3
TIMEOUT = 120_000  # milliseconds

Progress = Callable[[int], None]


@dataclass
class Report:
    """What an import did, or would do. ``format`` is the name of what the file was taken for."""

    format: str
    registered: int = 0
    changed: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.registered + self.changed + self.unchanged + len(self.rejects)


@dataclass(frozen=True)
class Step:
    """What became of one batch; ``line`` is the last one read for it, ``position`` the byte behind it."""

    line: int
    position: int
    registered: int
    changed: int
    unchanged: int
    rejects: Sequence[Reject]


class Journal(Protocol):
    """Keeps what became of each batch, in the transaction of the batch."""

    def note(self, uow: UnitOfWork, step: Step) -> None:
        """Write the step down; whatever it raises undoes the batch and ends the import."""


class Gathering:
    """A journal that keeps the whole report in memory."""

    def __init__(self) -> None:
        self.report = Report(format="")

    def note(self, _uow: UnitOfWork, step: Step) -> None:
        report = self.report
        report.registered += step.registered
        report.changed += step.changed
        report.unchanged += step.unchanged
        report.rejects.extend(step.rejects)


@dataclass
class Batch:
    """Good rows of a file, no address twice among them, and what was refused between them."""

    rows: list[Numbered] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    rejects: list[Reject] = field(default_factory=list)
    line: int = 0
    position: int = 0

    def takes(self, row: Numbered) -> bool:
        """Whether the row belongs into this batch and not into the next."""
        return len(self.rows) < BATCH and row.record.email_key not in self.keys

    def add(self, read: Numbered | Reject) -> None:
        """Take a row in, or what is wrong with it."""
        self.line = read.line
        if isinstance(read, Reject):
            self.rejects.append(read)
        else:
            self.rows.append(read)
            self.keys.add(read.record.email_key)


class Import:
    """One run over one file, for the network of the identity.

    ``fields`` say what each column holds, where no header does. ``after`` is a line that was handled in an
    earlier run. The ``journal`` hears of each batch; without one there is a ``report``, which grows.
    """

    def __init__(
        self,
        database: Database,
        identity: Identity,
        file: Path | Source,
        *,
        dry_run: bool = False,
        fields: Sequence[str] = (),
        after: int = 0,
        journal: Journal | None = None,
    ) -> None:
        self._database, self._identity, self._dry_run = database, identity, dry_run
        self._source = PathSource(file) if isinstance(file, Path) else file
        self._fields, self._after = fields, after
        self._planned: set[str] = set()
        self._gathering = Gathering()
        self._journal = journal or self._gathering

    @property
    def report(self) -> Report:
        """What has happened so far."""
        return self._gathering.report

    def run(self, progress: Progress = lambda _bytes: None) -> Report:
        """Import the file; ``progress`` hears how many bytes were read.

        Raises FileNotReadable, FormatNotKnown.
        """
        with self._source.open() as stream:
            file = CsvFile(stream, self._source.name)
            with self._database.unit_of_work(self._identity) as uow:
                known = format_for(uow, file.header, self._fields)
            self.report.format = known.name
            # PostgreSQL writes a batch while the next one is read.
            with ThreadPoolExecutor(1) as writer:
                writing: Future[None] | None = None
                for batch in self._batches(file, known):
                    if writing is not None:
                        writing.result()
                    progress(batch.position)
                    writing = writer.submit(self._write, batch)
                if writing is not None:
                    writing.result()
        self.report.rejects.sort(key=lambda reject: reject.line)
        return self.report

    def _batches(self, file: CsvFile, known: Format) -> Iterator[Batch]:
        batch = Batch()
        for line in file.rows():
            if line.number <= self._after:
                continue
            read = self._read(line, file, known)
            is_full = len(batch.rejects) >= BATCH
            if is_full or (isinstance(read, Numbered) and not batch.takes(read)):
                batch.position = self._source.position
                yield batch
                batch = Batch()
            batch.add(read)
        batch.position = self._source.position
        yield batch

    def _read(self, line: Line, file: CsvFile, known: Format) -> Numbered | Reject:
        if line.problem:
            return Reject(line.number, line.problem)
        try:
            cells = dict(zip(self._fields or file.header, line.cells, strict=True))
            return Numbered(line.number, known.read(cells), tuple(line.cells))
        except RowNotValid as wrong:
            return Reject(line.number, Filled(wrong.template, **wrong.params), tuple(line.cells))

    def _write(self, batch: Batch) -> None:
        if self._dry_run:
            self._foresee(batch)
            return
        for left in reversed(range(TRIES)):
            try:
                self._write_once(batch)
            except IntegrityError:
                # Somebody registered one of them between our look and our write; look again.
                if not left:
                    raise
            else:
                return

    def _write_once(self, batch: Batch) -> None:
        with self._database.unit_of_work(self._identity, timeout=TIMEOUT) as uow:
            plan = batches.plan_of(uow, batch.rows)
            changed = batches.carry_out(uow, plan)
            self._note(uow, batch, plan, registered=len(plan.newcomers), changed=changed)

    def _foresee(self, batch: Batch) -> None:
        """Count what would happen; who stood in an earlier row would be known by now."""
        with self._database.unit_of_work(self._identity, timeout=TIMEOUT) as uow:
            plan = batches.plan_of(uow, batch.rows)
            changed = sum(1 for returner in plan.returners if returner.change())
            uow.session.expunge_all()
            again = sum(1 for newcomer in plan.newcomers if newcomer.record.email_key in self._planned)
            registered = len(plan.newcomers) - again
            self._note(uow, batch, plan, registered=registered, changed=changed + again)
        self._planned.update(newcomer.record.email_key for newcomer in plan.newcomers)

    def _note(
        self, uow: UnitOfWork, batch: Batch, plan: batches.Plan, *, registered: int, changed: int
    ) -> None:
        known = len(plan.newcomers) + len(plan.returners)
        step = Step(
            line=batch.line,
            position=batch.position,
            registered=registered,
            changed=changed,
            unchanged=known - registered - changed,
            rejects=[*batch.rejects, *plan.rejects],
        )
        self._journal.note(uow, step)


def write_rejects(path: Path, rejects: list[Reject]) -> Path | None:
    """Write what was refused beside the file, line number and sentence; None when nothing was.

    An older rejects file of the same name is replaced or removed. No cell is repeated in it: it may
    have been a password.
    """
    beside = path.with_name(f"{path.name}.rejects.csv")
    if not rejects:
        beside.unlink(missing_ok=True)
        return None
    with beside.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason"))
        writer.writerows((reject.line, reject.reason) for reject in rejects)
    return beside
