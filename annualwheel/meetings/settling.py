"""Takes the registrations along when a meeting is moved or cancelled, some hundred at a time.

The act itself changes the meeting alone and begins a mailing that is *settling*: nobody else can
write on SQLite while a transaction does, and a meeting may have tens of thousands of registrations.
A few follow in the act; many by a job, in short transactions, in the order of their ids. A
registration that has got its state since the act (`Registration.moves`) has got it from somebody
who knew the new appointment, and is left alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail import mailing_states, outbox
from annualwheel.mail.states import NEVER_LEFT, UNSENT
from annualwheel.meetings import announcements, listeners, unheard
from annualwheel.meetings.acts import day_of
from annualwheel.meetings.unheard import Earlier, InformedPerson, Saved
from annualwheel.models import Mailing, Meeting, Message, Person, Registration, ToldPeople
from annualwheel.registrations import needs, seats, states

# So many rows of a kind follow in one transaction, or in the act itself where there are no more.
BATCH = 400


class Lost(Exception):
    """The mailing is another worker's, or somebody has paused it."""


def begin(
    meeting: Meeting, kind: str, reason: str, was: dict[str, str], now: dt.datetime, actor: Actor
) -> Mailing | None:
    """Begins the mailing that says that the meeting has been "moved" or "cancelled".

    Call it after the act and under its lock. `was` is the appointment before the act. Where there
    are few, they all follow at once, and None is returned when none of them is told; the few are
    written to at once as well. Else the mailing is *settling*, and the caller starts the job. What
    an earlier move has not told is stopped: its readers hear of this act, and of the appointment
    they know. Who knows the appointment that holds now hears nothing.
    """
    overtaken = unheard.before(meeting)
    audience: dict[str, Any] = {"reason": reason, "known": [was]}
    if overtaken is not None:
        audience["known"] += overtaken.audience["known"]
        audience["overtakes"] = overtaken.id
    mailing = Mailing(
        meeting=meeting,
        kind=kind,
        state="settling",
        actor_kind=actor.kind,
        staff_id=actor.staff_id,
        # Unique for the act: two coordinators who press at once must not tell everybody twice.
        confirm_key=f"{kind}:{meeting.id}:{meeting.sequence}",
        created_at=now,
        audience=audience,
    )
    db.session.add(mailing)
    db.session.flush()
    if not _has_many(meeting):
        return _settle_at_once(mailing, now)
    # Nothing more of it leaves until it is known who has heard.
    if overtaken is not None and mailing_states.allowed(overtaken, "pause"):
        mailing_states.step(overtaken, "pause")
    return mailing


def _has_many(meeting: Meeting) -> bool:
    """Whether so much hangs on the meeting that it is left to a job."""
    # Counted no further than that: with tens of thousands counting them all takes its time too.
    of_meeting = sa.select(Mailing.id).where(Mailing.meeting_id == meeting.id)
    hanging = (
        sa.select(Registration.id).where(Registration.meeting_id == meeting.id),
        sa.select(Message.id).where(outbox.begins(listeners.saved_date(meeting.id))),
        sa.select(Message.id).where(Message.mailing_id.in_(of_meeting), Message.state.in_(UNSENT)),
    )
    return any(
        (db.session.scalar(sa.select(sa.func.count()).select_from(_some(one))) or 0) > BATCH
        for one in hanging
    )


def _some(query: sa.Select[int]) -> sa.Subquery:
    return query.limit(BATCH + 1).subquery()


def _settle_at_once(mailing: Mailing, now: dt.datetime) -> Mailing | None:
    work = Settling(mailing)
    while work.clear():
        pass
    work.read()
    while work.follow():
        pass
    work.finish()
    people = unheard.people_of(mailing)
    if not people:
        db.session.execute(sa.delete(ToldPeople).where(ToldPeople.mailing_id == mailing.id))
        db.session.delete(mailing)
        db.session.flush()
        return None
    if len(people) <= announcements.AT_ONCE:
        announcements.write(mailing, list(enumerate(people)), now)
        mailing_states.step(mailing, "written")
    return mailing


def require_settled(meeting: Meeting) -> None:
    """Raises `Refused("not_settled")` while the registrations follow an earlier act."""
    if under_way(meeting) is not None:
        raise Refused("not_settled")


