"""Who wrote what, and the former texts that others replaced.

Former texts are kept for 30 days. Those who may write see them and can bring them back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.models import Person, Submission
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.preparation import answers, drafts
from annualwheel.preparation.answers import KEPT, Change, SaveResult
from annualwheel.preparation.drafts import DraftAnswer
from annualwheel.questionnaires.definition import Question
from annualwheel.questionnaires.values import Value

# Built once: every page of questions asks it.
_WITH_PAST = (
    sa.select(AnswerHistory.item_id, AnswerHistory.question_key)
    .distinct()
    .join(Item, Item.id == AnswerHistory.item_id)
    .where(
        Item.submission_id == sa.bindparam("submission"),
        AnswerHistory.replaced_at >= sa.bindparam("since"),
    )
)


@dataclass(frozen=True)
class FormerText:
    """A text that was replaced, or that lost against one saved before it.

    It says who wrote it and when, when it was replaced and until when it can be seen.
    """

    id: int
    value: Value
    who: str
    author_id: int
    at: dt.datetime
    replaced_at: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class FieldHistory:
    """A field with its present answer and the former ones, the latest first.

    `current` is None when nothing has been written.
    """

    question: Question
    current: DraftAnswer | None
    past: Sequence[FormerText]

    @property
    def stamp(self) -> str:
        """What a change would be made on (see `answers.stamp`)."""
        if self.current is None:
            return answers.stamp(0, "")
        return answers.stamp(self.current.version, self.current.value)


def fields_with_past(submission: Submission, now: dt.datetime) -> dict[int, set[str]]:
    """The fields of an answer that have former texts to see, by the id of their item. One query."""
    rows = db.session.execute(_WITH_PAST, {"submission": submission.id, "since": now - KEPT})
    found: dict[int, set[str]] = {}
    for item_id, key in rows:
        found.setdefault(item_id, set()).add(key)
    return found


def of(item: Item, key: str, now: dt.datetime) -> FieldHistory:
    """The history of one field. Raises `Missing` for a question the item does not hold."""
    question = drafts.fields_of(item.submission.digest, item.group_key).get(key)
    if question is None:
        raise Missing("no_question")
    rows = db.session.execute(
        sa.select(
            AnswerHistory.id,
            AnswerHistory.value,
            Person.given,
            Person.family,
            AnswerHistory.author_id,
            AnswerHistory.at,
            AnswerHistory.replaced_at,
        )
        .join(Person, Person.id == AnswerHistory.author_id)
        .where(
            AnswerHistory.item_id == item.id,
            AnswerHistory.question_key == key,
            # Erasure runs once an hour: what has reached its time is not shown in the meantime.
            AnswerHistory.replaced_at >= now - KEPT,
        )
        .order_by(AnswerHistory.replaced_at.desc(), AnswerHistory.id.desc())
    )
    past = []
    for row in rows:
        who, until = f"{row.given} {row.family}".strip(), row.replaced_at + KEPT
        text = FormerText(row.id, row.value, who, row.author_id, row.at, row.replaced_at, until)
        past.append(text)
    return FieldHistory(question, _current(item, key), past)


def restore(
    item: Item, key: str, past_id: int, base: int, by: Person, now: dt.datetime
) -> SaveResult:
    """Puts a former text back as a new version, written by whoever takes it back.

    The text that it replaces goes to the history. `base` is the version on which the page was made:
    somebody's newer text is kept and given back as a conflict. Raises `Missing` for a text that is
    not kept (any more), and what `answers.save` raises.
    """
    # Only among what this field may show: the id comes from a form, and could be another answer's.
    found = next((each for each in of(item, key, now).past if each.id == past_id), None)
    if found is None:
        raise Missing("no_former_text")
    # `former` keeps the replaced text even when it is one's own and new: a press must lose no text.
    return answers.save(item, {key: Change(found.value, base, former=True)}, by, now)


def _current(item: Item, key: str) -> DraftAnswer | None:
    row = db.session.execute(
        sa.select(
            Answer.value, Answer.version, Answer.author_id, Person.given, Person.family, Answer.at
        )
        .join(Person, Person.id == Answer.author_id)
        .where(Answer.item_id == item.id, Answer.question_key == key)
    ).first()
    if row is None:
        return None
    who = f"{row.given} {row.family}".strip()
    return DraftAnswer(row.value, row.version, row.author_id, who, row.at)
