"""Sees whether a SQLite database has had the newest migration and holds organisations.

It does so without starting the application, so that `make run` is there sooner.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

REVISION = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)


def is_ready(database_url: str, versions: Path) -> bool:
    """True for a SQLite file at the head of `versions` with at least one organisation.

    False for anything else.
    """
    path = Path(database_url.removeprefix("sqlite:///"))
    if not database_url.startswith("sqlite:///") or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            at = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
            found = connection.execute("SELECT 1 FROM organisations LIMIT 1").fetchone()
    except sqlite3.Error:
        return False
    return found is not None and at == heads(versions)


def heads(versions: Path) -> set[str]:
    """The migrations that no other one builds upon."""
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in versions.glob("*.py"):
        for kind, name in REVISION.findall(file.read_text(encoding="utf-8")):
            names[kind].add(name)
    return names["revision"] - names["down_revision"]
