"""Pusslet: how many initiatives each theme has, by focus area and by kind of organisation.

A nought is not yet a gap: too few may have answered to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from annualwheel.questionnaires.content import ItemContent

GAP, UNKNOWN = "gap", "unknown"
# The part of those asked who must have answered before a nought is a gap.
ENOUGH = 0.5


@dataclass
class Puzzle:
    """Counts of initiatives. One that belongs to two themes is counted in both."""

    by_area: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_category: Counter[tuple[str, str]] = field(default_factory=Counter)
    # Not the sum of a row: an initiative with two focus areas is in two of its cells.
    by_theme: Counter[str] = field(default_factory=Counter)
    initiatives: int = 0

    def add(self, item: ItemContent, category: str) -> None:
        """Counts one initiative of a submitted version."""
        self.initiatives += 1
        for theme in item.themes:
            self.by_theme[theme] += 1
            self.by_category[theme, category] += 1
            for area in item.focus_areas:
                self.by_area[theme, area] += 1


def piece(count: int, answered: int, asked: int) -> int | str:
    """What a piece shows: the number, or `GAP`, or `UNKNOWN` while too few have answered."""
    if count:
        return count
    return GAP if asked and answered >= asked * ENOUGH else UNKNOWN


def together(by_category: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """How many have answered of those asked, in all categories."""
    answered = sum(found[0] for found in by_category.values())
    return answered, sum(found[1] for found in by_category.values())
