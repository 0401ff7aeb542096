"""The process in which an upload is read: sets its own bounds, reads, answers in lines of JSON.

It is started by `uploads.bounded` and loads nothing but the standard library and what reads.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterable

from annualwheel.errors import Unreadable

# A list of 20,000 people takes some 2 s, and 60 MiB more than the 30 that Python takes.
CPU_SECONDS = 4
ADDRESS_SPACE = 256 * 1024 * 1024


def answer(read: Callable[[bytes], Iterable[object]]) -> None:
    """Reads the file on standard input, within the bounds, and writes the values that it gives.

    The first line says whether it was refused, and why.
    """
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        # All at once: what was refused in the end must not have begun.
        found: list[object] = [{}, *read(sys.stdin.buffer.read())]
    except Unreadable as problem:
        found = [{"refused": problem.key, "params": problem.params}]
    except MemoryError:
        found = [{"refused": "file_takes_too_much", "params": {}}]
    for value in found:
        sys.stdout.write(json.dumps(value, separators=(",", ":")) + "\n")
