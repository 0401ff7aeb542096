"""The outbox: one row per mail to one person, which decides what is sent (decision 3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id
from annualwheel.leases import Leased
from annualwheel.models.meetings import Meeting
from annualwheel.models.staff import Staff

MESSAGE_STATES = (
    "queued",
    "sending",
    "retry",
    "sent",
    "failed",
    "unknown",
    "withheld",
    "dropped",
    "not_sent",
    "expired",
)
MAILING_STATES = ("settling", "preparing", "sending", "done", "paused", "stopped")
# Who has a registration, and who has only been asked to save the date.
TOLD = ("registrations", "saved")
MAIL_REQUEST_KINDS = ("new_link", "own_data", "staff_sign_in", "application")
# What a mailing may have been doing when it was paused, or stopped by itself.
PAUSED_FROM = ("settling", "preparing", "sending")
# How far the talk with the mail server had come (RFC 5321 3), in its order. Before `rcpt` it is
# about us and no recipient.
STAGES = ("connection", "tls", "ehlo", "auth", "mail", "rcpt", "data")


class Mailing(Leased, Base):
    """One act of sending to many. A job that writes its mails has a lease on it.

    It is *settling* while a move or a cancellation takes the meeting's registrations along.

    `confirm_key` makes a second press harmless. `audience` is how the recipients were chosen.
    `paused_from` is the state that a paused or stopped mailing goes back to, None for every other.
    `stopped_at` and `stopped_why` say since when and with which words of the mail server a mailing
    has stopped by itself; they keep the last time when it has gone on.
    `actor_kind` and `staff_id` say who began it. `by_name` is kept for old rows whose name belongs
    to no account, or to several.
    """

    __tablename__ = "mailings"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True, init=False)
    meeting: Mapped[Meeting] = relationship()
    kind: Mapped[str]
    audience: Mapped[dict[str, Any]]
    confirm_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(choice_column("state", *MAILING_STATES), default="preparing")
    paused_from: Mapped[str | None] = mapped_column(
        choice_column("paused_from", *PAUSED_FROM), default=None
    )
    expected: Mapped[int] = mapped_column(default=0)
    # How many of the people that `audience` lists are done with, in the transaction of their mails.
    written: Mapped[int] = mapped_column(default=0)
    # How many mails could not be written; the log says why.
    unwritten: Mapped[int] = mapped_column(default=0)
    actor_kind: Mapped[str] = mapped_column(
        choice_column("actor_kind", "participant", "staff", "system"), default="system"
    )
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), default=None)
    staff: Mapped[Staff | None] = relationship(init=False)
    by_name: Mapped[str] = mapped_column(default="")
    stopped_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    stopped_why: Mapped[str] = mapped_column(default="")


class ToldPeople(Base):
    """Some of the people whom a move or a cancellation concerns, as it found them.

    `people` has them as `meetings.announcements` says; `upto` is the id of the last registration,
    or of the last person, that was looked at for it.
    """

    __tablename__ = "told_people"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailings.id"), index=True)
    kind: Mapped[str] = mapped_column(choice_column("kind", *TOLD))
    upto: Mapped[int]
    people: Mapped[list[Any]]


class Message(Base):
    """One mail to one person. `key` names its cause, so the same cause never writes twice.

    `text_version` names the template that the text was written from (see `letters.Letter`); it is
    empty for mails that are older than the column.

    `meeting_id` is the meeting of a mail about an answer, which has neither a registration nor
    always a mailing. `waiting_since`: from when it may leave, which is when it was put, sent again,
    or let go on with its mailing. `may_have_left`: a server had the whole of it, or a worker was
    lost with it, and no answer came. `joining` is the mark of what it says of how one joins ("" for
    nothing).
    """

    __tablename__ = "messages"
    __table_args__ = (
        # Workers ask for what is due; pages ask how far a mailing has come.
        Index("ix_messages_due", "state", "due_at"),
        Index("ix_messages_mailing_state", "mailing_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    # The database refuses a second mail of one cause, whichever process writes it.
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    # The mail's own, since it shows where a mail went after the person has got another address.
    address: Mapped[str]
    queued_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    waiting_since: Mapped[dt.datetime]
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="sv")
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailings.id"), default=None)
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registrations.id"), index=True, default=None
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id"), index=True, default=None
    )
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetings.id"), index=True, default=None
    )
    state: Mapped[str] = mapped_column(choice_column("state", *MESSAGE_STATES), default="queued")
    # A worker has it until then; after that another may take it.
    lease_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    lease_by: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    may_have_left: Mapped[bool] = mapped_column(default=False)
    calendar_sequence: Mapped[int | None] = mapped_column(default=None)
    text_version: Mapped[str] = mapped_column(default="")
    joining: Mapped[str] = mapped_column(default="", init=False)
    body: Mapped[MessageBody] = relationship(back_populates="message", init=False)


class MailRequest(Base):
    """A mail that somebody asks for on an open page, until a job has looked who has the address.

    The page answers first, so that the answer takes as long whether the address is known or not.
    The row is gone once it is answered. `details` are what was typed beside the address.
    """

    __tablename__ = "mail_requests"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(choice_column("kind", *MAIL_REQUEST_KINDS))
    address: Mapped[str]
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


class MessageBody(Base):
    """The frozen text, in a table of its own so that it can be erased before its mail.

    `links` holds (purpose, public id, version), no tokens. `thread` is one for all mails to one
    person about a meeting, "" for the rest.
    """

    __tablename__ = "message_bodies"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True, init=False)
    message: Mapped[Message] = relationship(back_populates="body")
    subject: Mapped[str]
    preheader: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    links: Mapped[dict[str, Any]]
    calendar: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    thread: Mapped[str] = mapped_column(default="")


class Standstill(Base):
    """That the mail server takes no mail of ours: one row while it lasts, none else.

    `since`: the first refusal; `failed_at`: the latest; `failures`: how many there were. Nothing is
    tried before `retry_at`, and then by one worker. `stage` is how far the talk had come, `reply`
    what the server said, without addresses. `for_good`: trying again alone will not help.
    """

    __tablename__ = "standstills"
    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[dt.datetime]
    failed_at: Mapped[dt.datetime]
    retry_at: Mapped[dt.datetime]
    stage: Mapped[str] = mapped_column(choice_column("stage", *STAGES))
    failures: Mapped[int] = mapped_column(default=1)
    for_good: Mapped[bool] = mapped_column(default=False)
    reply: Mapped[str] = mapped_column(default="")
