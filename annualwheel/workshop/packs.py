"""Packs: asked for, built in a job, downloaded."""
from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel.clock import Clock
from annualwheel.models import Pack


def build(pack_id: int, clock: Clock) -> None:
    """Builds the pack."""


def mark_failed(pack_id: int) -> None:
    """Marks it failed."""


def left_behind(now: dt.datetime) -> sa.Select[tuple[Pack]]:
    """Packs that should have been built."""
    return sa.select(Pack).where(Pack.state == "queued", Pack.created_at < now - dt.timedelta(minutes=2))
