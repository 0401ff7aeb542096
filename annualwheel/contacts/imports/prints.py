"""Prints of rows: short hashes that show whether a row is still as an import left it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from annualwheel.db import Base


def of(rows: Iterable[Base]) -> dict[str, str]:
    """The print of each row by its id, as text (JSON has no other keys)."""
    return {str(row.id): _print(row) for row in rows}  # type: ignore[attr-defined]


def _print(row: Base) -> str:
    values = [
        (column.key, getattr(row, column.key)) for column in sa.inspect(type(row)).column_attrs
    ]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:12]
