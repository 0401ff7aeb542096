"""The needs of a meeting without names, for the kitchen and for those who arrange it.

Diets are numbers. What people need to take part stands as they wrote it, in an order that says
nothing of when or by whom. The two are never beside each other: a person with a rare need is not to
be found by what they eat.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts.folding import fold
from annualwheel.db import db, public_id
from annualwheel.errors import Refused
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Meeting, Needs, NeedsList, Registration
from annualwheel.registrations import needs, notices
from annualwheel.registrations.states import SERVED

# With fewer people than these somebody who knows who comes can guess who has written what.
FEW = 5
# What can be stated, as the columns of `Needs` are called.
KINDS = ("diet", "access")


@dataclass(frozen=True)
class Stated:
    """A text, and how many have stated it.

    `change` is how many more than in the list that was taken out last, None when none was. `mark`
    names the text in a form without saying it.
    """

    text: str
    count: int
    change: int | None
    mark: str


@dataclass(frozen=True)
class NeedsOfWay:
    """What those need who attend in one way, of the `people` who have a seat there.

    `lunches` eat, `no_lunch` do not and the rest have not said. `gone`: how many of the texts of
    the list that was `taken_at` last are stated by nobody any more.
    """

    mode: str
    people: int
    lunches: int
    no_lunch: int
    diets: list[Stated]
    access: list[Stated]
    lunch_change: int | None = None
    gone: int = 0
    taken_at: dt.datetime | None = None

    @property
    def unanswered(self) -> int:
        """How many have not said whether they eat."""
        return self.people - self.lunches - self.no_lunch

    @property
    def has_few(self) -> bool:
        """Whether there are so few people that somebody can guess who needs what."""
        return 0 < self.people < FEW


def of(meeting: Meeting) -> list[NeedsOfWay]:
    """The needs of each way of attending, in a fixed number of queries."""
    eating = _eating(meeting)
    texts = _texts(meeting)
    before = {row.mode: row for row in _taken_out(meeting)}
    return [
        _of_way(meeting, option.mode, eating[option.mode], texts, before.get(option.mode))
        for option in meeting.options
    ]


def read(meeting: Meeting, now: dt.datetime, actor: Actor) -> None:
    """Notes that somebody looks at the needs."""
    audit.note(actor, "needs_read", "needs", now, meeting.id)


def take_out(meeting: Meeting, now: dt.datetime, actor: Actor) -> None:
    """Remembers what the list says now: the next one tells what has changed since.

    It keeps marks of the texts and not the texts, so that what somebody erases is gone.
    """
    eating, texts = _eating(meeting), _texts(meeting)
    db.session.execute(sa.delete(NeedsList).where(NeedsList.meeting_id == meeting.id))
    for option in meeting.options:
        mode, salt = option.mode, public_id()
        counted = {
            _mark(salt, what, text): count
            for what in KINDS
            for text, count in Counter(map(fold, texts[mode, what])).items()
        }
        row = NeedsList(
            meeting=meeting,
            mode=mode,
            taken_at=now,
            salt=salt,
            lunches=eating[mode][True],
            counted=counted,
        )
        db.session.add(row)
    audit.note(actor, "needs_taken_out", "needs", now, meeting.id)
    db.session.flush()


def ask(meeting: Meeting, mark: str, question: str, now: dt.datetime, actor: Actor) -> int:
    """Mails a question to everyone who has stated the text with that mark; returns to how many.

    Nothing that staff see says to whom. Raises `Refused` when nobody states it any more, `Closed`
    when nothing can be stated any more.
    """
    refusal = needs.why_not(meeting, now)
    if refusal is not None:
        raise refusal
    rows = db.session.execute(
        _stated_for(meeting)
        .with_only_columns(Registration, Needs)
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
    )
    asked = [one for one, row in rows.all() if mark in _marks(one, row)]
    if not asked:
        raise Refused("need_gone")
    for registration in asked:
        # To the person alone: whoever answers for them is not told of it.
        to = Recipient.of(registration.person)
        notices.write("needs_question", registration, now, to=to, question=question)
    audit.note(actor, "needs_asked", "needs", now, meeting.id)
    db.session.flush()
    return len(asked)


def _marks(registration: Registration, row: Needs) -> list[str]:
    place = _place(registration.meeting_id, registration.mode)
    return [_mark(place, what, getattr(row, what)) for what in KINDS if getattr(row, what)]


def _place(meeting_id: int, mode: str) -> str:
    return f"{meeting_id}:{mode}"


def _stated_for(meeting: Meeting) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Registration.mode, Needs.diet, Needs.access)
        .join(Needs, Needs.registration_id == Registration.id)
        .where(Registration.meeting_id == meeting.id, Registration.state.in_(SERVED))
    )


def outdated(now: dt.datetime) -> sa.Select[int]:
    """The ids of what is remembered of lists whose needs are erased."""
    over = sa.or_(Meeting.ends_at < now - needs.KEPT, Meeting.state == "cancelled")
    return sa.select(NeedsList.id).join(Meeting, Meeting.id == NeedsList.meeting_id).where(over)


def _eating(meeting: Meeting) -> defaultdict[str, Counter[bool | None]]:
    """How many eat, do not and have not said (None), by the way they attend."""
    rows = db.session.execute(
        sa.select(Registration.mode, Registration.lunch, sa.func.count())
        .where(Registration.meeting_id == meeting.id, Registration.state.in_(SERVED))
        .group_by(Registration.mode, Registration.lunch)
    )
    found: defaultdict[str, Counter[bool | None]] = defaultdict(Counter)
    for mode, lunch, count in rows:
        found[mode][lunch] = count
    return found


def _texts(meeting: Meeting) -> defaultdict[tuple[str, str], list[str]]:
    """What is stated, by the way of attending and whether it is a diet or an access need."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for mode, diet, access in db.session.execute(_stated_for(meeting)):
        for what, text in zip(KINDS, (diet, access), strict=True):
            if text:
                found[mode, what].append(text)
    return found


