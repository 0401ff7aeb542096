"""Packs: staff ask for one, a job builds it and reports, and the database keeps it for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from annualwheel import audit, leases
from annualwheel.clock import local
from annualwheel.db import db, keep
from annualwheel.errors import Missing
from annualwheel.models import Audit, File, FileChunk, Meeting, Pack, Staff, SubmissionVersion
from annualwheel.wording import names
from annualwheel.workshop import states, submitted
from annualwheel.workshop.pack.facts import CoverFacts

# A download sends one piece after the other, each read in a short transaction.
CHUNK = 256 * 1024
KEPT = dt.timedelta(days=30)
# A job that has not begun by then may be lost: the sweep asks for it again.
LEFT = dt.timedelta(minutes=1)
# A pack is given again no longer than this: what it says of who is late follows the days too.
GIVEN_AGAIN = dt.timedelta(minutes=10)
# What may happen without any pack becoming another one.
LEAVES_PACKS_ALONE = (
    "pack_asked",
    "pack_built",
    "pack_cancelled",
    "pack_downloaded",
    "signed_in",
    "tested_mail",
)
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(meeting: Meeting, by: Staff, language: str, now: dt.datetime) -> Pack:
    """Notes that a pack is wanted; the job builds it.

    The one that is built or being built is given again as long as a new one would say the same.
    """
    # Of two presses in the same moment, the second finds the pack of the first.
    keep(meeting)
    same = _same(meeting, language, now)
    if same is not None:
        return same
    pack = Pack(
        meeting=meeting,
        by_id=by.id,
        language=language,
        created_at=now,
        total=sum(submitted.answer_counts(meeting).values()),
    )
    db.session.add(pack)
    db.session.flush()
    audit.note(audit.staff(by.id), "pack_asked", pack, now, meeting.id)
    return pack


def _same(meeting: Meeting, language: str, now: dt.datetime) -> Pack | None:
    """The newest pack of the meeting that says what one that is built now would say."""
    unchanged = sa.and_(Pack.state.in_(states.HAS_READ), Pack.contents == _contents(meeting))
    return db.session.scalar(
        sa.select(Pack)
        .where(
            Pack.meeting_id == meeting.id,
            Pack.language == language,
            Pack.created_at > now - GIVEN_AGAIN,
            # What is queued has not read anything yet.
            sa.or_(Pack.state == "queued", unchanged),
        )
        .order_by(Pack.id.desc())
        .limit(1)
    )


def _contents(meeting: Meeting) -> str:
    """What a pack that begins to read now is made from: another text as soon as anything is done.

    By the last version that was submitted and the last act of anybody: a pack reads of answers,
    people, organisations, themes and the meeting.
    """
    version = db.session.scalar(sa.select(sa.func.max(SubmissionVersion.id)))
    acts = sa.select(Audit.id).where(Audit.verb.not_in(LEAVES_PACKS_ALONE))
    act = db.session.scalar(acts.order_by(Audit.id.desc()).limit(1))
    return f"{version or 0}.{act or 0}"


def take(pack_id: int, worker: str, now: dt.datetime) -> Pack | None:
    """Takes a pack to build it; None for one that a worker has, or that is not to be built.

    The caller commits, so that nobody else takes it.
    """
    sources, to = states.TRANSITIONS.sources("build"), states.TRANSITIONS.outcome("build")
    if not leases.take(Pack, pack_id, sources, worker, now, state=to):
        return None
    # The statement went past the session, which may have loaded the row as queued.
    pack = db.session.get_one(Pack, pack_id, populate_existing=True)
    forget_file(pack)
    # Before anything is read: what happens after this is not surely in it.
    pack.done, pack.contents = 0, _contents(pack.meeting)
    db.session.flush()
    return pack


def cancel(pack: Pack, now: dt.datetime, actor: audit.Actor) -> None:
    """Ends the building of a pack that nobody wants any more; nothing happens to one that is done.

    Its worker notices at its next report.
    """
    keep(pack)
    if states.TRANSITIONS.allows(pack.state, "cancel"):
        states.step(pack, "cancel")
        leases.let_go(pack)
        audit.note(actor, "pack_cancelled", pack, now, pack.meeting_id)


def cover(pack: Pack, region: str, now: dt.datetime) -> CoverFacts:
    """What a pack of that region that is built at `now` says of itself."""
    by = db.session.get(Staff, pack.by_id)
    return CoverFacts(
        made_by=by.name if by else "", made_at=now, region=region, language=pack.language
    )


def note_progress(pack_id: int, worker: str, done: int) -> sa.Update:
    """The statement that notes that so many answers are done.

    It changes no row when the pack is cancelled, or another worker has it.
    """
    mine = Pack.id == pack_id, leases.is_held(Pack, worker)
    return sa.update(Pack).where(*mine).values(done=done)


def new_file(pack: Pack, size: int, began: dt.datetime) -> File:
    """The file that the workbook is stored in, begun at `began`; `pieces` come after it."""
    pack.file = File(
        name=_file_name(pack.meeting, began),
        media_type=MEDIA_TYPE,
        created_at=began,
        expires_at=began + KEPT,
        size=size,
    )
    db.session.flush()
    return pack.file


def store_piece(file: File, number: int, piece: bytes) -> None:
    """Stores one piece of the workbook, numbered from 0."""
    # Past the session, so that memory holds one piece whatever the size.
    chunk = {"file_id": file.id, "number": number, "content": piece}
    db.session.execute(sa.insert(FileChunk).values(chunk))


def forget_file(pack: Pack) -> None:
    """Removes what was stored of a workbook that is not finished."""
    if pack.file is not None:
        db.session.execute(sa.delete(FileChunk).where(FileChunk.file_id == pack.file.id))
        db.session.delete(pack.file)
        pack.file = None
        db.session.flush()


def finish(
    pack: Pack, worker: str, counts: Mapping[str, int], sha256: str, now: dt.datetime
) -> bool:
    """Marks the pack as ready, whose file is stored; False when it is not the worker's any more."""
    keep(pack)
    if pack.state != "building" or pack.lease_by != worker or pack.file is None:
        return False
    pack.counts, pack.file.sha256 = dict(counts), sha256
    states.step(pack, "finish")
    leases.let_go(pack)
    pack.done, pack.ready_at = pack.total, now
    audit.note(audit.SYSTEM, "pack_built", pack, now, pack.meeting_id, sha256=sha256)
    db.session.flush()
    return True


