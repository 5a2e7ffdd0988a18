"""The base of the customers tables, and the text that PostgreSQL orders byte by byte."""

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase

from kernel.tables import Conventions, new_metadata

FOLDED = Text(collation="C")
"""Folded text: ordered by bytes, so that a prefix is a range and an index can answer it."""


class Base(Conventions, DeclarativeBase):
    """Every customers table."""

    metadata = new_metadata()
