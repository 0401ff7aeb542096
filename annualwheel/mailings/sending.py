"""One act of sending to many: a coordinator confirms the number, pauses, resumes and follows it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from annualwheel import audit, leases
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.mail import mailing_states, outbox, standstill, waiting
from annualwheel.mail import states as mail_states
from annualwheel.mailings import relevance
from annualwheel.mailings.kinds import asked, registry
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import Mailing, Message
from annualwheel.models.mail import MAILING_STATES
from annualwheel.registrations import seats
from annualwheel.registrations.audiences import Addressee
from annualwheel.wording.cleaning import without_addresses

log = structlog.get_logger()
# Up to this many mails are written in the request, so that no job has to be waited for. A batch is
# as small: everybody else who writes waits for it on SQLite.
SMALL = 25
BATCH = 25
# A job that has not begun by then may be lost: the sweep asks for it again.
LEFT = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class MailingProgress:
    """How far a mailing has come, in mails.

    `skipped` were confirmed, but no longer wanted when their mails were written; `unwritten` could
    not be written. None of the numbers counts a mail that somebody decided not to send.
    """

    total: int
    sent: int
    waiting: int
    failed: int
    withheld: int
    dropped: int
    skipped: int
    unwritten: int = 0

    @property
    def handled(self) -> int:
        """Those that need no more work by the machine."""
        return self.total - self.waiting


@dataclass(frozen=True)
class Chosen:
    """The people a mailing would go to, as they were read; `latest` is the newest mailing then."""

    people: Sequence[Addressee]
    latest: int


def choose(draft: MailingDraft, now: dt.datetime) -> Chosen:
    """Reads to whom the mailing goes, before anybody waits for the lock of `confirm`.

    Raises what `require_possible` raises.
    """
    kind = registry.of(draft.kind)
    kind.require_possible(draft, now)
    # Before the people, so that a mailing that takes some of them out meanwhile is noticed.
    latest = _latest(draft)
    return Chosen(draft.ticked(kind.recipients(draft, now)), latest)


def confirm(
    draft: MailingDraft,
    confirm_key: str,
    expected: int,
    actor: Actor,
    now: dt.datetime,
    chosen: Chosen | None = None,
) -> Mailing:
    """Sends: a small mailing is written here, a large one is left to a job (`preparing`).

    The same key gives the same mailing. `actor` is a member of staff, or the system itself for what
    is sent by a schedule. `chosen` is what `choose` gave; without it they are read here, which
    keeps others waiting where there are many.

    Raises `Refused("nobody_left")`, `Refused("more_recipients")` when there are more than the
    number that was confirmed, `Refused("sent_meanwhile")` when somebody has sent another mailing of
    the kind since they were chosen, and what `require_possible` raises.
    """
    # The meeting may be moved or cancelled, or its seats taken, in this very moment.
    seats.lock(draft.meeting)
    # Asked under the lock: a second press in the same moment waits for the first, and then finds
    # everybody written to.
    found = confirmed(confirm_key)
    if found is not None:
        return found
    kind = registry.of(draft.kind)
    if chosen is None:
        chosen = choose(draft, now)
    elif _latest(draft) != chosen.latest:
        raise Refused("sent_meanwhile")
    kind.require_possible(draft, now)
    count = len(chosen.people)
    if not count:
        raise Refused("nobody_left")
    # Fewer is no surprise: some have answered since the page was shown.
    if count > expected:
        raise Refused("more_recipients", count=count)
    mailing = _made(draft, confirm_key, expected, actor, now)
    db.session.add(mailing)
    db.session.flush()
    # Each kind looks again at whom it writes to: somebody may have answered since they were read.
    if count <= min(SMALL, kind.most):
        _write(mailing, chosen.people, now)
        mailing_states.step(mailing, "written")
    meeting_id = draft.meeting.id
    audit.note(actor, "mailing_confirmed", mailing, now, meeting_id, kind=draft.kind, count=count)
    db.session.flush()
    return mailing


def _latest(draft: MailingDraft) -> int:
    newest = sa.select(sa.func.max(Mailing.id)).where(
        Mailing.meeting_id == draft.meeting.id, Mailing.kind == draft.kind
    )
    return db.session.scalar(newest) or 0


def confirmed(confirm_key: str) -> Mailing | None:
    """The mailing that was confirmed with that key, if there is one."""
    return db.session.scalar(sa.select(Mailing).where(Mailing.confirm_key == confirm_key))


def _made(
    draft: MailingDraft, confirm_key: str, expected: int, actor: Actor, now: dt.datetime
) -> Mailing:
    audience: dict[str, Any] = {
        "choice": draft.choice.kept() if draft.choice else None,
        "left_out": sorted(draft.left_out),
    }
    if draft.group:
        audience["only"] = draft.group
    if registry.of(draft.kind).about_a_questionnaire:
        audience["questionnaire"] = asked.questionnaire_of(draft).key
    return Mailing(
        meeting=draft.meeting,
        kind=draft.kind,
        expected=expected,
        actor_kind=actor.kind,
        staff_id=actor.staff_id,
        confirm_key=confirm_key,
        created_at=now,
        audience=audience,
    )


def size_of_batch(mailing: Mailing) -> int:
    """How many of its mails are written in one transaction."""
    return min(BATCH, registry.of(mailing.kind).most)


def remaining(mailing: Mailing, now: dt.datetime) -> Sequence[Any]:
    """The people that a mailing has still to be written to; its kind knows who they are."""
    return registry.of(mailing.kind).left(mailing, now)


def take(mailing_id: int, worker: str, now: dt.datetime) -> bool:
    """Leases a mailing to the worker that is to write it; False when there is nothing to write.

    The caller commits, so that nobody else takes it.
    """
    return leases.take(Mailing, mailing_id, mailing_states.BY_A_JOB, worker, now)


def write_batch(mailing: Mailing, batch: Sequence[Any], now: dt.datetime, worker: str = "") -> bool:
    """Writes one batch of a large mailing; False when it was paused or cancelled meanwhile.

    False too when `worker` has lost its lease. `batch` is a piece of what `remaining` gave. The
    caller commits.
    """
    seats.lock(mailing.meeting)
    # After the meeting, as everywhere: two locks taken in different orders wait for each other.
    outbox.lock(mailing)
    about_the_end = registry.of(mailing.kind).about_the_end
    # Nobody is to be invited or reminded any more; the mail about the cancellation itself goes on.
    if mailing.meeting.state == "cancelled" and not about_the_end:
        finish_preparing(mailing)
    if mailing.state != "preparing" or mailing.lease_by != worker:
        return False
    _write(mailing, batch, now)
    return True


def finish_preparing(mailing: Mailing) -> None:
    """Notes that every mail is written. A mailing that was paused meanwhile stays paused."""
    outbox.lock(mailing)
    if mailing_states.allowed(mailing, "written"):
        mailing_states.step(mailing, "written")


def let_go(mailing: Mailing, worker: str, *, is_written: bool) -> None:
    """Ends the lease of the worker, whether it has written all or has been stopped."""
    outbox.lock(mailing)
    if mailing.lease_by != worker:
        return
    leases.let_go(mailing)
    if is_written and mailing_states.allowed(mailing, "written"):
        mailing_states.step(mailing, "written")
    db.session.flush()


def pause(mailing: Mailing, now: dt.datetime, actor: audit.Actor) -> None:
    """Keeps back what is not sent yet.

    Nothing happens to a mailing that is done or already paused.
    """
    outbox.lock(mailing)
    if mailing_states.allowed(mailing, "pause"):
        mailing_states.step(mailing, "pause")
        audit.note(actor, "mailing_paused", mailing, now, mailing.meeting_id)


def pause_all(now: dt.datetime, actor: audit.Actor) -> int:
    """Pauses every mailing that is on its way; returns how many there were."""
    going = [state for state in MAILING_STATES if mailing_states.TRANSITIONS.allows(state, "pause")]
    found = db.session.scalars(sa.select(Mailing).where(Mailing.state.in_(going))).all()
    for mailing in found:
        pause(mailing, now, actor)
    return len(found)


def stop(mailing_id: int, why: str, now: dt.datetime, actor: audit.Actor) -> None:
    """Stops a mailing that the mail server takes nothing of; `why` are the server's words.

    Its mails wait. Nothing happens to one that a worker has stopped already, or a person paused.
    """
    mailing = db.session.get_one(Mailing, mailing_id)
    outbox.lock(mailing)
    if mailing_states.allowed(mailing, "stop"):
        mailing_states.step(mailing, "stop")
        mailing.stopped_at, mailing.stopped_why = now, without_addresses(why)[:500]
        audit.note(actor, "mailing_stopped", mailing, now, mailing.meeting_id)


def wait_anew(mailing: Mailing, now: dt.datetime) -> int:
    """Lets some of the mails of a held mailing be tried from now; returns how many.

    With tens of thousands each call is a transaction, until there are none; then `resume`.
    """
    outbox.lock(mailing)
    return waiting.wait_anew(mailing, now) if mailing_states.allowed(mailing, "resume") else 0


def resume(mailing: Mailing, now: dt.datetime, actor: audit.Actor) -> None:
    """Goes on with a mailing that was paused or has stopped; nobody gets the mail twice.

    A mail server that stands still is tried at once.
    """
    while wait_anew(mailing, now):
        pass
    if mailing_states.allowed(mailing, "resume"):
        mailing_states.step(mailing, "resume")
        standstill.try_now(now)
        audit.note(actor, "mailing_resumed", mailing, now, mailing.meeting_id)


def try_server(now: dt.datetime, actor: audit.Actor) -> None:
    """Has a mail server that stands still tried at once. The caller starts the workers."""
    standstill.try_now(now)
    audit.note(actor, "mail_server_tried", "standstills", now)


def progress_of(mailing: Mailing) -> MailingProgress:
    """How far it has come, in one query."""
    rows = db.session.execute(
        sa.select(Message.state, sa.func.count())
        .where(Message.mailing_id == mailing.id)
        .group_by(Message.state)
    )
    counts = Counter({row[0]: row[1] for row in rows})
    meant = mailing.expected - counts.pop("not_sent", 0) - mailing.unwritten
    written = counts.total()
    total, skipped = written, meant - written
    # Mails that are not written yet have no rows to count, so the confirmed number is used.
    if mailing_states.doing(mailing) in mailing_states.BY_A_JOB:
        total, skipped = meant, 0
    sent, withheld, dropped = counts["sent"], counts["withheld"], counts["dropped"]
    failed = sum(counts[state] for state in mail_states.STOPPED)
    left = total - sent - withheld - dropped - failed
    return MailingProgress(total, sent, left, failed, withheld, dropped, skipped, mailing.unwritten)


def give_up(now: dt.datetime, at_most: int = 50) -> int:
    """Gives up what the server has not taken for four days; returns how many mails it looked at.

    What is not wanted any more is dropped instead. The caller commits, and asks again until there
    are none.
    """
    late = waiting.too_long(now, at_most)
    wanted = relevance.wanted(late, now)
    for message in late:
        if message in wanted:
            waiting.expire(message)
        else:
            mail_states.step(message, "stop")
    db.session.flush()
    return len(late)


def close_finished() -> None:
    """Marks mailings as done that have nothing left to send."""
    left = (
        sa.select(Message.id)
        .where(Message.mailing_id == Mailing.id, Message.state.in_(mail_states.DUE))
        .exists()
    )
    db.session.execute(
        sa.update(Mailing)
        .where(Mailing.state.in_(mailing_states.TRANSITIONS.sources("finish")), ~left)
        .values(state=mailing_states.TRANSITIONS.outcome("finish"))
        .execution_options(synchronize_session=False)
    )


def left_behind(now: dt.datetime) -> Sequence[int]:
    """The ids of mailings whose job was lost: before it began, or while it wrote."""
    return db.session.scalars(
        sa.select(Mailing.id).where(
            Mailing.state.in_(mailing_states.BY_A_JOB),
            Mailing.created_at < now - LEFT,
            leases.is_free(Mailing, now),
        )
    ).all()


def is_left(mailing: Mailing, now: dt.datetime) -> bool:
    """Whether the job that wrote it is gone, so that the sweep is about to start another."""
    return mailing.state in mailing_states.BY_A_JOB and leases.is_lost(mailing.lease_until, now)


def by_public_id(public_id: str) -> Mailing:
    """The mailing with that public id. Raises `Missing`."""
    found = db.session.scalar(sa.select(Mailing).where(Mailing.public_id == public_id))
    if found is None:
        raise Missing("no_mailing")
    return found


def _write(mailing: Mailing, batch: Sequence[Any], now: dt.datetime) -> None:
    """Writes the mails of a batch all at once.

    When a colleague has invited or reminded one of them in the same moment, or one cannot be
    written at all, it writes one by one, so that only that person is left out.
    """
    kind = registry.of(mailing.kind)
    try:
        with db.session.begin_nested():
            kind.write(mailing, batch, now)
    # It is the database that failed, and not the mails: the whole batch is tried again.
    except OperationalError:
        raise
    except Exception:
        for one in batch:
            _write_alone(mailing, one, now)


def _write_alone(mailing: Mailing, one: Any, now: dt.datetime) -> None:
    """Writes the mail to one of a batch; what cannot be written is counted, and logged."""
    try:
        with db.session.begin_nested():
            registry.of(mailing.kind).write(mailing, [one], now)
    except IntegrityError:
        return  # somebody else has written to them in this very moment
    except OperationalError:
        raise
    except Exception:
        mailing.unwritten += 1
        log.exception("mail_not_written", mailing=mailing.public_id)
