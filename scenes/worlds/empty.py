"""The first day: accounts, and nothing else."""

from __future__ import annotations

from scenes.world import World


def make(world: World) -> None:
    """One account of each role."""
    world.hire("coordinator", "Karin Exempel")
    world.hire("facilitator", "Petter Exempel")
    world.hire("administrator", "Ada Exempel")
