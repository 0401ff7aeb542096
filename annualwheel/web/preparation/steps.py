"""The pages of a preparation in order, and whether the answer is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, g, url_for
from flask_babel import gettext as _

from annualwheel.models import Submission
from annualwheel.preparation import deadline, scopes
from annualwheel.questionnaires import opening, published
from annualwheel.questionnaires.definition import Definition, Option, Part, Section
from annualwheel.web import page
from annualwheel.web.wording import words


@dataclass(frozen=True)
class Step:
    """A page of the preparation, with its number in the order."""

    number: int
    of: int
    section: Section
    theme: Option | None

    @property
    def part(self) -> Part:
        """The part of the questionnaire that the page asks."""
        return Part(self.section, self.theme)

    @property
    def keys(self) -> tuple[str, str | None]:
        """The section's key and the theme's, None for a section that is not repeated."""
        return self.section.key, self.theme.key if self.theme else None

    @property
    def title(self) -> str:
        """The section's title in the page's language."""
        return self.section.title.to(page.language())

    @property
    def key(self) -> str:
        """`section` or `section/theme`: the name of the page in the database."""
        return f"{self.section.key}/{self.theme.key}" if self.theme else self.section.key

    @property
    def name(self) -> str:
        """The title, with the theme's words where the section is repeated."""
        return f"{self.title}: {self.about}" if self.about else self.title

    @property
    def about(self) -> str:
        """The theme's words, "" for a section that is not repeated."""
        return self.theme.label.to(page.language()) if self.theme else ""

    def url(self, **query: Any) -> str:
        """The page's address. `query` may have `_anchor` and `redigera` (a card's public id)."""
        section, theme = self.keys
        return url_for("preparation.section", section=section, theme=theme, **query)


class BackToHub(Step):
    """The hub, as the step after the last page of somebody who writes a share.

    The review of the whole answer is closed to them.
    """

    @property
    def title(self) -> str:
        """The hub's name in running text."""
        name: str = _("översikten")
        return name

    def url(self, **query: Any) -> str:
        """The hub's address."""
        return url_for("preparation.hub")


def steps(definition: Definition) -> list[Step]:
    """All pages in order."""
    parts = definition.parts()
    return [
        Step(number, len(parts), section, theme) for number, (section, theme) in enumerate(parts, 1)
    ]


def find(definition: Definition, section: str, theme: str | None) -> tuple[Step, Step | None]:
    """The step with those keys and the one after it that the member may write.

    404 when there is none.
    """
    order, scope = steps(definition), g.member.scope
    found = next((step for step in order if step.keys == (section, theme)), None)
    if found is None:
        abort(404)
    # A member with a share is led past the pages that they may not write.
    rest = (step for step in order[found.number :] if scopes.covers(definition, scope, step.part))
    home = BackToHub(found.number, found.of, found.section, None) if scope else None
    return found, next(rest, home)


def page_head(submission: Submission) -> dict[str, Any]:
    """Whether the answer is open, closed or not open yet, and its last day, for the page's head."""
    now = page.now()
    meeting = submission.questionnaire.meeting
    return {
        "opens": deadline.opens_at(submission),
        "closes": deadline.closes_at(submission),
        "is_open": deadline.is_open(submission, now),
        "early": now < deadline.opens_at(submission),
        "cancelled": meeting.state == "cancelled",
    }


def asked_title(submission: Submission) -> str:
    """What the questionnaire is called, "" where pages need not name it."""
    name = published.name_of(submission)
    return name.to(page.language()) if name else ""


def material(submission: Submission) -> str:
    """What is read before answering, "" where that is nothing."""
    read_first = published.asked_of(submission).material
    return read_first.to(page.language()) if read_first else ""


def occasion(submission: Submission) -> str:
    """Before or after which meeting the questions are asked."""
    meeting = submission.questionnaire.meeting
    when = {"meeting": words.meeting_running(meeting.kind), "day": words.day(meeting.starts_at)}
    if opening.prepares(submission.questionnaire):
        return str(_("Inför %(meeting)s %(day)s", **when))
    return str(_("Efter %(meeting)s %(day)s", **when))


def answers_to(submission: Submission) -> str:
    """What the answer answers, for the line above a heading that does not say it.

    The questionnaire's name, where it has to be named, and the meeting's day.
    """
    title = asked_title(submission)
    day = words.day(submission.questionnaire.meeting.starts_at)
    return f"{title}, {day}" if title else occasion(submission)
