"""Check and import files of customers."""

from kernel.database import Database
from kernel.work import Claim, Performer, Result
from services.customers.imports import runs
from services.customers.imports.received import KIND
from services.customers.models import ImportFile


def carry_on(home: Database, mine: Claim) -> Result:
    """Read on in the file until its end; each batch is one transaction with the import's progress."""
    runs.carry_on(home, mine)
    return Result("done")


import_file = Performer(kind=KIND, home="customers", model=ImportFile, perform=carry_on)
