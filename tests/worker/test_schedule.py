"""What happens by the clock."""

from functools import partial
from threading import Event
from typing import Any

import pytest

from kernel.database import DatabaseAway
from worker.rings import Rings
from worker.schedule import Every, Sweep, timetable


def test_the_clock_sweeps_ends_visits_clears_out_and_forgets() -> None:
    done: list[str] = []
    jobs = timetable(
        Sweep({}, {}, {}, Rings()),
        clear_out=partial(done.append, "cleared out"),
        clear_mails=partial(done.append, "mails cleared out"),
        end_visits=partial(done.append, "visits ended"),
        forget=partial(done.append, "buyers forgotten"),
        plan_books=partial(done.append, "books planned"),
    )

    for job in jobs:
        job.action()

    assert [(job.name, job.seconds) for job in jobs] == [
        ("sweep", 2), ("visits", 60), ("retention", 86_400), ("mail retention", 86_400),
        ("former customers", 86_400), ("books", 3_600),
    ]  # fmt: skip
    assert done == ["visits ended", "cleared out", "mails cleared out", "buyers forgotten", "books planned"]


@pytest.mark.parametrize("reason", [DatabaseAway("away"), RuntimeError("broken")])
def test_a_job_that_fails_is_done_again(reason: Exception) -> None:
    tries: list[str] = []
    stop = Event()

    def fail_once() -> Any:
        tries.append("try")
        if len(tries) == 1:
            raise reason
        stop.set()

    Every(0, "job", fail_once).run(stop)

    assert tries == ["try", "try"]