def under_way(meeting: Meeting) -> Mailing | None:
    """The mailing about an act that the registrations are following, if there is one."""
    return db.session.scalar(
        sa.select(Mailing).where(
            Mailing.meeting_id == meeting.id,
            sa.or_(Mailing.state == "settling", Mailing.paused_from == "settling"),
        )
    )


def is_under_way(mailing: Mailing) -> bool:
    """Whether registrations have still to follow; a mailing that is paused says so too."""
    return mailing_states.doing(mailing) == "settling"


def progress(mailing: Mailing) -> tuple[int, int]:
    """How many of the meeting's registrations have followed, and how many there are."""
    done = Registration.id <= _upto(mailing, "registrations")
    row = db.session.execute(
        sa.select(sa.func.count().filter(done), sa.func.count()).where(
            Registration.meeting_id == mailing.meeting_id
        )
    ).one()
    return row[0], row[1]


def _upto(mailing: Mailing, kind: str) -> int:
    """The id of the last row of that kind that has been looked at."""
    last = sa.select(sa.func.max(ToldPeople.upto)).where(
        ToldPeople.mailing_id == mailing.id, ToldPeople.kind == kind
    )
    return db.session.scalar(last) or 0


class Settling:
    """Settles one act: `clear` until it has no more, `read`, `follow` until it has no more, and
    `finish`.

    `clear`, `follow` and `finish` are a transaction each, which the caller commits, and raise
    `Lost` when the work is not `worker`'s. `read` takes no lock. Another worker goes on after the
    last that was committed.
    """

    def __init__(self, mailing: Mailing, worker: str = "") -> None:
        self.mailing, self.worker = mailing, worker
        self.earlier, self.only_saved = Earlier(), list[int]()

    def clear(self) -> int:
        """Drops mails that are not to leave any more, and lets the stated needs follow.

        Returns how many rows it has changed.
        """
        self._lock()
        meeting, overtaken = self.mailing.meeting, self._overtaken()
        changed = unheard.drop_waiting(overtaken, BATCH) if overtaken else 0
        if self.mailing.kind == "moved":
            return changed + needs.follow(meeting, BATCH)
        # Before it is settled who is told: an invitation that is stopped here leaves nobody to
        # tell.
        changed += outbox.drop_waiting(meeting, at_most=BATCH)
        return changed + needs.forget_all(meeting, BATCH)

    def read(self) -> None:
        """Reads who has not heard of the act before, and who has only been asked to save the date.

        What is left of the act before has been dropped, so that nobody hears of it later.
        """
        self.earlier = unheard.earlier(self._overtaken())
        meeting, kind = self.mailing.meeting, self.mailing.kind
        found = db.session.scalars(listeners.saved(meeting, kind).with_only_columns(Person.id))
        upto = _upto(self.mailing, "saved")
        self.only_saved = sorted({one for one in found if one > upto} - self._told_since())

    def follow(self) -> bool:
        """Lets some registrations follow, then settles who else is told; False when all are."""
        self._lock()
        rows = self._rows()
        if rows:
            self._keep("registrations", rows[-1].id, self._followed(rows))
            return True
        some, self.only_saved = self.only_saved[:BATCH], self.only_saved[BATCH:]
        if some:
            people = [Saved(one, self.earlier.known_by(("person", one))) for one in some]
            silent = self._without_news(people, {})
            told = [one for one in people if one.who not in silent]
            self.mailing.expected += len(told)
            self._keep("saved", some[-1], told)
        return bool(some)

    def finish(self) -> None:
        """Notes that everything has followed: the mails can be written."""
        self._lock()
        overtaken = self._overtaken()
        if overtaken is not None:
            outbox.lock(overtaken)
            if mailing_states.allowed(overtaken, "overtake"):
                mailing_states.step(overtaken, "overtake")
        mailing_states.step(self.mailing, "settle")
        db.session.flush()

    def _lock(self) -> None:
        seats.lock(self.mailing.meeting)
        outbox.lock(self.mailing)
        if self.mailing.state != "settling" or self.mailing.lease_by != self.worker:
            raise Lost

    def _overtaken(self) -> Mailing | None:
        number = self.mailing.audience.get("overtakes")
        return db.session.get_one(Mailing, number) if number else None

    def _told_since(self) -> set[int]:
        """Those who have been asked since the act to save the date that holds now."""
        meeting = self.mailing.meeting
        begins = f"{listeners.saved_date(meeting.id)}{meeting.sequence}:"
        if self.mailing.kind != "moved":
            return set()
        since = sa.select(Message.person_id).where(
            outbox.begins(begins), Message.state.not_in(NEVER_LEFT)
        )
        return {one for one in db.session.scalars(since) if one is not None}

    def _rows(self) -> Sequence[Any]:
        """The next registrations, as the act found them."""
        meeting = self.mailing.meeting
        chosen = listeners.concerned(meeting, self.mailing.kind).where(
            Registration.id > _upto(self.mailing, "registrations")
        )
        if self.mailing.kind == "moved":
            chosen = chosen.where(Registration.moves < meeting.sequence)
        columns = Registration.id, Registration.state, Registration.sequence, Registration.mode
        query = chosen.with_only_columns(*columns).order_by(Registration.id).limit(BATCH)
        return db.session.execute(query).all()

    def _followed(self, rows: Sequence[Any]) -> list[InformedPerson]:
        """Takes the rows to the state after the act; returns those of them who are told."""
        people = [
            self.earlier.told_from(
                InformedPerson(row.id, row.state, row.sequence, 0, row.state == "registered")
            )
            for row in rows
        ]
        if self.mailing.kind == "moved":
            after = {one.id: self._state_after(one) for one in people}
            for action in ("move", "move_back"):
                self._step(action, [one for one in people if after[one.id] != one.state])
            people = [one._replace(state=after[one.id]) for one in people]
        silent = self._without_news(people, {row.id: row.mode for row in rows})
        change = unheard.to_change(self.earlier, silent) if silent else set()
        told = [one for one in people if one.who not in silent or one.id in change]
        self.mailing.expected += sum(one.who not in silent for one in told)
        self.mailing.expected += sum(
            announcements.has_an_entry(one.state, one.sequence) for one in told
        )
        return told

    def _state_after(self, one: InformedPerson) -> str:
        """The state to which the move takes a person.

        Another day: they must say yes again. An earlier yes to that day stands again of those who
        never heard that it was another.
        """
        known = self.mailing.audience["known"]
        day, before = day_of(announcements.appointment(self.mailing.meeting)), day_of(known[0])
        has_yes = one.said_yes and one.known and day_of(known[one.known]) == day
        table = states.TRANSITIONS
        moved = one.state
        if day != before and table.allows(one.state, "move"):
            moved = table.outcome("move")
        if has_yes and table.allows(moved, "move_back"):
            return table.outcome("move_back")
        return moved

    def _step(self, action: str, people: Sequence[InformedPerson]) -> None:
        """Takes those of them that have the step to its next state.

        Those who have left that state since their row was read stay where they are: on PostgreSQL
        the statement waits for whoever changes them.
        """
        table, sequence = states.TRANSITIONS, self.mailing.meeting.sequence
        to = table.outcome(action)
        for state in table.sources(action):
            ids = [one.id for one in people if one.state == state]
            if not ids or state == to:
                continue
            db.session.execute(
                sa.update(Registration)
                .where(
                    Registration.id.in_(ids),
                    Registration.state == state,
                    Registration.moves < sequence,
                )
                .values(state=to, moves=sequence)
                .execution_options(synchronize_session="fetch")
            )

    def _without_news(
        self, people: Sequence[InformedPerson | Saved], modes: dict[int, str]
    ) -> set[tuple[str, int]]:
        if self.mailing.kind != "moved":
            return set()
        to = announcements.appointment(self.mailing.meeting)
        return unheard.without_news(people, modes, self.mailing.audience["known"], to)

    def _keep(self, kind: str, upto: int, people: Sequence[InformedPerson | Saved]) -> None:
        listed = [list(one) for one in people]
        db.session.add(ToldPeople(mailing_id=self.mailing.id, kind=kind, upto=upto, people=listed))
        db.session.flush()
