"""The pages of imports: the newest, and one with its first rows and its columns."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from kernel.contracts import imports as contracts
from kernel.database import UnitOfWork
from kernel.errors import N_, Filled, NotFound
from services.customers.imports.batches import Numbered, plan_of
from services.customers.imports.fields import format_for
from services.customers.imports.files import Line
from services.customers.imports.received import beginning_of
from services.customers.imports.records import RowNotValid
from services.customers.models import Account, ApiKey, ImportFile
from services.customers.profiles.names import display_name

SHOWN = 20
PREVIEWED = 10
SAMPLE = 60  # characters

WHY = {
    "": "",
    "cancelled": N_("Somebody stopped it."),
    "not allowed": N_("Who ordered it may no longer do this."),
    "session ended": N_("Who ordered it was signed out everywhere, or chose another password, meanwhile."),
}


def imports_list(uow: UnitOfWork) -> contracts.ImportsList:
    """Return the newest imports."""
    newest = (
        _imports().where(ImportFile.phase != "receiving").order_by(ImportFile.created_at.desc()).limit(SHOWN)
    )
    return contracts.ImportsList(items=[_import_of(row) for row in uow.session.execute(newest)])


def import_page(uow: UnitOfWork, import_id: UUID) -> contracts.Import:
    """Return one import; before it is started, with its first rows and what would happen. Raises NotFound."""
    row = uow.session.execute(_imports().where(ImportFile.id == import_id)).one_or_none()
    if row is None:
        raise NotFound(ImportFile.missing)
    file: ImportFile = row.ImportFile
    found = _import_of(row)
    if file.phase not in {"choosing", "checking", "ready"} or not file.is_kept:
        return found
    lines = _first_lines(uow, file)
    previewed = () if file.phase == "choosing" else lines
    preview = tuple(_foreseen(uow, file, line) for line in previewed)
    return found.model_copy(update={"preview": preview, "columns": _columns(file, lines)})


def _imports() -> Any:
    called = (Account.first_name, Account.last_name, Account.username, ApiKey.name.label("key_name"))
    his = (Account.network_id == ImportFile.network_id) & (Account.id == ImportFile.account_id)
    its = (ApiKey.network_id == ImportFile.network_id) & (ApiKey.id == ImportFile.key_id)
    found: Any = select(ImportFile, *called)
    return found.outerjoin(Account, his).outerjoin(ApiKey, its)


def _import_of(row: Row[Any]) -> contracts.Import:
    file: ImportFile = row.ImportFile
    name = display_name(row.first_name or "", row.last_name or "", username=row.username or "")
    return contracts.Import(
        id=file.id,
        name=file.name,
        phase=file.phase,  # type: ignore[arg-type]
        format=file.format,
        size=file.size,
        position=file.position,
        counts=contracts.Counts(
            registered=file.registered,
            changed=file.changed,
            unchanged=file.unchanged,
            rejected=file.rejected,
        ),
        actor=file.actor,
        actor_name=row.key_name or name,
        created_at=file.created_at,
        finished_at=file.finished_at,
        is_kept=file.is_kept,
        why=WHY[file.stopped],
    )


def _first_lines(uow: UnitOfWork, file: ImportFile) -> list[Line]:
    rows = beginning_of(uow, file).rows()
    return [line for _, line in zip(range(PREVIEWED), rows, strict=False)]


def _columns(file: ImportFile, lines: list[Line]) -> tuple[contracts.SampleColumn, ...]:
    if file.format:
        return ()
    return tuple(
        contracts.SampleColumn(name=name, sample=_sample(lines, place), field=file.fields[place])
        for place, name in enumerate(file.header)
    )


def _sample(lines: list[Line], place: int) -> str:
    said = (line.cells[place].strip() for line in lines if len(line.cells) > place)
    return next((cell[:SAMPLE] for cell in said if cell), "")


def _foreseen(uow: UnitOfWork, file: ImportFile, line: Line) -> contracts.PreviewRow:
    """Return what would happen with a row, by itself; nothing is changed."""
    if line.problem:
        return _refused(line, line.problem)
    known = format_for(uow, file.header, file.fields)
    try:
        record = known.read(dict(zip(file.fields or file.header, line.cells, strict=True)))
    except RowNotValid as wrong:
        return _refused(line, Filled(wrong.template, **wrong.params))
    with uow.session.no_autoflush:
        plan = plan_of(uow, [Numbered(line.number, record)])
        is_changed = any(returner.change() for returner in plan.returners)
        uow.session.expunge_all()
    if plan.rejects:
        return _refused(line, plan.rejects[0].reason, record.email)
    becomes: contracts.Becomes = "new" if plan.newcomers else "changed" if is_changed else "unchanged"
    name = display_name(record.first_name, record.last_name, record.billing.get("company", ""))
    return contracts.PreviewRow(
        line=line.number, email=record.email, name=name, becomes=becomes, template="", params={}
    )


def _refused(line: Line, reason: Filled, email: str = "") -> contracts.PreviewRow:
    return contracts.PreviewRow(
        line=line.number,
        email=email,
        name="",
        becomes="refused",
        template=reason.template,
        params=reason.params,
    )
