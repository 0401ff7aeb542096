"""What an act costs in CPU time, told apart from a machine that stood still for a moment, and from
one that is slow: limits are for a machine that adds up a million numbers in 30 ms, and another that
needs longer for that is given longer for everything.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PLAIN = 0.03


def within(seconds: float, act: Callable[[], object]) -> bool:
    """Whether the act costs less CPU time than that. One that seems to cost more is tried again:
    the system books what a busy host takes from it on whoever is running, up to seconds at a time.
    """
    return _cost(act) < seconds or _cost(act) < seconds * slowness()


def slowness() -> float:
    """How many times as long this machine takes now; 1 for one that is plain or faster."""
    return max(1.0, min(_cost(_add_up) for _ in range(3)) / PLAIN)


def _add_up() -> int:
    total = 0
    for number in range(1_000_000):
        total += number
    return total


def _cost(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
