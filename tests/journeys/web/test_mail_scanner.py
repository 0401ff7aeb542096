"""A scanner that opens every link of every mail, follows redirects and goes one step on changes
nothing in the database.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from annualwheel.access.links import PATHS
from annualwheel.db import db
from annualwheel.mail.kinds import KINDS
from annualwheel.models import Message
from scenes.world import World
from scenes.worlds import MAKERS
from tests.databases import in_turn
from tests.journeys.web.test_every_surface import digest
from tests.scanner import links, one_of_every_kind, scan


@pytest.mark.parametrize(
    ("name", "database"), in_turn(name for name in MAKERS if name != "empty"), indirect=["database"]
)
def test_a_scanner_changes_nothing(furnished_world: Callable[[str], World], name: str) -> None:
    world = furnished_world(name)
    with world.app.app_context():
        one_of_every_kind(world)
        assert {kind for (kind,) in db.session.query(Message.kind).distinct()} >= set(KINDS)
        paths = links(world)
    assert {path.split("/")[1] for path in paths} >= {
        pattern.split("/")[1] for pattern in PATHS.values()
    }
    before = digest(world)
    opened = scan(world, paths)
    assert opened >= set(paths) and {"/personuppgifter", "/lank"} <= {
        path.split("?")[0] for path in opened
    }
    assert digest(world) == before
