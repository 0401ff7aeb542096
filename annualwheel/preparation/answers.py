"""Saving what people write.

Each answer is saved by compare-and-set, so that two people in one field never erase each other's
text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from annualwheel.db import db
from annualwheel.errors import Missing, Unreadable
from annualwheel.models import Person, Submission
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.preparation import deadline, drafts, states
from annualwheel.questionnaires.definition import Question, QuestionType
from annualwheel.questionnaires.values import HARD_CAP, Value, is_blank
from annualwheel.wording import cleaning

KEPT = dt.timedelta(days=30)
# A save keeps an author's own text that is at least this old when it replaces it. What an author
# rewrites within minutes is still being written.
SETTLED = dt.timedelta(minutes=10)
# Tables instead of mapped classes: the browser saves at every pause in the writing, and a save that
# goes past the mapper costs the processor less.
_ANSWERS, _HISTORY = cast(sa.Table, Answer.__table__), cast(sa.Table, AnswerHistory.__table__)
_SUBMISSIONS = cast(sa.Table, Submission.__table__)
# Made once: building a statement costs more than asking it, and each save asks four of them.
_STORED = (
    sa.select(
        *(_ANSWERS.c[name] for name in ("question_key", "value", "version", "author_id", "at"))
    )
    .where(_ANSWERS.c.item_id == sa.bindparam("item"))
    .where(_ANSWERS.c.question_key.in_(sa.bindparam("keys", expanding=True)))
)
# Whoever inserts second gets no row back; an error would end the transaction. Both dialects have
# ON CONFLICT DO NOTHING; SQLAlchemy's common insert does not.
_INSERTED: Mapping[str, sa.Executable] = {
    name: insert(_ANSWERS).on_conflict_do_nothing().returning(_ANSWERS.c.question_key)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
# The version in the condition is the whole lock: of two saves on it, one finds no row.
_UPDATED = (
    sa.update(_ANSWERS)
    .where(_ANSWERS.c.item_id == sa.bindparam("item"))
    .where(_ANSWERS.c.question_key == sa.bindparam("key"))
    .where(_ANSWERS.c.version == sa.bindparam("base"))
    .values({name: sa.bindparam(name) for name in ("value", "version", "author_id", "at")})
    .returning(_ANSWERS.c.id)
)
# The statement steps the state: somebody may be submitting at this very moment.
_TOUCHED = (
    sa.update(_SUBMISSIONS)
    .where(_SUBMISSIONS.c.id == sa.bindparam("of"))
    .values(
        changed_at=sa.bindparam("changed_at"),
        state=states.TRANSITIONS.in_sql(_SUBMISSIONS.c.state, "write"),
    )
)


@dataclass(frozen=True)
class Change:
    """A new value for a field and the version it was written on (0: nothing was there).

    `sent` is a value that the same page has sent and got no reply to: finding it stored is no
    conflict. Several choices may come as a list of keys or as one text with `|` between them.
    `former`: the text comes from the history, which has it already; what it replaces goes there
    whoever wrote it, and when. `again`: a page that does not know what came of the text sends it
    once more; a text that was saved and replaced since is neither saved nor a conflict.
    """

    value: Value
    base: int
    sent: Value | None = None
    former: bool = False
    again: bool = False


@dataclass(frozen=True)
class Conflict:
    """What has been written in the same field meanwhile: by somebody else, or by the person
    themselves in another tab (`own`).
    """

    value: Value
    version: int
    who: str
    at: dt.datetime
    own: bool


@dataclass
class SaveResult:
    """What came of a save.

    It has the versions and values of the fields that are stored as they were sent, and the
    conflicts.
    """

    versions: dict[str, int] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)

    @property
    def stamps(self) -> dict[str, str]:
        """The stamps (see `stamp`) of what was saved."""
        return {key: stamp(version, self.values[key]) for key, version in self.versions.items()}


def save(item: Item, changes: Mapping[str, Change], author: Person, now: dt.datetime) -> SaveResult:
    """Saves changed fields of one item.

    A field that somebody else has changed since `base` keeps their value and is given back as a
    conflict, unless the text is the same. No text is lost: a rejected text, and somebody else's
    text that is replaced, go to the history.

    Raises `Missing` for a question the item does not hold, `Unreadable` for more than 20,000
    characters and `Closed` after the last day (with 15 minutes' grace). A save after submission
    makes the answer *changed* until it is submitted again.
    """
    submission = item.submission
    deadline.require_open(submission, now)
    asked = drafts.fields_of(submission.digest, item.group_key)
    saved, writing = SaveResult(), _Saving(item, author, now, changes)
    # One order for everyone, so that two saves of the same fields cannot wait for each other.
    readable = {key: _readable(asked, key, changes[key]) for key in sorted(changes)}
    writing.put_new(saved, readable)
    for key, change in readable.items():
        if key not in saved.versions:
            writing.put(saved, key, change)
    if writing.written:
        touch(submission, now)
    return saved


def _readable(asked: Mapping[str, Question], key: str, change: Change) -> Change:
    if key not in asked:
        raise Missing("no_question")
    sent = None if change.sent is None else normalise(asked[key], change.sent)
    return replace(change, value=normalise(asked[key], change.value), sent=sent)


def normalise(question: Question, value: Value) -> Value:
    """The value as it is stored.

    It has one kind of line ends, no NUL or half characters, and known choices only, in one order.

    Raises `Unreadable` for a text over the hard cap and for a choice that is not among the options.
    """
    if question.type is QuestionType.CHOICES:
        return _normalise_choices(question, value)
    text = _capped(value if isinstance(value, str) else "|".join(value))
    if question.type is QuestionType.CHOICE and text and not _is_offered(question, text):
        raise Unreadable("unknown_choice")
    return text


def stamp(version: int, value: Value) -> str:
    """What a page carries with a field.

    The version, and a mark of the value that tells an untouched field from a changed one.
    """
    text = value if isinstance(value, str) else "|".join(value)
    return f"{version}-{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def base_of(stamped: str) -> int:
    """The version in a stamp; `Unreadable` for anything else."""
    number = stamped.partition("-")[0]
    # `isdigit` alone lets through digits that `int` refuses, and ten could overflow the column.
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Unreadable("unreadable_version")
    return int(number)


def untouched(stamped: str, value: Value) -> bool:
    """Whether a field that came with this stamp still holds the value it was shown with."""
    return stamped == stamp(base_of(stamped), value)


class _StoredAnswer(NamedTuple):
    """An answer as the database has it."""

    value: Value
    version: int
    author_id: int
    at: dt.datetime


class _Saving:
    """One save in one item by one person."""

    def __init__(self, item: Item, author: Person, now: dt.datetime, keys: Iterable[str]) -> None:
        self.item_id, self.author_id, self.now, self.written = item.id, author.id, now, False
        self.read = self._rows(list(keys))

    def put_new(self, saved: SaveResult, changes: Mapping[str, Change]) -> None:
        """Writes all fields in which nothing has been written yet, in one statement.

        Those that somebody else has written first are left to `put`.
        """
        new = {
            key: change.value
            for key, change in changes.items()
            if self.read[key] is None and not _is_stored(None, change.value)
        }
        made = self._insert(new)
        for key in (key for key in new if key in made):
            saved.versions[key], saved.values[key] = 1, new[key]
            self.written = True

    def put(self, saved: SaveResult, key: str, change: Change) -> None:
        """Writes one field, or notes who wrote it first.

        A save that loses the race for a row finds the winner's text on the next turn.
        """
        while True:
            row = self.read.pop(key) if key in self.read else self._rows([key])[key]
            version = row.version if row else 0
            # The same text is no conflict, whoever saved it: a page may send one save twice.
            if _is_stored(row, change.value):
                saved.versions[key], saved.values[key] = version, change.value
                return
            if row is not None and _comes_too_late(row, change):
                if not self._is_past(key, change):
                    who, own = _name(row.author_id), row.author_id == self.author_id
                    saved.conflicts[key] = Conflict(row.value, row.version, who, row.at, own)
                return
            if self._write(key, row, change):
                saved.versions[key], saved.values[key] = version + 1, change.value
                self.written = True
                return

    def _rows(self, keys: Sequence[str]) -> dict[str, _StoredAnswer | None]:
        """The stored answers to `keys`, in one query for all fields of a page.

        After a lost race a field is read again alone.
        """
        found = db.session.execute(_STORED, {"item": self.item_id, "keys": keys})
        stored = {row[0]: _StoredAnswer(*row[1:]) for row in found}
        return {key: stored.get(key) for key in keys}

    def _is_past(self, key: str, change: Change) -> bool:
        """Whether a text that is sent once more was saved earlier, and replaced since.

        Keeps any other text that comes too late, once. The history has a saved text under its own
        version, and a rejected one under the version it was written on.
        """
        same = self._own_former(key, change.value)
        taken_since = any(version > change.base for version in same)
        # An emptied field has no words to lose, so nothing needs to be told about it.
        if change.again and (is_blank(change.value) or taken_since):
            return True
        # Rejected before: the text is in the history once, and its thirty days begin again.
        if change.base in same:
            former = _HISTORY.c.id == same[change.base]
            db.session.execute(sa.update(_HISTORY).where(former).values(replaced_at=self.now))
        # A former text is in the history already.
        elif not change.former:
            self._keep(key, change.value, change.base, self.author_id, self.now)
        return False

    def _own_former(self, key: str, value: Value) -> dict[int, int]:
        """The author's own former texts with this value: their ids in the history, by version."""
        mine = sa.and_(
            _HISTORY.c.item_id == self.item_id,
            _HISTORY.c.question_key == key,
            _HISTORY.c.author_id == self.author_id,
        )
        rows = db.session.execute(
            sa.select(_HISTORY.c.id, _HISTORY.c.value, _HISTORY.c.version).where(mine)
        ).all()
        return {row.version: row.id for row in rows if row.value == value}

    def _write(self, key: str, row: _StoredAnswer | None, change: Change) -> bool:
        """Writes over the stored answer. Returns False when somebody else came first."""
        if row is None:
            return key in self._insert({key: change.value})
        if not self._update(key, row, change.value):
            return False
        by_another = row.author_id != self.author_id
        settled = self.now - row.at >= SETTLED
        if change.former or by_another or settled:
            self._keep(key, row.value, row.version, row.author_id, row.at)
        return True

    def _insert(self, new: Mapping[str, Value]) -> set[str]:
        """Writes the fields that have no stored answer; returns those in which we came first."""
        if not new:
            return set()
        common = {
            "item_id": self.item_id,
            "version": 1,
            "author_id": self.author_id,
            "at": self.now,
        }
        rows = [common | {"question_key": key, "value": value} for key, value in new.items()]
        insert = _INSERTED[db.session.get_bind().dialect.name]
        return set(db.session.scalars(insert, rows))

    def _update(self, key: str, row: _StoredAnswer, value: Value) -> bool:
        version = {"base": row.version, "version": row.version + 1}
        changed = {"value": value, "author_id": self.author_id, "at": self.now}
        of = {"item": self.item_id, "key": key}
        return db.session.execute(_UPDATED, of | version | changed).first() is not None

    def _keep(self, key: str, value: Value, version: int, author_id: int, at: dt.datetime) -> None:
        if is_blank(value):
            return
        former = {
            "item_id": self.item_id,
            "question_key": key,
            "value": value,
            "version": version,
            "author_id": author_id,
            "at": at,
            "replaced_at": self.now,
        }
        db.session.execute(sa.insert(_HISTORY), former)


def touch(submission: Submission, now: dt.datetime) -> None:
    """Notes a change of the draft.

    A submitted answer becomes *changed* until it is submitted again.
    """
    db.session.execute(_TOUCHED, {"of": submission.id, "changed_at": now})
    # The session has not seen what the statement wrote.
    db.session.expire(submission, ["changed_at", "state"])


def _normalise_choices(question: Question, value: Value) -> list[str]:
    chosen = value.split("|") if isinstance(value, str) else value
    # In the order of the questionnaire, so that the same choices are the same value.
    if question.source != "organisations":
        return [option.key for option in question.options if option.key in chosen]
    kept = sorted({_capped(key) for key in chosen if key})
    # Together they may be as long as a text: nothing else limits how many codes a form sends.
    _capped("|".join(kept))
    return kept


def _is_offered(question: Question, choice: str) -> bool:
    if question.source == "organisations":
        return True
    return choice in {option.key for option in question.options}


def _is_stored(row: _StoredAnswer | None, value: Value) -> bool:
    """Whether the value is stored already. Where there is no row, an empty value is."""
    return not value if row is None else row.value == value


def _comes_too_late(row: _StoredAnswer, change: Change) -> bool:
    """Whether somebody else has changed the field since the page was made."""
    return row.version != change.base and row.value != change.sent


def _name(person_id: int) -> str:
    return db.session.get_one(Person, person_id).name


def _capped(value: str) -> str:
    text = cleaning.kept(value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > HARD_CAP:
        raise Unreadable("answer_too_long")
    return text
