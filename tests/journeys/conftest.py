"""What the journeys may ask for beside what every test may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from scenes.world import World
from tests.conftest import Fixed, Places
from tests.databases import PostgreSQL, SQLite
from tests.furnished_worlds import furnished


@pytest.fixture
def furnished_world(
    make_app: Callable[..., Flask],
    clock: Fixed,
    tmp_path: Path,
    database: SQLite | PostgreSQL,
    places: Places,
) -> Callable[[str], World]:
    """`furnished_world(name)`: the world of that name in the test's database.

    Earlier tests have not touched it.
    """
    return lambda name: furnished(
        make_app(dev_mailbox=tmp_path / "mailbox"),
        clock,
        tmp_path / "mailbox",
        database,
        name,
        places.shared,
    )