def _taken_out(meeting: Meeting) -> Iterable[NeedsList]:
    return db.session.scalars(sa.select(NeedsList).where(NeedsList.meeting_id == meeting.id))


def _of_way(
    meeting: Meeting,
    mode: str,
    eating: Counter[bool | None],
    texts: defaultdict[tuple[str, str], list[str]],
    before: NeedsList | None,
) -> NeedsOfWay:
    place = _place(meeting.id, mode)
    diets, access = (_stated(place, what, texts[mode, what], before) for what in KINDS)
    now = {
        _mark(before.salt, what, one.text)
        for what, several in zip(KINDS, (diets, access), strict=True)
        for one in several
        if before
    }
    return NeedsOfWay(
        mode,
        eating.total(),
        eating[True],
        eating[False],
        # The most first, so that the kitchen sees what there is much of.
        sorted(diets, key=lambda one: (-one.count, fold(one.text))),
        sorted(access, key=lambda one: one.mark),
        eating[True] - before.lunches if before else None,
        len(before.counted.keys() - now) if before else 0,
        before.taken_at if before else None,
    )


def _stated(place: str, what: str, texts: Iterable[str], before: NeedsList | None) -> list[Stated]:
    """Each text once: written with capitals or another space it is the same."""
    written: dict[str, str] = {}
    counted: Counter[str] = Counter()
    # The same spelling of several, whichever of them came first.
    for text in sorted(texts):
        written.setdefault(fold(text), text)
        counted[fold(text)] += 1
    return [
        Stated(
            written[key],
            count,
            count - before.counted.get(_mark(before.salt, what, key), 0) if before else None,
            _mark(place, what, key),
        )
        for key, count in counted.items()
    ]


def _mark(salt: str, what: str, text: str) -> str:
    return sha256(f"{salt}:{what}:{fold(text)}".encode()).hexdigest()[:24]
