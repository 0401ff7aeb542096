"""What the application keeps about itself: limits, ticks, the audit trail, files and packs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id
from annualwheel.leases import Leased
from annualwheel.models.meetings import Meeting

PACK_STATES = ("queued", "building", "ready", "failed", "cancelled")


class Attempt(Base):
    """One attempt at something limited.

    `key_hash` is the hash, under the application's key, of the address or client it is counted for.
    """

    __tablename__ = "attempts"
    # Counted by these columns at every attempt, over all processes and machines (decision 18).
    __table_args__ = (Index("ix_attempts_window", "kind", "key_hash", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str]
    key_hash: Mapped[str]
    at: Mapped[dt.datetime]


class Tick(Base):
    """A periodic job's minute: the process that writes the row first runs the job."""

    __tablename__ = "ticks"
    # Every consumer has a scheduler of its own; the key lets one of them through.
    __table_args__ = (UniqueConstraint("name", "minute"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    minute: Mapped[dt.datetime]


class MachineClock(Base):
    """A machine whose clock differs from the database's: by how many seconds it is ahead."""

    __tablename__ = "machine_clocks"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    machine: Mapped[str] = mapped_column(unique=True)
    ahead: Mapped[int]
    at: Mapped[dt.datetime]


class Audit(Base):
    """Who did what to what.

    It has ids and field names. Values are in `details` only, which may be erased; answer text is
    nowhere in it.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_meeting_at", "meeting_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[dt.datetime]
    actor_kind: Mapped[str] = mapped_column(
        choice_column("actor_kind", "participant", "staff", "system")
    )
    # The kinds say in which table to look, so these ids can be no foreign keys.
    actor_id: Mapped[int | None]
    verb: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), default=None)
    details: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


class File(Base):
    """A file that is kept for a while, across requests.

    It is in the database, since several machines share nothing else.
    """

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    name: Mapped[str]
    media_type: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(default="")


class FileChunk(Base):
    """A piece of a file, so that it can be written and read as a stream."""

    __tablename__ = "file_chunks"
    __table_args__ = (UniqueConstraint("file_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    number: Mapped[int]
    content: Mapped[bytes]


class Pack(Leased, Base):
    """A workshop input pack: who asked for it, what went in, the file.

    `contents` tells apart what packs of one meeting and language were made from.
    """

    __tablename__ = "packs"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True, init=False)
    meeting: Mapped[Meeting] = relationship()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[dt.datetime]
    language: Mapped[str] = mapped_column(default="sv")
    state: Mapped[str] = mapped_column(choice_column("state", *PACK_STATES), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), init=False)
    file: Mapped[File | None] = relationship(default=None)
    ready_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    contents: Mapped[str] = mapped_column(default="")
