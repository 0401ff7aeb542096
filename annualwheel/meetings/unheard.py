"""Who has not heard of the move before this one, and whom a move tells nothing new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail import states as mail_states
from annualwheel.mail.states import IN_VAIN, NOT_LEFT, UNSENT
from annualwheel.meetings.acts import RENEWED, is_another
from annualwheel.models import Mailing, Meeting, Message, Registration, ToldPeople
from annualwheel.registrations import states


class InformedPerson(NamedTuple):
    """A person concerned, as the act found them.

    `known` is the position of the appointment they know in the list of appointments; `said_yes`:
    they had said yes to it.
    """

    id: int
    state: str
    sequence: int
    known: int
    said_yes: bool = False

    @property
    def who(self) -> tuple[str, int]:
        """The registration, apart from every person with the same number."""
        return "registration", self.id


class Saved(NamedTuple):
    """Somebody who had only been asked to save the date; `known` as for `InformedPerson`."""

    id: int
    known: int

    @property
    def who(self) -> tuple[str, int]:
        """The person, apart from every registration with the same number."""
        return "person", self.id


def people_of(mailing: Mailing) -> list[InformedPerson | Saved]:
    """Everyone the mailing is about, as far as it has been settled."""
    # What is older than the pieces has them in its own row.
    told = [InformedPerson(*row) for row in mailing.audience.get("people", ())]
    saved = [Saved(*row) for row in mailing.audience.get("saved", ())]
    pieces = db.session.execute(
        sa.select(ToldPeople.kind, ToldPeople.people)
        .where(ToldPeople.mailing_id == mailing.id)
        .order_by(ToldPeople.id)
    )
    for kind, people in pieces:
        if kind == "registrations":
            told += [InformedPerson(*row) for row in people]
        else:
            saved += [Saved(*row) for row in people]
    return [*told, *saved]


def has_answered(one: InformedPerson, state: str) -> bool:
    """Whether they have answered since: the page on which they did said how it is now."""
    return one.state in states.HAS_TO_ANSWER and state != one.state


@dataclass(frozen=True)
class Earlier:
    """What the move before this one has not told.

    `unheard`: those who therefore know an older appointment, `known` being its position now.
    `entry_left`: the registrations whose calendar entry has been changed by it all the same.
    """

    unheard: Mapping[tuple[str, int], InformedPerson | Saved] = field(default_factory=dict)
    entry_left: Collection[int] = frozenset()

    def known_by(self, who: tuple[str, int]) -> int:
        """The position of the appointment that somebody knows."""
        found = self.unheard.get(who)
        return found.known if found else 0

    def told_from(self, one: InformedPerson) -> InformedPerson:
        """The person with the appointment that they know, and whether they said yes to that."""
        found = self.unheard.get(one.who)
        if not isinstance(found, InformedPerson):
            return one
        return one._replace(known=found.known, said_yes=found.said_yes)


def without_news(
    people: Sequence[InformedPerson | Saved],
    modes: Mapping[int, str],
    known: Sequence[Mapping[str, str]],
    to: Mapping[str, str],
) -> set[tuple[str, int]]:
    """Those of the people for whom the appointment `to` is what they know.

    `modes`: how each registration attends, by its id; `known`: the appointments that the people
    know by their positions.
    """
    return {
        one.who
        for one in people
        if not is_another(
            known[one.known],
            to,
            modes.get(one.id, "") if isinstance(one, InformedPerson) else "",
        )
    }


def to_change(earlier: Earlier, silent: Collection[tuple[str, int]]) -> set[int]:
    """The registrations among those who hear nothing that something must be changed of all the
    same.

    Their calendar entry was changed by the move before, or their invitation or reminder waits and
    says something else.
    """
    numbers = {number for kind, number in silent if kind == "registration"}
    waiting = sa.select(Message.registration_id).where(
        Message.kind.in_(RENEWED),
        Message.state.in_(UNSENT),
        Message.registration_id.in_(numbers),
    )
    return numbers & {*earlier.entry_left, *db.session.scalars(waiting)}


def before(meeting: Meeting) -> Mailing | None:
    """The mailing about the latest move, when somebody may not have heard of it.

    Locks it, since the job may be writing a batch of it in this moment.
    """
    mailing = _latest(meeting)
    if mailing is None:
        return None
    outbox.lock(mailing)
    return None if mailing.state == "done" and not _has_untold(mailing) else mailing


def drop_waiting(mailing: Mailing, at_most: int) -> int:
    """Drops what is left of a mailing that is overtaken, and what was tried in vain: nobody is to
    send it again.

    So many of each at most; returns how many. Ask again until there are none.
    """
    in_vain = sa.select(Message.id).where(
        Message.mailing_id == mailing.id, Message.state.in_(IN_VAIN)
    )
    done = db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(in_vain.limit(at_most)), Message.state.in_(IN_VAIN))
        .values(state=mail_states.TRANSITIONS.outcome("replace"))
        .execution_options(synchronize_session="fetch")
    )
    replaced = int(done.rowcount)  # type: ignore[attr-defined]
    return replaced + outbox.drop_waiting(mailing.meeting, mailing, at_most)


def earlier(mailing: Mailing | None) -> Earlier:
    """Who has not heard of the move that `mailing` is about, since it was overtaken.

    What is left of it has been dropped. The appointments of the two acts stand in one list, that
    which held until the new act first.
    """
    return _read(mailing, 1) if mailing else Earlier()


def knowing(
    meeting: Meeting, holds: Mapping[str, str], to: Mapping[str, str]
) -> set[tuple[str, int]]:
    """Those who would hear nothing if the meeting were moved from `holds` to `to`; writes nothing.

    They have not heard of the move before, and know that appointment; or they attend online, and
    only the venue changes.
    """
    mailing = _latest(meeting)
    has_untold = mailing is not None and (mailing.state != "done" or _has_untold(mailing))
    found = earlier(mailing) if has_untold else Earlier()
    known = [holds, *(mailing.audience["known"] if mailing else ())]
    rows = db.session.execute(
        sa.select(
            Registration.id, Registration.state, Registration.sequence, Registration.mode
        ).where(Registration.meeting_id == meeting.id)
    ).all()
    people: list[InformedPerson | Saved] = [
        found.told_from(InformedPerson(*row[:3], known=0)) for row in rows
    ]
    people += [one for one in found.unheard.values() if isinstance(one, Saved)]
    return without_news(people, {row.id: row.mode for row in rows}, known, to)


def _latest(meeting: Meeting) -> Mailing | None:
    return db.session.scalar(
        sa.select(Mailing)
        .where(Mailing.meeting_id == meeting.id, Mailing.kind == "moved")
        .order_by(Mailing.id.desc())
        .limit(1)
    )


def _read(mailing: Mailing, start: int) -> Earlier:
    """What the mailing has not told. `start`: see `Earlier.unheard`."""
    sent = db.session.execute(
        sa.select(Message.registration_id, Message.person_id, Message.kind).where(
            Message.mailing_id == mailing.id, Message.state.not_in(NOT_LEFT)
        )
    ).all()
    heard = {
        ("registration", row[0]) if row[0] else ("person", row[1])
        for row in sent
        if row.kind == "moved"
    }
    entry_left = {row[0] for row in sent if row[0] and row.kind != "moved"}
    rows = db.session.execute(
        sa.select(Registration.id, Registration.state).where(
            Registration.meeting_id == mailing.meeting_id
        )
    )
    state_now = {row.id: row.state for row in rows}
    unheard = {
        one.who: one._replace(known=start + one.known)
        for one in people_of(mailing)
        if one.who not in heard
        and (isinstance(one, Saved) or not has_answered(one, state_now[one.id]))
    }
    return Earlier(unheard, entry_left & {one.id for one in unheard.values()})


def _has_untold(mailing: Mailing) -> bool:
    """Whether a mail of a mailing that is done has told nobody anything."""
    vain = sa.select(Message.id).where(
        Message.mailing_id == mailing.id,
        Message.kind == "moved",
        Message.state.in_(IN_VAIN),
    )
    return db.session.scalar(vain.limit(1)) is not None
