"""The submitted answers as rows: a projection of the latest version of each submission.

It says nothing that the versions do not say. It can be made anew from them at any time; the rows
have new ids then. The language of an answer is the one its version was submitted in: colleagues who
write in another language submit one answer together, and the draft does not say which they used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Questionnaire, Submission, SubmissionVersion, SubmittedAnswer
from annualwheel.models.drafts import Item
from annualwheel.questionnaires import content
from annualwheel.questionnaires.content import (
    AnswerContent,
    CodeBookQuestion,
    Content,
    SectionContent,
    YearSpan,
)
from annualwheel.questionnaires.definition import NONE_OF_THEM, Option

# Submissions read at a time: their versions are all that is held in memory.
BATCH = 100
# A table and not the mapped class: rows are deleted and inserted by the hundred.
_ROWS = cast(sa.Table, SubmittedAnswer.__table__)

Row = dict[str, Any]


class _Located(NamedTuple):
    """An answer with its page and its item ("" and "" outside a group)."""

    section: SectionContent
    item: str
    carried: str
    answer: AnswerContent


@dataclass(frozen=True)
class _Version:
    """The values that all rows of a version share, and its items' initiatives by public id."""

    meeting_id: int
    submission_id: int
    version_id: int
    person_id: int | None
    language: str
    initiatives: Mapping[str, int]

    def rows(self, said: Content) -> list[Row]:
        """The rows of its content, in the order of the questionnaire."""
        asked = {question.key: question for question in said.questions}
        rows = [
            self._row(located, asked.get(located.answer.question), option)
            for located in _located(said)
            for option in located.answer.chosen or (None,)
        ]
        return [row | {"position": number} for number, row in enumerate(rows, 1)]

    def _row(self, located: _Located, asked: CodeBookQuestion | None, option: Option | None) -> Row:
        theme, source = located.section.theme, asked.source if asked else None
        chosen = option.key if option else ""
        named = "" if chosen == NONE_OF_THEM else chosen
        return {
            "meeting_id": self.meeting_id,
            "submission_id": self.submission_id,
            "version_id": self.version_id,
            "person_id": self.person_id,
            "section": located.section.key,
            "item": located.item,
            "initiative_id": self.initiatives.get(located.item),
            "carried": located.carried,
            "theme": theme.key if theme else named if source == "themes" else "",
            "area": named if source == "focus_areas" else "",
            "question": located.answer.question,
            "kind": asked.type if asked else "",
            "option": chosen,
            "language": self.language,
            "text": option.label.to(self.language) if option else _text(located.answer),
            "value": content.write_value(located.answer.value),
        }


def write(version: SubmissionVersion) -> None:
    """Writes the rows of a new version, which replace those of the version before.

    Call it in the transaction that adds the version, after its items have their initiatives.
    """
    submission = version.submission
    if version.number > 1:
        _delete([submission.id])
    said = content.read(version.content)
    of_items = any(section.items or section.ended for section in said.sections)
    # The initiatives cost a query, which an answer without items does not need.
    alike = _Version(
        meeting_id=submission.questionnaire.meeting_id,
        submission_id=submission.id,
        version_id=version.id,
        person_id=submission.person_id,
        language=version.language,
        initiatives=_initiatives([submission.id]).get(submission.id, {}) if of_items else {},
    )
    _insert(alike.rows(said))


def rebuild(batch: int = BATCH) -> Iterator[int]:
    """Makes every row anew, one batch of submissions at a time, and yields the size of each batch.

    The caller commits after each batch. Until then its submissions are locked, so that the rebuild
    never overwrites a version that is submitted meanwhile with the former one.
    """
    last = 0
    # Locked before the versions are read: a lock taken later would not cover what was read.
    while ids := _next(last, batch):
        _delete(ids)
        for rows in _latest(ids):
            _insert(rows)
        yield len(ids)
        last = ids[-1]


def _next(last: int, batch: int) -> Sequence[int]:
    """The ids of the submissions that follow, locked."""
    following = sa.select(Submission.id).where(Submission.id > last).order_by(Submission.id)
    return db.session.scalars(following.limit(batch).with_for_update()).all()


def _latest(ids: Sequence[int]) -> Iterator[list[Row]]:
    """The rows of the latest version of each of the submissions that have one."""
    initiatives = _initiatives(ids)
    number = sa.func.max(SubmissionVersion.number).label("number")
    latest = (
        sa.select(SubmissionVersion.submission_id, number)
        .where(SubmissionVersion.submission_id.in_(ids))
        .group_by(SubmissionVersion.submission_id)
        .subquery()
    )
    is_latest = sa.and_(
        SubmissionVersion.submission_id == latest.c.submission_id,
        SubmissionVersion.number == latest.c.number,
    )
    found = db.session.execute(
        sa.select(
            Questionnaire.meeting_id,
            Submission.id,
            SubmissionVersion.id,
            Submission.person_id,
            SubmissionVersion.language,
            SubmissionVersion.content,
        )
        .select_from(SubmissionVersion)
        .join(latest, is_latest)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .order_by(Submission.id)
    )
    for meeting_id, submission_id, version_id, person_id, language, stored in found:
        own = initiatives.get(submission_id, {})
        alike = _Version(meeting_id, submission_id, version_id, person_id, language, own)
        yield alike.rows(content.read(stored))


def _initiatives(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The initiatives of the items of submissions: by submission, by the item's public id."""
    rows = db.session.execute(
        sa.select(Item.submission_id, Item.public_id, Item.initiative_id).where(
            Item.submission_id.in_(ids)
        )
    )
    found: dict[int, dict[str, int]] = {}
    for submission_id, public_id, initiative_id in rows:
        if initiative_id is not None:
            found.setdefault(submission_id, {})[public_id] = initiative_id
    return found


def _delete(ids: Sequence[int]) -> None:
    db.session.execute(sa.delete(_ROWS).where(_ROWS.c.submission_id.in_(ids)))


def _insert(rows: list[Row]) -> None:
    if rows:
        db.session.execute(sa.insert(_ROWS), rows)


def _located(said: Content) -> Iterator[_Located]:
    for section in said.sections:
        for answer in section.answers:
            yield _Located(section, "", "", answer)
        for item in section.items:
            for answer in item.answers:
                yield _Located(section, item.public_id, item.carried, answer)
        for ended in section.ended:
            for answer in ended.answers:
                yield _Located(section, ended.public_id, "ended", answer)


def _text(answer: AnswerContent) -> str:
    value = answer.value
    if isinstance(value, YearSpan):
        return value.span
    # A choice that was left empty has no option to take a label from.
    return "" if value is None or answer.chosen is not None else str(value)
