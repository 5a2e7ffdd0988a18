"""Files of billing and of sites with the names of customers in them: neither knows any."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from uuid import UUID

from kernel.clients import Bound
from kernel.contracts.people import MOST
from kernel.spreadsheets import BOM, defused, written

CUSTOMER_ID = "customer_id"


def named_file(services: Bound, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give the file with a name and an address beside each customer's id.

    A hundred rows at a time are held, however many there are.
    """
    rows = csv.reader(_lines(pieces))
    header = next(rows)
    place = header.index(CUSTOMER_ID)
    yield BOM.encode() + _piece([[*header[:place], "customer", "email", *header[place:]]])
    while batch := list(islice(rows, MOST)):
        ids = {UUID(row[place]) for row in batch if row[place]}
        known = services.customers.people([*ids]).items if ids else []
        people = {str(person.id): [defused(person.name), defused(person.email)] for person in known}
        yield _piece([*row[:place], *people.get(row[place], ["", ""]), *row[place:]] for row in batch)


def _piece(rows: Iterable[list[str]]) -> bytes:
    return written(iter(rows), ",").encode()


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Give the lines of a file that comes in pieces; a cell holds no line break, as nobody may type one."""
    held = b""
    for piece in pieces:
        held += piece
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line.decode("utf-8-sig")
    if held:
        yield StringIO(held.decode("utf-8-sig")).read()
