"""Counts initiatives: themes by focus area, and themes by kind of organisation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from annualwheel.questionnaires.content import ItemContent


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
