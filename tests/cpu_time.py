"""What an act costs in CPU time, told apart from a machine that stood still for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable


def within(seconds: float, act: Callable[[], object]) -> bool:
    """Whether the act costs less CPU time than that. One that seems to cost more is tried again:
    the system books what a busy host takes from it on whoever is running, up to seconds at a time.
    """
    return any(_cost(act) < seconds for _ in range(2))


def _cost(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
