"""Every kind of mailing, found by its key or by the word in its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annualwheel.mailings.kinds.cancelled import Cancelled
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.invitation import Invitation
from annualwheel.mailings.kinds.joining import HowToJoin
from annualwheel.mailings.kinds.kind import Kind
from annualwheel.mailings.kinds.moved import Moved
from annualwheel.mailings.kinds.preparation import Preparation
from annualwheel.mailings.kinds.preparation_reminder import PreparationReminder
from annualwheel.mailings.kinds.reminder import Reminder
from annualwheel.mailings.kinds.results import Results
from annualwheel.mailings.kinds.save_the_date import SaveTheDate

ALL: tuple[Kind[Any], ...] = (
    SaveTheDate(),
    Invitation(),
    Reminder(),
    HowToJoin(),
    Preparation(),
    PreparationReminder(),
    Results(),
    Moved(),
    Cancelled(),
)
BY_KEY: Mapping[str, Kind[Any]] = {kind.key: kind for kind in ALL}
BY_ADDRESS: Mapping[str, Composed] = {
    kind.address: kind for kind in ALL if isinstance(kind, Composed)
}


def of(key: str) -> Kind[Any]:
    """The kind with that key. Raises `KeyError` when there is none."""
    return BY_KEY[key]
