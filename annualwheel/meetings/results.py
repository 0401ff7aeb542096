"""The results of a meeting.

They are the tables' words for each theme, a draft until they are published, and who took part.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.models import (
    Audit,
    Meeting,
    Needs,
    Questionnaire,
    Registration,
    Result,
    Submission,
    SubmissionVersion,
)
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Option, Text
from annualwheel.registrations import audiences
from annualwheel.registrations.states import COMING
from annualwheel.wording import dates, names

LANGUAGES = ("sv", "en")
WHOLE = ""
TOLD_FOR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class ResultText:
    """The words about one theme, or about the whole (`key` empty, no `title`).

    `sv` and `en` are as they were typed, "" when nothing was.
    """

    key: str
    title: Text | None
    sv: str
    en: str

    def to(self, language: str) -> tuple[str, str]:
        """The text and the language it is in: the one asked for, else the other.

        ("", language) when there is none.
        """
        texts = {"sv": self.sv, "en": self.en}
        other = "en" if language == "sv" else "sv"
        if not texts[language] and texts[other]:
            return texts[other], other
        return texts[language], language


@dataclass(frozen=True)
class ResultChange:
    """A new text for a piece in one language, and the `mark` of the text it was written on.

    `sent` is a text that the same page has sent and got no reply to: finding it stored is no
    conflict.
    """

    value: str
    base: str
    sent: str | None = None


@dataclass(frozen=True)
class Attendance:
    """How many people and organisations took part."""

    people: int
    organisations: int


def pieces(meeting: Meeting) -> list[ResultText]:
    """The whole first, then every theme of the meeting's questions in order.

    The themes are those of the year while nothing is published.
    """
    rows = _rows(meeting)
    titles: dict[str, Text | None] = {WHOLE: None}
    titles |= {theme.key: theme.label for theme in _themes(meeting)}
    found = []
    for key, title in titles.items():
        row = rows.get(key)
        found.append(ResultText(key, title, row.sv if row else "", row.en if row else ""))
    return found


def mark(text: str) -> str:
    """Names a text, so that a form can say which one it showed."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def save(
    meeting: Meeting,
    changes: Mapping[tuple[str, str], ResultChange],
    now: dt.datetime,
    actor: Actor,
) -> dict[tuple[str, str], str]:
    """Saves texts by (theme key, language).

    A text that somebody else has changed since its `base` is left as it is, and returned.

    Published results show the change at once, with its day. A text that was not touched in the form
    is no change, whatever others have done to it.
    """
    # Under the lock: of two who save the same theme the second must see the first one's text.
    _lock(meeting)
    conflicts, written = _put(meeting, changes)
    if written:
        verb = "results_corrected" if meeting.results_at else "results_written"
        audit.note(actor, verb, meeting, now, meeting.id, fields=written)
    return conflicts


def save_while_writing(
    meeting: Meeting,
    changes: Mapping[tuple[str, str], ResultChange],
    now: dt.datetime,
    actor: Actor,
) -> dict[tuple[str, str], str]:
    """Saves a draft while somebody writes it, and returns the conflicts as `save` does.

    The log tells once an hour that they write. Raises `Closed("results_published")`: what people
    read changes only when somebody says so.
    """
    _lock(meeting)
    if meeting.results_at is not None:
        raise Closed("results_published")
    conflicts, written = _put(meeting, changes)
    if written and not _told_lately(meeting, now, actor):
        audit.note(actor, "results_written", meeting, now, meeting.id, fields=written)
    return conflicts


