"""Importing a file that was brought in: checked, started by a person, and gone on with after a crash."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kernel.auth import Identity
from kernel.batches import batches
from kernel.bulk import insert_rows
from kernel.database import Database, UnitOfWork, Units
from kernel.errors import N_
from kernel.spreadsheets import BOM, defused, written
from kernel.work import Claim, finish, hold
from services.customers import audit
from services.customers.imports.received import KIND, NotNow, piece_at
from services.customers.imports.run import Import, Step
from services.customers.imports.sources import PiecesSource
from services.customers.jobs.orderers import why_stopped
from services.customers.models import ImportFile, ImportReject

PERMISSION = "customers.edit"
SECRET = re.compile(r"pass|hash|token|secret|salt", re.IGNORECASE)
"""Columns of other systems whose cells are never kept."""

REJECTS = 1000  # a transaction


class Stopped(Exception):
    """Who started the import may no longer import, or was signed out; its only argument says which."""


def start(uow: UnitOfWork, import_id: UUID) -> ImportFile:
    """Have the file imported; once is enough, however often it is asked. Raises NotNow."""
    file = uow.get(ImportFile, import_id, lock=True)
    if file.phase in {"importing", "done"}:
        return file
    if file.phase not in {"checking", "ready", "stopped"} or not file.is_kept or not file.encoding:
        raise NotNow(N_("This file cannot be imported as it is."))
    audit.note(uow, "import started", file.id, name=file.name)
    asking = uow.identity
    file.actor, file.account_id, file.key_id = asking.actor, asking.account_id, asking.key_id
    file.epoch = asking.epoch
    file.begin("importing", uow.now)
    _forget_rejects(uow, file)
    # A check that is under way loses the file: its next step finds the lease gone.
    file.lease_token = file.lease_until = None
    uow.ring(KIND, file.id)
    return file


def stop(uow: UnitOfWork, import_id: UUID) -> ImportFile:
    """End it where it is; what is imported stays. Raises NotNow when it is over."""
    file = uow.get(ImportFile, import_id, lock=True)
    if file.phase in {"done", "stopped"}:
        raise NotNow(N_("This import is over already."))
    audit.note(uow, "import stopped", file.id, name=file.name)
    file.stopped, file.phase, file.finished_at = "cancelled", "stopped", uow.now
    file.state, file.lease_token, file.lease_until = "done", None, None
    return file


def carry_on(home: Database, mine: Claim) -> None:
    """Check the file, or import it from where the last run came to; the last transaction marks it done."""
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        file = uow.get(ImportFile, mine.id, lock=True)
        hold(uow, ImportFile, mine)
        is_check = file.phase == "checking"
        if is_check:
            # What a check has seen of the file it cannot know after a crash; it is quick, and begins anew.
            file.position = file.line = 0
            file.registered = file.changed = file.unchanged = file.rejected = 0
            _forget_rejects(uow, file)
    source = PiecesSource(file.name, file.encoding, lambda place: _fetch(home, file, place))
    run = Import(
        home,
        file.identity(),
        source,
        dry_run=is_check,
        fields=file.fields,
        after=file.line,
        journal=_Journal(mine, file),
    )
    try:
        run.run()
    except Stopped as reason:
        _end(home, mine, file, "stopped", why=str(reason))
    else:
        _end(home, mine, file, "ready" if is_check else "done")


def rejects_of(units: Units, import_id: UUID) -> Iterator[bytes]:
    """Give what was refused as CSV: line, sentence, and the columns of the file; it can be imported again."""
    with units() as uow:
        file = uow.get(ImportFile, import_id)
    delimiter = ";" if any(";" in name for name in file.header) else ","
    yield (BOM + written([["line", "reason", *file.header]], delimiter)).encode()
    for batch in batches(units, partial(_rejects_behind, import_id)):
        yield written([_reject_row(reject) for reject in batch], delimiter).encode()


def _rejects_behind(import_id: UUID, uow: UnitOfWork, last: ImportReject | None) -> Sequence[ImportReject]:
    found = select(ImportReject).where(ImportReject.import_id == import_id)
    if last is not None:
        found = found.where(ImportReject.line > last.line)
    return uow.session.scalars(found.order_by(ImportReject.line).limit(REJECTS)).all()


def _reject_row(reject: ImportReject) -> list[str]:
    reason = reject.template % reject.params if reject.params else reject.template
    return [str(reject.line), *(defused(cell) for cell in (reason, *reject.cells))]


class _Journal:
    """Writes each batch's outcome to the import's row, in the batch's transaction, while the lease stands."""

    def __init__(self, mine: Claim, file: ImportFile) -> None:
        self._mine = mine
        self._secret = [bool(SECRET.search(name)) for name in file.header]

    def note(self, uow: UnitOfWork, step: Step) -> None:
        file = uow.get(ImportFile, self._mine.id, lock=True)
        orderer = {"account_id": file.account_id, "key_id": file.key_id}
        if reason := why_stopped(uow, PERMISSION, **orderer, epoch=file.epoch):
            raise Stopped(reason)
        hold(uow, ImportFile, self._mine)
        file.line, file.position = max(step.line, file.line), step.position
        file.registered += step.registered
        file.changed += step.changed
        file.unchanged += step.unchanged
        file.rejected += len(step.rejects)
        insert_rows(uow, ImportReject, [self._row(reject) for reject in step.rejects])

    def _row(self, reject: Any) -> dict[str, Any]:
        return {
            "import_id": str(self._mine.id),
            "line": reject.line,
            "template": reject.reason.template,
            "params": reject.reason.params,
            "cells": self._without_secrets(reject.cells),
        }

    def _without_secrets(self, cells: Sequence[str]) -> list[str]:
        return ["" if is_secret else cell for cell, is_secret in zip(cells, self._secret, strict=False)]


def _end(home: Database, mine: Claim, file: ImportFile, phase: str, *, why: str = "") -> None:
    with home.unit_of_work(file.identity()) as uow:
        ended = uow.get(ImportFile, mine.id, lock=True)
        finish(uow, ImportFile, mine)
        ended.phase, ended.finished_at = phase, uow.now
        ended.stopped = why
        if phase == "done":
            counts = ("registered", "changed", "unchanged", "rejected")
            audit.note(
                uow, "customers imported", ended.id, name=ended.name, **{n: getattr(ended, n) for n in counts}
            )


def _fetch(home: Database, file: ImportFile, place: int) -> bytes | None:
    with home.unit_of_work(file.identity()) as uow:
        return piece_at(uow, file.id, place)


def _forget_rejects(uow: UnitOfWork, file: ImportFile) -> None:
    gone = delete(ImportReject).where(ImportReject.import_id == file.id)
    uow.session.execute(gone.execution_options(synchronize_session=False))
