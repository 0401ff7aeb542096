"""Answers what was asked for on the open pages, as the jobs would."""

from __future__ import annotations

from annualwheel.db import db
from annualwheel.jobs.answering import answer_request
from annualwheel.models import MailRequest
from annualwheel.unit_of_work import commit


def answer_all() -> None:
    """Answers every request that waits, in the application context of the test."""
    commit()
    for (request_id,) in db.session.query(MailRequest.id).order_by(MailRequest.id).all():
        answer_request(request_id)