def _put(
    meeting: Meeting, changes: Mapping[tuple[str, str], ResultChange]
) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Stores what is new. Returns the conflicts, and the names of what was written for the log."""
    rows = _rows(meeting)
    conflicts: dict[tuple[str, str], str] = {}
    written: list[str] = []
    for (key, language), change in changes.items():
        stored = getattr(rows[key], language) if key in rows else ""
        # Left as the form showed it, or typed alike by both: nobody's text is lost.
        if mark(change.value) == change.base or change.value == stored:
            continue
        if change.base != mark(stored) and change.sent != stored:
            conflicts[key, language] = stored
            continue
        if key not in rows:
            rows[key] = Result(meeting=meeting, theme_key=key)
            db.session.add(rows[key])
        setattr(rows[key], language, change.value)
        written.append(f"{language}:{key}")
    db.session.flush()
    return conflicts, written


def _told_lately(meeting: Meeting, now: dt.datetime, actor: Actor) -> bool:
    """Whether the log has said within the hour that this person writes."""
    noted = sa.select(Audit.id).where(
        Audit.meeting_id == meeting.id,
        Audit.verb == "results_written",
        Audit.actor_id == actor.id,
        Audit.at > now - TOLD_FOR,
    )
    return db.session.scalar(noted.limit(1)) is not None


def require_publishable(meeting: Meeting, now: dt.datetime) -> None:
    """Raises `Closed` for a cancelled meeting, and `Refused` when it is too early or empty.

    "results_too_early" before it has ended, "results_empty" without a word.
    """
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now < meeting.ends_at:
        raise Refused("results_too_early")
    if not any(piece.sv or piece.en for piece in pieces(meeting)):
        raise Refused("results_empty")


def publish(meeting: Meeting, now: dt.datetime, actor: Actor) -> None:
    """Shows the results to the people of the meeting.

    A second press changes nothing. Raises as `require_publishable`.
    """
    _lock(meeting)
    require_publishable(meeting, now)
    if meeting.results_at is None:
        meeting.results_at = now
        audit.note(actor, "results_published", meeting, now, meeting.id)
        db.session.flush()


def unpublish(meeting: Meeting, now: dt.datetime, actor: Actor) -> None:
    """Takes the results down.

    The texts are a draft again, and mails about them that wait are not sent.
    """
    _lock(meeting)
    if meeting.results_at is not None:
        meeting.results_at = None
        audit.note(actor, "results_unpublished", meeting, now, meeting.id)
        db.session.flush()


def corrected_at(meeting: Meeting) -> dt.datetime | None:
    """When what is published was last changed; None when it is as it was published."""
    if meeting.results_at is None:
        return None
    return db.session.scalar(
        sa.select(sa.func.max(Audit.at)).where(
            Audit.meeting_id == meeting.id,
            Audit.verb == "results_corrected",
            Audit.at >= meeting.results_at,
        )
    )


def attendance(meeting: Meeting) -> Attendance:
    """How many took part: who were checked in, or, where nobody was, who were registered."""
    organisations = sa.func.count(sa.distinct(Registration.organisation_id))
    row = db.session.execute(
        sa.select(sa.func.count(), organisations).where(
            Registration.meeting_id == meeting.id, Registration.state.in_(present(meeting))
        )
    ).one()
    return Attendance(row[0], row[1])


def own_versions(
    meeting: Meeting, organisation_id: int | None, person_id: int
) -> Sequence[SubmissionVersion]:
    """What was submitted last to each of the meeting's questionnaires.

    It was submitted by the organisation (None: its answers are not for the reader) and, where each
    person answers, by the person. In the order in which the questionnaires were published.
    """
    newer = aliased(SubmissionVersion)
    is_newer = sa.and_(
        newer.submission_id == SubmissionVersion.submission_id,
        newer.number > SubmissionVersion.number,
    )
    respondents = [f"p{person_id}"]
    if organisation_id is not None:
        respondents.append(f"o{organisation_id}")
    return db.session.scalars(
        sa.select(SubmissionVersion)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .where(
            Questionnaire.meeting_id == meeting.id,
            Submission.respondent_key.in_(respondents),
            ~sa.exists().where(is_newer),
        )
        .order_by(Questionnaire.id)
    ).all()


def next_meeting(meeting: Meeting) -> Meeting | None:
    """The meeting of the same year that comes after this one and is not cancelled."""
    return db.session.scalar(
        sa.select(Meeting)
        .where(
            Meeting.year_id == meeting.year_id,
            Meeting.starts_at > meeting.starts_at,
            Meeting.state == "planned",
        )
        .order_by(Meeting.starts_at)
        .limit(1)
    )


def mail_facts(meeting: Meeting, language: str) -> dict[str, Any]:
    """What the mail *results* says to everyone alike.

    `given` and `part` are each recipient's own.
    """
    took_part, after = attendance(meeting), next_meeting(meeting)
    kept = (
        sa.select(Needs.id)
        .join(Registration, Registration.id == Needs.registration_id)
        .where(Registration.meeting_id == meeting.id)
    )
    return {
        "meeting": names.meeting(meeting.kind, language),
        "short_day": dates.day_month(meeting.starts_at, language),
        "person_count": took_part.people,
        "organisation_count": took_part.organisations,
        "next_meeting": names.meeting(after.kind, language) if after else "",
        "next_day": dates.weekday_day(after.starts_at, language) if after else "",
        # Said only when it is so: the mail may go before the day of erasure.
        "needs_erased": "" if db.session.scalar(kept.limit(1)) else "yes",
    }


def present(meeting: Meeting) -> tuple[str, ...]:
    """The states of those who took part."""
    checked_in = db.session.scalar(
        audiences.of_registrations(meeting, "attended").with_only_columns(Registration.id).limit(1)
    )
    return ("attended",) if checked_in else COMING


def _rows(meeting: Meeting) -> dict[str, Result]:
    found = db.session.scalars(sa.select(Result).where(Result.meeting_id == meeting.id))
    return {row.theme_key: row for row in found}


def _themes(meeting: Meeting) -> tuple[Option, ...]:
    """The themes that the meeting's questionnaires ask about, each once, in order."""
    # As they were asked: a published definition does not follow the year's themes.
    asked: dict[str, Option] = {}
    for questionnaire in meeting.questionnaires:
        for theme in published.definition_of(questionnaire).themes:
            asked.setdefault(theme.key, theme)
    if asked:
        return tuple(asked.values())
    return tuple(Option(theme.key, Text(theme.sv, theme.en)) for theme in meeting.year.themes)


def _lock(meeting: Meeting) -> None:
    """Waits for a colleague who writes, publishes or takes down, and reads the state again."""
    db.session.execute(sa.select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    db.session.refresh(meeting, attribute_names=["results_at", "state"])
