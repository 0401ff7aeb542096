"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify

from annualwheel.db import db
from annualwheel.mail.states import DUE
from annualwheel.models import Message
from annualwheel.web import page
from annualwheel.web.open import blueprint


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers, its schema is the newest, and mail goes out.

    Says how many seconds the oldest due mail has waited.
    """
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    current = db.session.scalar(sa.text("select version_num from alembic_version"))
    is_due = Message.state.in_(DUE), Message.due_at <= page.now()
    oldest = db.session.scalar(sa.select(sa.func.min(Message.due_at)).where(*is_due))
    waited = int((page.now() - oldest).total_seconds()) if oldest else 0
    ready = head == current
    status = "ok" if ready else "behind"
    answer = jsonify(status=status, migrated=ready, oldest_due_mail=waited)
    return answer, 200 if ready else 503
