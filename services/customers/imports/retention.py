"""Files that were brought in are kept for some weeks, in which an import can be looked at and started."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from kernel import clock
from kernel.database import Database
from services.customers.models import ImportFile, ImportPiece, ImportReject

KEPT = timedelta(days=14)


def drop_old_files(database: Database) -> int:
    """Remove the contents of old files, and what was refused of them; return how many files. Safe to repeat.

    That there was an import, and its counts, stay.
    """
    with database.across_networks("dropping files that were imported") as session:
        is_old = (ImportFile.created_at < clock.now() - KEPT) & ImportFile.is_kept
        is_idle = ImportFile.state.notin_(("due", "leased"))
        old = session.scalars(
            select(ImportFile.id).where(is_old, is_idle).with_for_update(skip_locked=True)
        ).all()
        for table in (ImportPiece, ImportReject):
            session.execute(delete(table).where(table.import_id.in_(old)))
        session.execute(update(ImportFile).where(ImportFile.id.in_(old)).values(is_kept=False))
    return len(old)
