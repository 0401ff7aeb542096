"""Several people who press in the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from flask import Flask

from annualwheel.db import db
from annualwheel.transactions import reading

# Whoever does not come to the start within so many seconds has failed: then all fail, and nobody
# waits for ever.
PATIENCE = 60.0
One = TypeVar("One")
Result = TypeVar("Result")


def at_once(
    app: Flask,
    act: Callable[[Any], Result],
    whom: Iterable[One],
    look: Callable[[One], Any] | None = None,
) -> list[Result]:
    """Lets everybody do `act` in the same moment, each in a thread and an application context of
    their own.

    `look` is what each has read before, as on a page that was opened a while ago; `act` is given
    what came of it. Returns what came of each act, in order. Raises what the first who failed met.
    """
    people = list(whom)
    start = Barrier(len(people), timeout=PATIENCE)

    def press(one: One) -> Result:
        with app.app_context():
            seen: Any = one
            if look is not None:
                with reading():
                    seen = look(one)
                    db.session.rollback()
            start.wait()
            return act(seen)

    with ThreadPoolExecutor(len(people)) as threads:
        return [one.result() for one in [threads.submit(press, one) for one in people]]
