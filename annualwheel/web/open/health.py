"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import datetime as dt

from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify
from sqlalchemy.exc import OperationalError

from annualwheel import machine_clocks, storage
from annualwheel.clock import ahead_of_shared
from annualwheel.db import schema_version
from annualwheel.engines import BeingRestored
from annualwheel.mail import standstill, waiting
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.open import blueprint


@blueprint.get("/healthz")
def healthz() -> Response:
    """Says that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Says whether the database answers, its schema is the newest, and the disk takes more.

    With 503, `status` is "unreachable", "being_restored", "behind" or "storage"; `problems` says
    what is wrong with the folders or the database, in Swedish sentences. What concerns mail
    (`_mail`) changes nothing of that: pages work without a mail server. `clock_ahead`: how many
    seconds the clock that differs most from the database's is ahead of it, 0 while all agree.
    """
    problems = storage.problems(services().settings)
    try:
        current = _schema_version()
    except BeingRestored as half:
        return jsonify(status="being_restored", problems=[*problems, str(half)]), 503
    if current is None:
        return jsonify(status="unreachable", problems=problems), 503
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    if current != head:
        return jsonify(status="behind", migrated=False, problems=problems), 503
    status = "storage" if problems else "ok"
    answer = jsonify(
        status=status, migrated=True, problems=problems, clock_ahead=_clock_ahead(), **_mail()
    )
    return answer, 503 if problems else 200


def _schema_version() -> str | None:
    """The schema's version; "" before the first migration, None when nothing answers."""
    try:
        return schema_version() or ""
    except OperationalError:
        return None


def _clock_ahead() -> int:
    differing = machine_clocks.differing(page.now(), ahead_of_shared(services().clock))
    return max((one.ahead for one in differing), key=abs, default=0)


def _mail() -> dict[str, object]:
    """How sending goes.

    `oldest_due_mail`: how many seconds the mail has waited that has waited longest.
    `mail_stands_still`: since how many seconds the server has taken nothing from us, 0 when it
    does; `mail_refused_at`: how far the talk with it came. `stopped_mailings`: how many mailings
    have stopped by themselves and wait for a person.
    """
    stands = standstill.current()
    return {
        "oldest_due_mail": _seconds_since(waiting.oldest_waiting()),
        "mail_stands_still": _seconds_since(stands.since if stands else None),
        "mail_refused_at": stands.stage if stands else "",
        "stopped_mailings": waiting.count_stopped(),
    }


def _seconds_since(moment: dt.datetime | None) -> int:
    return int((page.now() - moment).total_seconds()) if moment else 0
