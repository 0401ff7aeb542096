"""What reads a file for ever, to be ended by the bounds of its process."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

from annualwheel.uploads import child


def main() -> None:
    """Works or fills the memory without end, dies, or tells its environment: as the file says."""
    child.answer(_values)


def _values(content: bytes) -> Iterator[object]:
    word = content.decode()
    if word == "environment":
        yield dict(os.environ)
    elif word == "memory":
        yield len([bytes(1_000_000) for _ in itertools.count()])
    elif word == "work":
        yield sum(1 for _ in itertools.count())
    else:
        raise ZeroDivisionError
