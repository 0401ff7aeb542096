"""Packs: asked for, built in a job with progress, kept for a while as a file in the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import Clock, local
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.models import File, FileChunk, Meeting, Pack, Staff
from annualwheel.wording import names
from annualwheel.workshop import pack as packing
from annualwheel.workshop import states, submitted

CHUNK = 256 * 1024
KEPT = dt.timedelta(days=30)
LEFT = dt.timedelta(minutes=5)
# Far longer than the largest pack takes: its worker is gone.
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


def build(pack_id: int, clock: Clock) -> None:
    """Builds a queued pack and commits it in chunks.

    So progress shows and no transaction is long. Does nothing for one that is being built or is
    ready.
    """
    taken = db.session.execute(
        sa.update(Pack)
        .where(Pack.id == pack_id, Pack.state.in_(states.TRANSITIONS.sources("build")))
        .values(state=states.TRANSITIONS.outcome("build"))
    )
    db.session.commit()
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return
    pack = db.session.get_one(Pack, pack_id)
    by, now = db.session.get(Staff, pack.by_id), clock.now()
    cover = packing.Cover(made_by=by.name if by else "", made_at=now, language=pack.language)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as workspace:
        report = partial(_progress, pack)
        pack.counts = packing.build(pack.meeting, cover, workspace.name, report)
        pack.file = _store(workspace.name, _file_name(pack.meeting, now), now)
    states.step(pack, "finish")
    pack.done, pack.ready_at = pack.total, clock.now()
    audit.note(audit.SYSTEM, "pack_built", pack, now, pack.meeting_id, sha256=pack.file.sha256)
    db.session.commit()


def mark_failed(pack_id: int) -> None:
    """The job could not build it; the page says so and offers a new try."""
    db.session.execute(
        sa.update(Pack)
        .where(Pack.id == pack_id, Pack.state.in_(states.TRANSITIONS.sources("fail")))
        .values(state=states.TRANSITIONS.outcome("fail"))
    )


def left_behind(now: dt.datetime) -> sa.Select[Pack]:
    """Packs whose job was lost before it began."""
    return sa.select(Pack).where(Pack.state == "queued", Pack.created_at < now - LEFT)


def give_up(now: dt.datetime) -> None:
    """Says of packs whose worker died while building that they failed.

    So that nobody waits for them.
    """
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


def _progress(pack: Pack, done: int) -> None:
    db.session.execute(sa.update(Pack).where(Pack.id == pack.id).values(done=done))
    db.session.commit()


def _store(path: str, name: str, now: dt.datetime) -> File:
    """Copies the finished workbook into the database in pieces."""
    file = File(name=name, media_type=MEDIA_TYPE, created_at=now, expires_at=now + KEPT)
    db.session.add(file)
    db.session.flush()
    digest, size = hashlib.sha256(), 0
    with Path(path).open("rb") as source:
        for number, piece in enumerate(iter(lambda: source.read(CHUNK), b"")):
            digest.update(piece)
            size += len(piece)
            chunk = {"file_id": file.id, "number": number, "content": piece}
            db.session.execute(sa.insert(FileChunk).values(chunk))
    file.size, file.sha256 = size, digest.hexdigest()
    return file


def _file_name(meeting: Meeting, now: dt.datetime) -> str:
    """ASCII, since other letters in attachment names get lost on the way."""
    kind = names.meeting(meeting.kind, "sv")
    kind = kind.translate(str.maketrans("åäöÅÄÖ ", "aaoAAO-")).lower()
    return f"underlag-{kind}-{meeting.year.number}-{local(now):%Y%m%d-%H%M}.xlsx"
