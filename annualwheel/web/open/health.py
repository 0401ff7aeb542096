"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify

from annualwheel import machine_clocks
from annualwheel.clock import ahead_of_shared
from annualwheel.db import schema_version
from annualwheel.mail import outbox
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.open import blueprint


@blueprint.get("/healthz")
def healthz() -> Response:
    """Says that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Says whether the database answers and its schema is the newest (else 503).

    `oldest_due_mail`: how many seconds the oldest due mail has waited. `clock_ahead`: how many
    seconds the clock that differs most from the database's is ahead of it, 0 while all agree.
    """
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    current, oldest = schema_version(), outbox.oldest_due(page.now())
    waited = int((page.now() - oldest).total_seconds()) if oldest else 0
    ready = head == current
    status = "ok" if ready else "behind"
    differing = machine_clocks.differing(page.now(), ahead_of_shared(services().clock))
    ahead = max((one.ahead for one in differing), key=abs, default=0)
    answer = jsonify(status=status, migrated=ready, oldest_due_mail=waited, clock_ahead=ahead)
    return answer, 200 if ready else 503
