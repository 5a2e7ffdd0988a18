"""Importing a file: in batches, each a transaction, so that an interrupted import can be run again."""

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.database import Database
from services.customers.custom_fields import active_fields
from services.customers.imports import batches
from services.customers.imports.batches import Numbered, Reject
from services.customers.imports.fields import has_fields, reading_fields
from services.customers.imports.files import CsvFile, opened
from services.customers.imports.formats import Format, Read, format_of
from services.customers.imports.records import RowNotValid

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


class Import:
    """One run over one file, for the network of the identity. ``report`` grows as batches are committed."""

    def __init__(self, database: Database, identity: Identity, path: Path, *, dry_run: bool = False) -> None:
        self._database, self._identity, self._path, self._dry_run = database, identity, path, dry_run
        self._planned: set[str] = set()
        self.report = Report(format="")

    def run(self, progress: Progress = lambda _bytes: None) -> Report:
        """Import the file; ``progress`` hears how many bytes were read.

        Raises FileNotReadable, FormatNotKnown.
        """
        with opened(self._path) as stream:
            file = CsvFile(stream, self._path.name)
            known = format_of(file.header)
            self.report.format = known.name
            known = replace(known, read=self._with_fields(known.read, file.header))
            # PostgreSQL writes a batch while the next one is read.
            with ThreadPoolExecutor(1) as writer:
                writing: Future[None] | None = None
                for batch in self._batches(file, known):
                    if writing is not None:
                        writing.result()
                    progress(os.lseek(stream.fileno(), 0, os.SEEK_CUR))
                    writing = writer.submit(self._write, batch)
                if writing is not None:
                    writing.result()
        self.report.rejects.sort(key=lambda reject: reject.line)
        return self.report

    def _with_fields(self, read: Read, header: Sequence[str]) -> Read:
        """Let the columns of custom fields be read too. Raises FieldColumnNotKnown."""
        if not has_fields(header):
            return read
        with self._database.unit_of_work(self._identity) as uow:
            return reading_fields(read, header, active_fields(uow))

    def _batches(self, file: CsvFile, known: Format) -> Iterator[list[Numbered]]:
        """Give the good rows in batches, in which no address stands twice."""
        batch: list[Numbered] = []
        keys: set[str] = set()
        for row in self._good_rows(file, known):
            if len(batch) >= BATCH or row.record.email_key in keys:
                yield batch
                batch, keys = [], set()
            batch.append(row)
            keys.add(row.record.email_key)
        yield batch

    def _good_rows(self, file: CsvFile, known: Format) -> Iterator[Numbered]:
        for line in file.rows():
            if line.problem:
                self.report.rejects.append(Reject(line.number, line.problem))
                continue
            try:
                record = known.read(dict(zip(file.header, line.cells, strict=True)))
            except RowNotValid as wrong:
                self.report.rejects.append(Reject(line.number, str(wrong)))
            else:
                yield Numbered(line.number, record)

    def _write(self, batch: list[Numbered]) -> None:
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

    def _write_once(self, batch: list[Numbered]) -> None:
        with self._database.unit_of_work(self._identity, timeout=TIMEOUT) as uow:
            plan = batches.plan_of(uow, batch)
            changed = batches.carry_out(uow, plan)
        self._count(plan, registered=len(plan.newcomers), changed=changed)

    def _foresee(self, batch: list[Numbered]) -> None:
        """Count what would happen; who stood in an earlier row would be known by now."""
        with self._database.unit_of_work(self._identity, timeout=TIMEOUT) as uow:
            plan = batches.plan_of(uow, batch)
            changed = sum(1 for returner in plan.returners if returner.change())
            uow.session.expunge_all()
        again = sum(1 for newcomer in plan.newcomers if newcomer.record.email_key in self._planned)
        self._planned.update(newcomer.record.email_key for newcomer in plan.newcomers)
        self._count(plan, registered=len(plan.newcomers) - again, changed=changed + again)

    def _count(self, plan: batches.Plan, *, registered: int, changed: int) -> None:
        self.report.registered += registered
        self.report.changed += changed
        self.report.unchanged += len(plan.newcomers) + len(plan.returners) - registered - changed
        self.report.rejects.extend(plan.rejects)


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
