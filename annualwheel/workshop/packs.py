"""Packs: staff ask for one, a job builds it and reports, and the database keeps it for a while."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import local
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.models import File, FileChunk, Meeting, Pack, Staff
from annualwheel.wording import names
from annualwheel.workshop import states, submitted
from annualwheel.workshop.pack import CoverFacts

# A download sends one piece after the other, each read in a short transaction.
CHUNK = 256 * 1024
KEPT = dt.timedelta(days=30)
# A job that has not begun by then was lost: the sweep asks for it again.
LEFT = dt.timedelta(minutes=5)
# Far longer than the largest pack takes: the worker that built it is gone.
GIVEN_UP = dt.timedelta(hours=1)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(meeting: Meeting, by: Staff, language: str, now: dt.datetime) -> Pack:
    """Notes that a pack is wanted; the job builds it."""
    pack = Pack(
        meeting=meeting,
        by_id=by.id,
        language=language,
        created_at=now,
        total=len(submitted.respondents(meeting)),
    )
    db.session.add(pack)
    db.session.flush()
    audit.note(audit.staff(by.id), "pack_asked", pack, now, meeting.id)
    return pack


def take(pack_id: int) -> Pack | None:
    """Takes a queued pack to build it; None for one that is being built or is ready.

    The caller commits, so that nobody else takes it.
    """
    # One conditional UPDATE: of two jobs for the same pack, one finds no row to change.
    taken = db.session.execute(
        sa.update(Pack)
        .where(Pack.id == pack_id, Pack.state.in_(states.TRANSITIONS.sources("build")))
        .values(state=states.TRANSITIONS.outcome("build"))
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    # The statement went past the session, which may have loaded the row as queued.
    return db.session.get_one(Pack, pack_id, populate_existing=True)


def cover(pack: Pack, now: dt.datetime) -> CoverFacts:
    """What the cover of a pack that is built at `now` says."""
    by = db.session.get(Staff, pack.by_id)
    return CoverFacts(made_by=by.name if by else "", made_at=now, language=pack.language)


def note_progress(pack_id: int, done: int) -> sa.Update:
    """The statement that notes that so many answers are done."""
    return sa.update(Pack).where(Pack.id == pack_id).values(done=done)


def finish(
    pack: Pack, counts: Mapping[str, int], path: str, began: dt.datetime, now: dt.datetime
) -> None:
    """Stores the workbook at `path`, begun at `began`, and marks the pack as ready."""
    pack.counts, pack.file = dict(counts), _store(path, _file_name(pack.meeting, began), began)
    states.step(pack, "finish")
    pack.done, pack.ready_at = pack.total, now
    audit.note(audit.SYSTEM, "pack_built", pack, began, pack.meeting_id, sha256=pack.file.sha256)
    db.session.flush()


def mark_failed(pack_id: int) -> None:
    """Marks a pack that the job could not build; its page says so and offers a new try."""
    db.session.execute(
        sa.update(Pack)
        # Not a pack that is ready: whatever fails after that has not lost the file.
        .where(Pack.id == pack_id, Pack.state.in_(states.TRANSITIONS.sources("fail")))
        .values(state=states.TRANSITIONS.outcome("fail"))
    )


def left_behind(now: dt.datetime) -> sa.Select[Pack]:
    """Packs whose job was lost before it began."""
    return sa.select(Pack).where(Pack.state == "queued", Pack.created_at < now - LEFT)


def give_up(now: dt.datetime) -> None:
    """Marks packs whose worker died while building as failed, so that nobody waits for them."""
    db.session.execute(
        sa.update(Pack)
        .where(
            Pack.state.in_(states.TRANSITIONS.sources("give_up")), Pack.created_at < now - GIVEN_UP
        )
        .values(state=states.TRANSITIONS.outcome("give_up"))
        .execution_options(synchronize_session=False)
    )


def of_meeting(meeting: Meeting) -> list[Pack]:
    """The meeting's packs, newest first."""
    packs = sa.select(Pack).where(Pack.meeting_id == meeting.id)
    return list(db.session.scalars(packs.order_by(Pack.id.desc()).limit(20)))


def by_public_id(public_id: str) -> Pack:
    """The pack with that public id. Raises `Missing`."""
    pack = db.session.scalar(sa.select(Pack).where(Pack.public_id == public_id))
    if pack is None:
        raise Missing("no_pack")
    return pack


def require_file(pack: Pack, now: dt.datetime) -> File:
    """The finished file. Raises `Missing` when there is none, or it has expired."""
    if pack.file is None or pack.file.expires_at < now:
        raise Missing("no_pack")
    return pack.file


def piece(file_id: int, number: int) -> bytes | None:
    """One piece of a file, numbered from 0; None after the last."""
    return db.session.scalar(
        sa.select(FileChunk.content).where(FileChunk.file_id == file_id, FileChunk.number == number)
    )


def _store(path: str, name: str, now: dt.datetime) -> File:
    """Copies the finished workbook into the database in pieces."""
    file = File(name=name, media_type=MEDIA_TYPE, created_at=now, expires_at=now + KEPT)
    db.session.add(file)
    db.session.flush()
    digest, size = hashlib.sha256(), 0
    # Piece by piece and past the session, so that memory holds one piece whatever the pack's size.
    with Path(path).open("rb") as source:
        for number, piece in enumerate(iter(lambda: source.read(CHUNK), b"")):
            digest.update(piece)
            size += len(piece)
            chunk = {"file_id": file.id, "number": number, "content": piece}
            db.session.execute(sa.insert(FileChunk).values(chunk))
    file.size, file.sha256 = size, digest.hexdigest()
    return file


def _file_name(meeting: Meeting, now: dt.datetime) -> str:
    """The name of the file, in ASCII: other letters in the names of downloads get lost."""
    kind = names.meeting(meeting.kind, "sv")
    kind = kind.translate(str.maketrans("åäöÅÄÖ ", "aaoAAO-")).lower()
    return f"underlag-{kind}-{meeting.year.number}-{local(now):%Y%m%d-%H%M}.xlsx"