def mark_failed(pack_id: int) -> None:
    """Marks a pack that the job could not build; its page says so and offers a new try."""
    db.session.execute(
        sa.update(Pack)
        # Not a pack that is ready: whatever fails after that has not lost the file.
        .where(Pack.id == pack_id, Pack.state.in_(states.TRANSITIONS.sources("fail")))
        .values(state=states.TRANSITIONS.outcome("fail"), lease_until=None, lease_by="")
    )


def left_behind(now: dt.datetime) -> Sequence[int]:
    """The ids of packs whose job was lost: before it began, or while it built."""
    lost = sa.and_(Pack.state == "queued", Pack.created_at < now - LEFT)
    killed = sa.and_(Pack.state == "building", leases.is_free(Pack, now))
    return db.session.scalars(sa.select(Pack.id).where(sa.or_(lost, killed))).all()


def is_left(pack: Pack, now: dt.datetime) -> bool:
    """Whether the pack's worker is gone, so that the sweep is about to have it taken up again."""
    return pack.state == "building" and (pack.lease_until is None or pack.lease_until < now)


def give_up(now: dt.datetime) -> None:
    """Marks packs that several workers have died with as failed, so that nobody waits for them."""
    db.session.execute(
        sa.update(Pack)
        .where(
            Pack.state.in_(states.TRANSITIONS.sources("give_up")),
            leases.is_free(Pack, now),
            Pack.tries >= leases.MOST_TRIES,
        )
        .values(state=states.TRANSITIONS.outcome("give_up"), lease_until=None, lease_by="")
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
    if pack.file is None or pack.state != "ready" or pack.file.expires_at < now:
        raise Missing("no_pack")
    return pack.file


def piece(file_id: int, number: int) -> bytes | None:
    """One piece of a file, numbered from 0; None after the last."""
    return db.session.scalar(
        sa.select(FileChunk.content).where(FileChunk.file_id == file_id, FileChunk.number == number)
    )


def _file_name(meeting: Meeting, now: dt.datetime) -> str:
    """The name of the file, in ASCII: other letters in the names of downloads get lost."""
    kind = names.meeting(meeting.kind, "sv")
    kind = kind.translate(str.maketrans("åäöÅÄÖ ", "aaoAAO-")).lower()
    return f"underlag-{kind}-{meeting.year.number}-{local(now):%Y%m%d-%H%M}.xlsx"
