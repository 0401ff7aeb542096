"""The worlds that scenes take place in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from annualwheel.db import db
from annualwheel.services import services
from scenes.world import START, World
from scenes.worlds import after, empty, line, stands, turns, year

MAKERS: Mapping[str, Callable[[World], None]] = {
    "empty": empty.make,
    "year": year.make,
    "turns": turns.make,
    "after": after.make,
    "line": line.make,
    "stands": stands.make,
}


def furnish(world: World, name: str) -> None:
    """Fills the world's migrated and empty database. The clock must show `START`."""
    world.clock.set(START)
    with world.app.app_context():
        MAKERS[name](world)
        db.session.commit()
        services().queue.storage.flush_all()
