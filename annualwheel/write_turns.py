"""Turns at SQLite's one write lock, within a process.

SQLite lets whoever tries at the right moment in, and a thread that waits answers nobody else. Here
the threads wait in the order they came; the first in line alone tries the lock. When some wait
already, whoever comes in a request is soon told to try again, so that threads are left for readers.
"""

from __future__ import annotations

import threading
import time
from collections import deque

# So many requests of a process wait long, which must be fewer than its threads.
MOST_WAITING = 2
# Seconds that they wait, that the others do, and that a job does, which keeps no reader waiting.
LONG, BRIEF, JOB = 3.0, 0.25, 15.0


class NoTurn(Exception):
    """It took too long until it was this thread's turn."""


class WriteTurns:
    """The line in front of the lock."""

    def __init__(self) -> None:
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def wait(self, *, in_request: bool) -> tuple[threading.Event, float]:
        """Waits for the turn; gives what `done` is given, and the seconds that are left to wait.

        Raises `NoTurn`.
        """
        turn, began = threading.Event(), time.monotonic()
        with self._lock:
            self._line.append(turn)
            place = len(self._line)
            if place == 1:
                turn.set()
        patience = JOB if not in_request else LONG if place <= MOST_WAITING else BRIEF
        if not turn.wait(patience):
            self.done(turn)
            raise NoTurn
        return turn, max(0.0, patience - (time.monotonic() - began))

    def done(self, turn: threading.Event) -> None:
        """Lets the next in line try, whether this one has got the lock or has given up."""
        with self._lock:
            self._line.remove(turn)
            if self._line:
                self._line[0].set()
