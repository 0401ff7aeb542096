"""Who is reminded, and whether a reminder is still wanted at the second of sending."""
from __future__ import annotations

from annualwheel.db import db
from annualwheel.models import Message, Registration


def still_wanted(message: Message) -> bool:
    """Whether a mail whose turn has come should go: a reminder does not reach someone who has answered since it was queued."""
    if message.kind == "reminder" and message.registration_id is not None:
        registration = db.session.get(Registration, message.registration_id, populate_existing=True)
        return registration is not None and registration.state == "invited"
    return True
