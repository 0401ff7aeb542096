"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import datetime as dt

from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify

from annualwheel.db import schema_version
from annualwheel.mail import standstill, waiting
from annualwheel.web import page
from annualwheel.web.open import blueprint


@blueprint.get("/healthz")
def healthz() -> Response:
    """Says that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Says whether the database answers and its schema is the newest (else 503).

    What concerns mail is in it and changes nothing of that: pages work without a mail server.
    `oldest_due_mail`: how many seconds the mail has waited that has waited longest.
    `mail_stands_still`: since how many seconds the server has taken nothing from us, 0 when it
    does; `mail_refused_at`: how far the talk with it came. `stopped_mailings`: how many mailings
    have stopped by themselves and wait for a person.
    """
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    current, stands = schema_version(), standstill.current()
    ready = head == current
    answer = jsonify(
        status="ok" if ready else "behind",
        migrated=ready,
        oldest_due_mail=_seconds_since(waiting.oldest_waiting()),
        mail_stands_still=_seconds_since(stands.since if stands else None),
        mail_refused_at=stands.stage if stands else "",
        stopped_mailings=waiting.count_stopped(),
    )
    return answer, 200 if ready else 503


def _seconds_since(moment: dt.datetime | None) -> int:
    return int((page.now() - moment).total_seconds()) if moment else 0
