"""The results of a meeting as its people read them.

The link of a registration and the link of a preparation show them, and a preview does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from annualwheel.cycle import years
from annualwheel.errors import Missing
from annualwheel.meetings import results
from annualwheel.models import Meeting, SubmissionVersion
from annualwheel.questionnaires import opening, published
from annualwheel.questionnaires.definition import Text
from annualwheel.web import page
from annualwheel.web.parts import submitted_content
from annualwheel.web.parts.submitted_content import Block


@dataclass(frozen=True)
class ResultPassage:
    """What the tables said about a theme; `title` is "" for the whole.

    `language` is that of the text.
    """

    title: str
    text: str
    language: str


@dataclass(frozen=True)
class OwnSubmission:
    """What the reader, or their organisation, submitted last to one questionnaire.

    `title` is given where the meeting has several.
    """

    version: SubmissionVersion
    title: Text | None
    personal: bool
    blocks: list[Block]


def show(
    meeting: Meeting,
    own: Sequence[SubmissionVersion],
    back: tuple[str, str],
    preview: bool = False,
) -> str:
    """Makes the page.

    `own` is what the reader's organisation submitted last to each questionnaire, `back` a text and
    the address that it leads to. `preview` shows a draft.
    """
    language = page.language()
    published = meeting.results_at is not None and meeting.state != "cancelled"
    ready = preview or published
    return render_template(
        "results/show.html",
        meeting=meeting,
        ready=ready,
        preview=preview,
        back=back,
        own=[_own(version, language) for version in own] if ready else [],
        passages=_passages(meeting, language) if ready else [],
        took_part=results.attendance(meeting),
        corrected_at=results.corrected_at(meeting),
        after=results.next_meeting(meeting),
        expected=_expected(meeting),
    )


def _own(version: SubmissionVersion, language: str) -> OwnSubmission:
    answer = version.submission
    named = opening.is_named(answer.questionnaire)
    return OwnSubmission(
        version=version,
        # By the definition that was answered: the questions may have been corrected since.
        title=published.by_digest(version.digest).title if named else None,
        personal=answer.person_id is not None,
        blocks=submitted_content.of_content(version.content, language),
    )


def _passages(meeting: Meeting, language: str) -> list[ResultPassage]:
    """The texts to read, without themes that have none."""
    passages = []
    for piece in results.pieces(meeting):
        title = piece.title.to(language) if piece.title else ""
        # A text that exists in one language only is shown in that one, and says so for screen
        # readers.
        passages.append(ResultPassage(title, *piece.to(language)))
    return [one for one in passages if one.text]


def _expected(meeting: Meeting) -> dt.datetime | None:
    """The last day of the follow-up, while it is ahead."""
    try:
        closes = years.phase(meeting, "followup").closes_at
    except Missing:
        return None
    return closes if closes > page.now() else None
