"""How long each transaction that writes holds SQLite's one lock, in processor time of its thread.

Processor time, since a machine that is busy with something else stretches every other: what the
transaction itself does is what everybody else has to wait for.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from annualwheel.transactions import is_reading
from tests.cpu_time import slowness

# What nobody notices, in seconds.
MOST = 0.1


@contextmanager
def held(engine: Engine) -> Iterator[list[float]]:
    """The seconds of each transaction of the block that wrote, in any thread, in order.

    On a slow machine they are what a plain one would have taken (`slowness`), by how slow it was at
    the start or the end, whichever was slower.
    """
    found: list[float] = []
    slow = slowness()
    # What the tests have left behind is no work of any of these transactions.
    gc.collect()
    gc.disable()

    def begins(connection: Connection) -> None:
        if not is_reading():
            connection.info["held_since"] = time.thread_time()

    def ends(connection: Connection) -> None:
        since = connection.info.pop("held_since", None)
        if since is not None:
            found.append(time.thread_time() - since)

    event.listen(engine, "begin", begins)
    for ending in ("commit", "rollback"):
        event.listen(engine, ending, ends)
    try:
        yield found
        slow = max(slow, slowness())
        found[:] = [seconds / slow for seconds in found]
    finally:
        gc.enable()
        event.remove(engine, "begin", begins)
        for ending in ("commit", "rollback"):
            event.remove(engine, ending, ends)
