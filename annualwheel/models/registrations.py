"""One row per meeting and person, from invitation to attendance; needs have a table apart."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id
from annualwheel.models.contacts import Organisation, Person
from annualwheel.models.meetings import Meeting

REGISTRATION_STATES = (
    "unconfirmed",
    "invited",
    "waitlisted",
    "offered",
    "registered",
    "to_reconfirm",
    "declined",
    "withdrawn",
    "substituted",
    "revoked",
    "attended",
    "merged",
)
# The personal link opens nothing: somebody else comes instead, the person was removed from the
# meeting, or another registration of the same person is kept. It is here since `access.links` may
# import models and not `registrations`.
LINK_IS_DEAD = ("substituted", "revoked", "merged")


def calendar_uid() -> str:
    """A UID for a seat's calendar entry.

    A random UUID without a host name, as RFC 7986 section 5.3 asks.
    """
    return str(uuid.uuid4())


class Registration(Base):
    """One row for a meeting and a person.

    `uid` and `sequence` belong to its calendar entry, `link_version` to its link. `sign_outs` is
    raised when somebody signs out who was let in by the link: sessions from before are over.
    `moves` is how often the meeting had been moved when the registration got its state: a move that
    is taken to the registrations leaves those alone that have got theirs since.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        # Each yes counts the seats by these columns, under the lock of the meeting.
        Index("ix_registrations_seat", "meeting_id", "mode", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), init=False)
    meeting: Mapped[Meeting] = relationship()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person] = relationship()
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True, init=False
    )
    organisation: Mapped[Organisation] = relationship()
    state: Mapped[str] = mapped_column(choice_column("state", *REGISTRATION_STATES))
    mode: Mapped[str] = mapped_column(choice_column("mode", "on_site", "online"), default="on_site")
    title: Mapped[str] = mapped_column(default="")
    lunch: Mapped[bool | None] = mapped_column(default=None)
    copy_to: Mapped[str] = mapped_column(default="")
    decline_reason: Mapped[str] = mapped_column(default="")
    by_staff: Mapped[bool] = mapped_column(default=False)
    link_version: Mapped[int] = mapped_column(default=1)
    sign_outs: Mapped[int] = mapped_column(default=0)
    uid: Mapped[str] = mapped_column(unique=True, default_factory=calendar_uid, init=False)
    # The first request raises it to 0, where iCalendar begins (RFC 5545 3.8.7.4).
    sequence: Mapped[int] = mapped_column(default=-1)
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("registrations.id"), index=True, init=False
    )
    # Set by an UPDATE of its own: two rows that refer to each other have no order of their own.
    replaces: Mapped[Registration | None] = relationship(
        remote_side=[id], default=None, post_update=True
    )
    before_attended: Mapped[str] = mapped_column(default="")
    invited_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    answered_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    offered_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    # Those who wait are ordered by this; the id decides between equal times.
    queued_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    moves: Mapped[int] = mapped_column(default=0, init=False)

    def __post_init__(self) -> None:
        self.moves = self.meeting.sequence


class Needs(Base):
    """Diet and access needs (GDPR art. 9).

    Only their owner sees them. They are erased first, and are never in mails, logs or packs. They
    have a table of their own, so that no query of registrations reads them in passing.
    """

    __tablename__ = "needs"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registrations.id"), unique=True, init=False
    )
    registration: Mapped[Registration] = relationship()
    consent_text: Mapped[str]
    consented_at: Mapped[dt.datetime]
    erase_on: Mapped[dt.date]
    diet: Mapped[str] = mapped_column(default="")
    access: Mapped[str] = mapped_column(default="")


class NeedsList(Base):
    """What the list of a meeting's needs said when it was last taken out, for one way of attending.

    `counted` has how many had stated each text, by a mark of the text with the `salt`: the texts
    stand in `Needs` alone, and are gone when they are erased there.
    """

    __tablename__ = "needs_lists"
    __table_args__ = (UniqueConstraint("meeting_id", "mode"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), init=False)
    meeting: Mapped[Meeting] = relationship()
    mode: Mapped[str] = mapped_column(choice_column("mode", "on_site", "online"))
    taken_at: Mapped[dt.datetime]
    salt: Mapped[str]
    lunches: Mapped[int]
    counted: Mapped[dict[str, Any]]
