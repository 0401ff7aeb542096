"""The clock that the rehearsal winds forward. Only the rehearsal gives it to an application."""

from __future__ import annotations

import datetime as dt
import mmap
import struct
from pathlib import Path

from annualwheel.clock import STOCKHOLM

SECONDS = struct.Struct("d")


class FastClock:
    """Stands still until it is moved.

    It lies in a small file that the processes of one rehearsal share: all see the same time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(bytes(SECONDS.size))
        with path.open("r+b") as file:
            self.shown = mmap.mmap(file.fileno(), SECONDS.size)

    def now(self) -> dt.datetime:
        """What it shows, aware UTC."""
        return dt.datetime.fromtimestamp(SECONDS.unpack(self.shown)[0], dt.UTC)

    def to(self, day: dt.date, hour: int = 9) -> None:
        """Moves it to a full hour in Stockholm.

        Raises `ValueError` backwards: a year has one direction.
        """
        moment = dt.datetime.combine(day, dt.time(hour), STOCKHOLM)
        if moment < self.now():
            raise ValueError(f"{moment} is before {self.now()}")
        self.shown[:] = SECONDS.pack(moment.timestamp())
