"""What the journeys may ask for beside what every test may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from scenes.world import World
from tests.conftest import Fixed
from tests.databases import PostgreSQL, SQLite
from tests.stages import Kept, furnished


@pytest.fixture
def stage(
    make_app: Callable[..., Flask],
    clock: Fixed,
    tmp_path: Path,
    database: SQLite | PostgreSQL,
    kept_worlds: dict[tuple[str, str], Kept],
) -> Callable[[str], World]:
    """`stage(name)`: the world of that name in the test's database, untouched by earlier tests."""
    return lambda name: furnished(
        make_app(dev_mailbox=tmp_path / "mailbox"),
        clock,
        tmp_path / "mailbox",
        database,
        name,
        kept_worlds,
    )
