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
from annualwheel.errors import Refused
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
from annualwheel.questionnaires.definition import Definition, Option, Text


def publish(
    meeting: Meeting, definition: Definition, now: dt.datetime, actor: Actor
) -> Questionnaire:
    """Publishes the definition for the meeting with the year's themes as they are now.

    Publishing again replaces it until someone has begun to answer; then `Refused("answers_begun")`.
    """
    resolved = definitions.resolve(
        definition,
        _options(meeting.year.themes),
        _options(years.reference(FocusArea)),
        _options(years.reference(Goal)),
    )
    digest = definitions.digest(resolved)
    _keep(resolved, digest)
    found = db.session.scalar(
        sa.select(Questionnaire).where(
            Questionnaire.meeting_id == meeting.id, Questionnaire.key == definition.key
        )
    )
    if found is None:
        found = Questionnaire(
            meeting=meeting,
            key=definition.key,
            digest=digest,
            respondent=definition.respondent,
            published_at=now,
        )
        db.session.add(found)
    elif found.digest != digest:
        if _has_answers(found):
            raise Refused("answers_begun")
        found.digest, found.published_at = digest, now
    db.session.flush()
    audit.note(actor, "published", found, now, meeting.id, digest=digest)
    return found


def definition_of(questionnaire: Questionnaire) -> Definition:
    """The definition as it was when published."""
    return by_digest(questionnaire.digest)


@lru_cache(maxsize=64)
def by_digest(digest: str) -> Definition:
    """A published definition by its digest. It never changes, so it is read once a process."""
    text = db.session.scalars(
        sa.select(PublishedDefinition.text).where(PublishedDefinition.digest == digest)
    ).one()
    return definitions.load(text)


def _keep(resolved: Definition, digest: str) -> None:
    """Writes the definition down, once."""
    same = sa.select(PublishedDefinition).where(PublishedDefinition.digest == digest)
    if db.session.scalar(same) is None:
        db.session.add(PublishedDefinition(digest=digest, text=definitions.dump(resolved)))
        db.session.flush()


def _has_answers(questionnaire: Questionnaire) -> bool:
    answers = sa.select(Submission.id).where(Submission.questionnaire_id == questionnaire.id)
    return db.session.scalar(answers.limit(1)) is not None


def _options(rows: Sequence[FocusArea] | Sequence[Goal] | Sequence[Theme]) -> tuple[Option, ...]:
    return tuple(Option(row.key, Text(row.sv, row.en)) for row in rows)
