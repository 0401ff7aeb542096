"""Publishing pins a definition to a meeting.

Editing the file, or the year's themes, changes nothing that is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.models import (
    FocusArea,
    Goal,
    Meeting,
    PublishedDefinition,
    Questionnaire,
    Submission,
    Theme,
)
from annualwheel.questionnaires import definition as definitions
from annualwheel.questionnaires import opening
from annualwheel.questionnaires.definition import Definition, Option, Text


def publish(
    meeting: Meeting, definition: Definition, now: dt.datetime, actor: Actor
) -> Questionnaire:
    """Publishes the definition for the meeting with the year's themes as they are now.

    A meeting may have several, each with a key of its own. Publishing again replaces the one with
    the same key until someone has begun to answer it; then `Refused("answers_begun")`.
    """
    digest = _written_down(meeting, definition)
    found = _with_key(meeting, definition.key)
    if found is None:
        found = Questionnaire(
            meeting=meeting,
            key=definition.key,
            digest=digest,
            respondent=definition.respondent,
            published_at=now,
        )
        _set(found, definition)
        db.session.add(found)
    # The same text again changes nothing, and is no error when answers have been begun.
    elif found.digest != digest:
        if _has_answers(found):
            raise Refused("answers_begun")
        found.digest, found.published_at, found.respondent = digest, now, definition.respondent
        _set(found, definition)
    db.session.flush()
    audit.note(actor, "published", found, now, meeting.id, digest=digest)
    return found


def correct(
    questionnaire: Questionnaire, definition: Definition, now: dt.datetime, actor: Actor
) -> None:
    """Publishes a corrected definition, also after somebody has begun to answer.

    Submissions that are begun keep the definition they were begun on; new ones answer the corrected
    one. The days when it is open stay. Raises `Refused("answers_begun")`, once an answer has been
    begun, for a definition that asks others than before (organisations or persons).
    """
    digest = _written_down(questionnaire.meeting, definition)
    # An answer's key says whose it is: begun ones cannot become answers of persons, or the reverse.
    if definition.respondent != questionnaire.respondent:
        if _has_answers(questionnaire):
            raise Refused("answers_begun")
        questionnaire.respondent = definition.respondent
    questionnaire.digest, questionnaire.published_at = digest, now
    db.session.flush()
    audit.note(actor, "published", questionnaire, now, questionnaire.meeting_id, digest=digest)


def of_the_year(meeting: Meeting, definition: Definition) -> Definition:
    """The definition with the lists of the meeting's year as they are now."""
    return definitions.resolve(
        definition,
        _options(meeting.year.themes),
        _options(years.reference(FocusArea)),
        _options(years.reference(Goal)),
    )


def one(meeting: Meeting, key: str) -> Questionnaire:
    """The meeting's questionnaire with that key. Raises `Missing("no_questionnaire")`."""
    for questionnaire in meeting.questionnaires:
        if questionnaire.key == key:
            return questionnaire
    raise Missing("no_questionnaire")


def definition_of(questionnaire: Questionnaire) -> Definition:
    """The definition as it is published now: what a new submission would answer."""
    return by_digest(questionnaire.digest)


def title_of(questionnaire: Questionnaire) -> Text:
    """What the questionnaire is called."""
    return definition_of(questionnaire).title


def asked_of(submission: Submission) -> Definition:
    """The definition that a submission answers: the one that was published when it was begun."""
    return by_digest(submission.digest)


def name_of(submission: Submission) -> Text | None:
    """What the questionnaire of an answer is called where that must be said, else None.

    See `opening.is_named`.
    """
    named = opening.is_named(submission.questionnaire)
    return asked_of(submission).title if named else None


# A published text never changes (decision 7), so each process parses it once.
@lru_cache(maxsize=64)
def by_digest(digest: str) -> Definition:
    """A published definition by its digest."""
    text = db.session.scalars(
        sa.select(PublishedDefinition.text).where(PublishedDefinition.digest == digest)
    ).one()
    return definitions.load(text)


def _written_down(meeting: Meeting, definition: Definition) -> str:
    """Stores the definition with the lists of the meeting's year, and returns its digest."""
    resolved = of_the_year(meeting, definition)
    digest = resolved.digest
    _keep(resolved, digest)
    return digest


def _with_key(meeting: Meeting, key: str) -> Questionnaire | None:
    """The meeting's questionnaire with that key, asked of the database."""
    # The loaded list may lack one that another coordinator has published since.
    return db.session.scalar(
        sa.select(Questionnaire).where(
            Questionnaire.meeting_id == meeting.id, Questionnaire.key == key
        )
    )


def _set(questionnaire: Questionnaire, definition: Definition) -> None:
    """Sets when it is open, as its definition says."""
    questionnaire.timing = definition.timing
    opening.set_days(questionnaire, definition.opens, definition.closes)


def _keep(resolved: Definition, digest: str) -> None:
    """Stores the definition, unless it is stored already."""
    same = sa.select(PublishedDefinition).where(PublishedDefinition.digest == digest)
    # The same text may be published for several meetings, and again after it was replaced.
    if db.session.scalar(same) is None:
        db.session.add(PublishedDefinition(digest=digest, text=definitions.dump(resolved)))
        db.session.flush()


def _has_answers(questionnaire: Questionnaire) -> bool:
    answers = sa.select(Submission.id).where(Submission.questionnaire_id == questionnaire.id)
    return db.session.scalar(answers.limit(1)) is not None


def _options(rows: Sequence[FocusArea] | Sequence[Goal] | Sequence[Theme]) -> tuple[Option, ...]:
    return tuple(Option(row.key, Text(row.sv, row.en)) for row in rows)
