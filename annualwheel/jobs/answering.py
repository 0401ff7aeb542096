"""Answering what was asked for on open pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import structlog

from annualwheel import unit_of_work
from annualwheel.accounts import staff
from annualwheel.errors import DomainError
from annualwheel.mail import requests
from annualwheel.models import MailRequest
from annualwheel.participation import link_recovery, open_registration
from annualwheel.privacy import own_data
from annualwheel.services import services

log = structlog.get_logger()

ANSWERS: Mapping[str, Callable[[MailRequest, dt.datetime], None]] = {
    "new_link": link_recovery.answer,
    "own_data": own_data.answer,
    "staff_sign_in": staff.answer,
    "application": open_registration.answer,
}


def answer_request(request_id: int) -> None:
    """Looks who has the address of a request, and writes the mail. The request is gone then."""
    request = requests.take(request_id)
    if request is None:
        return
    try:
        ANSWERS[request.kind](request, services().clock.now())
    # What was asked for is not possible any more. The one who asked has had their answer.
    except DomainError as refusal:
        log.info("request_refused", kind=request.kind, key=refusal.key)
        unit_of_work.roll_back()
        requests.take(request_id)
    unit_of_work.commit()
