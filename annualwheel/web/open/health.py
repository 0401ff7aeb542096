"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify
from sqlalchemy.exc import OperationalError

from annualwheel import storage
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
    """Says whether the database answers, its schema is the newest, and the disk takes more.

    With 503, `status` is "unreachable", "behind" or "storage"; `problems` says what is wrong with
    the folders, in Swedish sentences. `oldest_due_mail`: how many seconds the oldest due mail has
    waited.
    """
    problems = storage.problems(services().settings)
    current = _schema_version()
    if current is None:
        return jsonify(status="unreachable", problems=problems), 503
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    oldest = outbox.oldest_due(page.now()) if head == current else None
    waited = int((page.now() - oldest).total_seconds()) if oldest else 0
    status = "behind" if head != current else "storage" if problems else "ok"
    answer = jsonify(
        status=status, migrated=head == current, oldest_due_mail=waited, problems=problems
    )
    return answer, 200 if status == "ok" else 503


def _schema_version() -> str | None:
    """The schema's version; "" before the first migration, None when nothing answers."""
    try:
        return schema_version() or ""
    except OperationalError:
        return None
