"""Where one is in a preparation: its pages in order, and how the answer stands."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for

from annualwheel.models import Submission
from annualwheel.questionnaires import deadline
from annualwheel.questionnaires.definition import Definition, Option, Part, Section
from annualwheel.web import page


@dataclass(frozen=True)
class Step:
    """A page of the preparation, by its place in the order."""

    number: int
    of: int
    section: Section
    theme: Option | None

    @property
    def part(self) -> Part:
        """The same as the questionnaire sees it."""
        return Part(self.section, self.theme)

    @property
    def title(self) -> str:
        """The section's title in the page's language."""
        return self.section.title.to(page.language())

    @property
    def about(self) -> str:
        """The theme's words, "" for a section that is not repeated."""
        return self.theme.label.to(page.language()) if self.theme else ""

    def url(self, **query: Any) -> str:
        """The page's address; `_anchor` and `redigera` (a card's public id) go along."""
        return url_for("preparation.section", section=self.section.key, theme=self.theme.key if self.theme else None, **query)


def steps(definition: Definition) -> list[Step]:
    """All pages in order."""
    parts = definition.parts()
    return [Step(number, len(parts), section, theme) for number, (section, theme) in enumerate(parts, 1)]


def find(definition: Definition, section: str, theme: str | None) -> tuple[Step, Step | None]:
    """The step with those keys and the one after it; 404 when there is none."""
    order = steps(definition)
    wanted = [at for at, step in enumerate(order) if (step.section.key, step.theme.key if step.theme else None) == (section, theme)]
    if not wanted:
        abort(404)
    at = wanted[0]
    return order[at], order[at + 1] if at + 1 < len(order) else None


def standing(submission: Submission) -> dict[str, Any]:
    """How the answer stands now, for the page's head: open, closed or not open yet, and its last day."""
    now = page.now()
    meeting = submission.questionnaire.meeting
    return {"opens": deadline.opens_at(submission), "closes": deadline.closes_at(submission),
            "is_open": deadline.is_open(submission, now), "early": now < deadline.opens_at(submission),
            "cancelled": meeting.state == "cancelled"}
