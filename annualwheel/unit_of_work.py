"""The one commit of a request or a job."""

from __future__ import annotations

from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.services import enqueue


def commit() -> None:
    """The one commit of a request: commits, then hands the mails it put to the queue in chunks."""
    db.session.flush()
    ids = outbox.take_queued()
    db.session.commit()
    for start in range(0, len(ids), outbox.CHUNK):
        enqueue("send", ids[start : start + outbox.CHUNK])
