"""Rows that wait on the disk: a streamed sheet takes rows in one order only."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Hashable, Iterator
from contextlib import ExitStack
from typing import IO, Any

# What is kept in memory of each before it goes to the disk.
IN_MEMORY = 64 * 1024


class Spools:
    """Keeps rows under keys, and gives those of a key back in the order they came."""

    def __init__(self) -> None:
        self._files: dict[Hashable, IO[str]] = {}
        self._open = ExitStack()

    def add(self, key: Hashable, row: list[Any]) -> None:
        """Keeps a row of texts, numbers and None."""
        if key not in self._files:
            # They outlive this call: `close` ends them all.
            file = tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115
            self._files[key] = self._open.enter_context(file)
        self._files[key].write(json.dumps(row, ensure_ascii=True) + "\n")

    def rows(self, key: Hashable) -> Iterator[list[Any]]:
        """The rows of a key; none when nothing was kept under it."""
        file = self._files.get(key)
        if file is not None:
            file.seek(0)
            for line in file:
                yield json.loads(line)

    def close(self) -> None:
        """Removes all that was kept."""
        self._open.close()
        self._files.clear()
