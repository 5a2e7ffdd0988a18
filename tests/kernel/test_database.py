"""A database that goes away without a word is away, and nothing worse."""

import os
import socket

import pytest
from sqlalchemy import text

from kernel.auth import Identity
from kernel.database import Database, DatabaseAway


def test_a_line_that_broke_while_nobody_used_it_is_away_once_and_then_replaced(
    databases: dict[str, Database], owner: Identity
) -> None:
    billing = databases["billing"]
    billing.engine.dispose()
    with billing.unit_of_work(owner) as uow:
        line = os.dup(uow.driver.pgconn.socket)
    with socket.socket(fileno=line) as broken:
        broken.shutdown(socket.SHUT_RDWR)

    with pytest.raises(DatabaseAway), billing.unit_of_work(owner):
        pass
    with billing.unit_of_work(owner) as uow:
        assert uow.session.scalar(text("SELECT 1")) == 1
