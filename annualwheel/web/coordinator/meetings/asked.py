"""The published questionnaires of a meeting, and how far the answers to each have come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from annualwheel.models import Mailing, Meeting, Questionnaire
from annualwheel.preparation import progress
from annualwheel.preparation.states import TO_SUBMIT
from annualwheel.questionnaires import opening, published
from annualwheel.web import page


@dataclass(frozen=True)
class QuestionnaireCounts:
    """A published questionnaire with how many answers are in each state.

    `title` is "" where it need not be named; `mailed`: the mail that asks to answer it is sent.
    """

    questionnaire: Questionnaire
    title: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    states: dict[str, int]
    mailed: bool

    @property
    def undecided(self) -> int:
        """How many answers are not submitted: not begun, or drafts."""
        return sum(self.states[state] for state in TO_SUBMIT)


def of(meeting: Meeting, mailings: Sequence[Mailing]) -> list[QuestionnaireCounts]:
    """Each questionnaire, the first to open first. `mailings` are those that ask to answer one."""
    if not meeting.questionnaires:
        return []
    states = progress.counts(meeting)
    mailed = {mailing.audience.get("questionnaire") for mailing in mailings}
    found = [
        QuestionnaireCounts(
            questionnaire=one,
            title=_title(one) if opening.is_named(one) else "",
            opens_at=opening.opens_at(one),
            closes_at=opening.closes_at(one),
            states=states[one.id],
            mailed=one.key in mailed,
        )
        for one in meeting.questionnaires
    ]
    return sorted(found, key=lambda one: (one.opens_at, one.questionnaire.id))


def _title(questionnaire: Questionnaire) -> str:
    return published.title_of(questionnaire).to(page.language())
