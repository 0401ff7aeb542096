"""Turns at SQLite's one write lock, within a process.

SQLite lets whoever tries at the right moment in, and a thread that waits answers nobody else. Here
the threads wait in the order they came; the first in line alone tries the lock. When some wait
already and the line stands still, whoever comes in a request is soon told to try again, so that
threads are left for readers.
"""

from __future__ import annotations

import threading
import time
from collections import deque

# So many requests of a process wait long, which must be fewer than its threads.
MOST_WAITING = 2
# Seconds that a request waits at most, that all but the first few wait while the line stands still,
# and that a job waits, which keeps no reader waiting.
LONG, BRIEF, JOB = 5.0, 0.5, 15.0


class NoTurn(Exception):
    """It took too long until it was this thread's turn."""


class WriteTurns:
    """The line in front of the lock."""

    def __init__(self) -> None:
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()
        self._moved_at = 0.0

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
        while not turn.wait(max(0.0, self._until(place, began, in_request) - time.monotonic())):
            # The line may have moved meanwhile, and so be worth waiting in.
            if time.monotonic() >= self._until(place, began, in_request):
                self.done(turn)
                raise NoTurn
        until = began + (LONG if in_request else JOB)
        return turn, max(0.0, until - time.monotonic())

    def moved(self) -> None:
        """Notes that whoever was first in line has got the lock."""
        self._moved_at = time.monotonic()

    def done(self, turn: threading.Event) -> None:
        """Lets the next in line try, whether this one has got the lock or has given up."""
        with self._lock:
            self._line.remove(turn)
            if self._line:
                self._line[0].set()

    def _until(self, place: int, began: float, in_request: bool) -> float:
        """The moment at which the one who came at that place gives up, as things are now."""
        if not in_request:
            return began + JOB
        if place <= MOST_WAITING:
            return began + LONG
        return min(began + LONG, max(began, self._moved_at) + BRIEF)
