"""Registering, substituting and revoking, with the access to the preparation that follows."""

from __future__ import annotations

import datetime as dt

from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.models import Registration
from annualwheel.participation import replies, revocation, substitution
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from annualwheel.preparation import membership


def register(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor
) -> Registration:
    """Registers, and lets a newcomer write in an answer that is open for the organisation."""
    replies.register(registration, reply, now, actor)
    has_seat = registration.state == "registered"
    if has_seat and years.is_open(registration.meeting, "preparation", now):
        membership.of_registration(registration, now)
    return registration


def substitute(
    registration: Registration, new: Substitute, now: dt.datetime, actor: Actor
) -> Registration:
    """Hands over the place and the access to the preparation.

    Diet and access needs are not inherited.
    """
    successor = substitution.substitute(registration, new, now, actor)
    membership.hand_over(registration, successor, now)
    return successor


def revoke(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Takes the invitation back, and with it the access to the preparation that it gave."""
    revocation.revoke(registration, now, actor)
    membership.end(registration)
