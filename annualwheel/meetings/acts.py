"""What a move and a cancellation say, and what they do to calendars and to mails that wait."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail import letters, outbox
from annualwheel.mail.states import UNSENT
from annualwheel.models import Mailing, Meeting, Message, Questionnaire, Registration, Submission
from annualwheel.registrations import availability, notices
from annualwheel.registrations.states import AWAITED
from annualwheel.wording import dates


@dataclass(frozen=True)
class MeetingNews:
    """What there is to tell: when and where the meeting is now, as plain values, and why.

    `kept`: the organisations whose submitted answer is kept.
    """

    to: Mapping[str, str]
    reason: str
    kept: frozenset[int] = frozenset()


class Act(ABC):
    """A move or a cancellation, of which people are told; `kind` is that of its mail."""

    kind: ClassVar[str]

    @abstractmethod
    def facts(
        self,
        registration: Registration,
        state: str,
        known: Mapping[str, str],
        news: MeetingNews,
        now: dt.datetime,
    ) -> dict[str, Any]:
        """What the mail says besides what every mail about the registration says.

        It goes to a person in that state, who knows the appointment `known`.
        """

    @abstractmethod
    def news(self, known: Mapping[str, str], news: MeetingNews, language: str) -> dict[str, Any]:
        """What the act has changed, the same for all who know the appointment `known`."""

    @abstractmethod
    def cause(self, mailing: Mailing) -> str:
        """What makes the mail the only one of its kind to a person."""

    @abstractmethod
    def follow(self, mailing: Mailing, registration: Registration, now: dt.datetime) -> None:
        """Changes the calendar entry of a person who has one."""

    def state_after(
        self, registration: Registration, known: Mapping[str, str], news: MeetingNews
    ) -> str:
        """The state that the act would take the registration to."""
        return registration.state

    def is_news(
        self, known: Mapping[str, str], news: MeetingNews, registration: Registration
    ) -> bool:
        """Whether there is anything to tell to a person who knows the appointment `known`."""
        return True

    def kept(self, meeting: Meeting) -> frozenset[int]:
        """The organisations that are told that their submitted answer is kept."""
        return frozenset()

    def renew(self, found: Sequence[Registration], now: dt.datetime) -> set[int]:
        """Brings mails that have not left up to date.

        Returns the registrations whose mail tells everything, and that need no mail about the act.
        """
        return set()


class MovedAct(Act):
    """The meeting has another day, time or place."""

    kind = "moved"

    def facts(
        self,
        registration: Registration,
        state: str,
        known: Mapping[str, str],
        news: MeetingNews,
        now: dt.datetime,
    ) -> dict[str, Any]:
        """The old and the new appointment, and what is asked about it."""
        another_day = day_of(known) != day_of(news.to)
        language = registration.person.language
        facts = self.news(known, news, language) | _owed(registration, state, another_day, now)
        facts["answer_by"] = dates.day(_closes_at(registration, news, now), language)
        # Somebody who attends online has no old and new venue.
        if registration.mode != "on_site":
            here = notices.place(registration, language)
            facts |= {"old_place": here, "new_place": here}
        return facts

    def news(self, known: Mapping[str, str], news: MeetingNews, language: str) -> dict[str, Any]:
        """The old and the new appointment."""
        starts, ends = _times(known)
        new_starts, new_ends = _times(news.to)
        return {
            "reason": news.reason,
            "short_day": dates.day_month(new_starts, language),
            "old_day": dates.day(starts, language),
            "new_day": dates.day(new_starts, language),
            "old_time": dates.hours(starts, ends, language),
            "new_time": dates.hours(new_starts, new_ends, language),
            "old_place": known["place"],
            "new_place": news.to["place"],
        }

    def cause(self, mailing: Mailing) -> str:
        """People are told of each move."""
        return mailing.confirm_key

    def follow(self, mailing: Mailing, registration: Registration, now: dt.datetime) -> None:
        """The same entry, with a higher SEQUENCE."""
        notices.put_in_calendar(registration, now, "calendar_update", mailing)

    def is_news(
        self, known: Mapping[str, str], news: MeetingNews, registration: Registration
    ) -> bool:
        """Not that the appointment is the one that the person knows."""
        return is_another(known, news.to, registration.mode)

    def state_after(
        self, registration: Registration, known: Mapping[str, str], news: MeetingNews
    ) -> str:
        """A person who is coming must say yes again to another day."""
        if registration.state == "registered" and day_of(known) != day_of(news.to):
            return "to_reconfirm"
        return registration.state

    def renew(self, found: Sequence[Registration], now: dt.datetime) -> set[int]:
        """Rewrites invitations and reminders that have not left, so that they say how it is now.

        Returns the registrations whose invitation that was: it tells them everything.
        """
        by_id = {
            registration.id: registration for registration in found if registration.state in AWAITED
        }
        asked = [registration.id for registration in found if registration.state == "invited"]
        invited = sa.and_(Message.kind == "invitation", Message.registration_id.in_(asked))
        reminded = sa.and_(Message.kind == "reminder", Message.registration_id.in_(by_id))
        waiting = db.session.scalars(
            sa.select(Message)
            .where(sa.or_(invited, reminded), Message.state.in_(UNSENT))
            .options(joinedload(Message.body))
            # A mail that a worker has in hand leaves as it was written, and its reader gets the
            # mail about the move too.
            .with_for_update(of=Message, skip_locked=True)
            .execution_options(populate_existing=True)
        ).all()
        renewed = set()
        for message in waiting:
            kind, language = message.kind, message.language
            registration = by_id[message.registration_id or 0]
            facts = notices.said(kind, registration, language, now, {})
            outbox.rewrite(message, letters.write(kind, language, facts))
            if kind == "invitation":
                renewed.add(registration.id)
        return renewed


class CancelledAct(Act):
    """The meeting will not take place."""

    kind = "cancelled"

    def facts(
        self,
        registration: Registration,
        state: str,
        known: Mapping[str, str],
        news: MeetingNews,
        now: dt.datetime,
    ) -> dict[str, Any]:
        """The day that is free now, and why."""
        answer_kept = "yes" if registration.organisation_id in news.kept else ""
        return self.news(known, news, registration.person.language) | {"answer_kept": answer_kept}

    def news(self, known: Mapping[str, str], news: MeetingNews, language: str) -> dict[str, Any]:
        """The day that is free now, and why."""
        starts, _ends = _times(known)
        return {
            "reason": news.reason,
            "day": dates.day(starts, language),
            "short_day": dates.day_month(starts, language),
        }

    def cause(self, mailing: Mailing) -> str:
        """A meeting is cancelled once."""
        return self.kind

    def follow(self, mailing: Mailing, registration: Registration, now: dt.datetime) -> None:
        """Takes the entry away."""
        notices.take_from_calendar(registration, now, mailing)

    def is_news(
        self, known: Mapping[str, str], news: MeetingNews, registration: Registration
    ) -> bool:
        """Whether there is anything to tell to a person who knows the appointment `known`."""
        return True

    def kept(self, meeting: Meeting) -> frozenset[int]:
        """The organisations that have submitted an answer."""
        found = db.session.scalars(
            sa.select(Submission.organisation_id)
            .join(Questionnaire)
            .where(Questionnaire.meeting_id == meeting.id, Submission.submitted_at.is_not(None))
        )
        return frozenset(found)


# What is written anew when the meeting moves before it has left.
RENEWED = ("invitation", "reminder")
ACTS: Mapping[str, Act] = {act.kind: act for act in (MovedAct(), CancelledAct())}


def _owed(
    registration: Registration, state: str, another_day: bool, now: dt.datetime
) -> dict[str, Any]:
    """What a move asks of a person in that state.

    It asks for an answer, or for nothing: the yes still holds, or the person is waiting. The seat
    of somebody who said yes to the other day is held until they have answered.
    """
    # After registration has closed nobody is asked for an answer that would be refused.
    invited = (
        state == "invited"
        and another_day
        and availability.why_not(registration, "register", now) is None
    )
    held = state == "to_reconfirm"
    return {"asks": invited or held, "held": held, "stands": state == "registered"}


def _closes_at(registration: Registration, news: MeetingNews, now: dt.datetime) -> dt.datetime:
    """The end of the time to answer an invitation, with the meeting where it moves to.

    The act asks it before and after it has moved the times, and gets the same.
    """
    phase = years.phase(registration.meeting, availability.answer_phase(registration))
    days = phase.opens_days, phase.closes_days
    return years.placed(day_of(news.to), days, (phase.opens_at, phase.closes_at), now)[1]


def is_another(known: Mapping[str, str], to: Mapping[str, str], mode: str) -> bool:
    """Whether an appointment is another than the one that somebody knows.

    Somebody who attends online has no venue to hear of.
    """
    if mode == "online":
        return (known["starts_at"], known["ends_at"]) != (to["starts_at"], to["ends_at"])
    return known != to


def day_of(kept: Mapping[str, str]) -> dt.date:
    """The day of an appointment that is kept as plain values, on the clock of Stockholm."""
    return dates.as_date(_times(kept)[0])


def _times(kept: Mapping[str, str]) -> tuple[dt.datetime, dt.datetime]:
    return dt.datetime.fromisoformat(kept["starts_at"]), dt.datetime.fromisoformat(kept["ends_at"])
