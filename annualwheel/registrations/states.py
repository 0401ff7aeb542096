"""The states of a registration: a table, not flags. A missing cell raises."""

from __future__ import annotations

from annualwheel.errors import Refused
from annualwheel.models import Registration

# (state, action) -> the states it may lead to. Where there are two, the seats decide (the first
# when there is one).
TABLE: dict[tuple[str, str], tuple[str, ...]] = {
    ("unconfirmed", "invite"): ("invited",),
    ("unconfirmed", "register"): ("registered", "waitlisted"),
    ("unconfirmed", "withdraw"): ("withdrawn",),
    ("unconfirmed", "revoke"): ("revoked",),
    ("invited", "register"): ("registered", "waitlisted"),
    ("invited", "decline"): ("declined",),
    ("invited", "substitute"): ("substituted",),
    ("invited", "revoke"): ("revoked",),
    ("invited", "check_in"): ("attended",),
    ("waitlisted", "withdraw"): ("withdrawn",),
    ("waitlisted", "promote"): ("registered", "offered"),
    ("waitlisted", "revoke"): ("revoked",),
    ("waitlisted", "check_in"): ("attended",),
    ("offered", "register"): ("registered",),
    ("offered", "decline"): ("withdrawn", "waitlisted"),
    ("offered", "withdraw"): ("withdrawn",),
    ("offered", "lapse"): ("waitlisted",),
    ("offered", "revoke"): ("revoked",),
    ("offered", "check_in"): ("attended",),
    ("registered", "withdraw"): ("withdrawn",),
    ("registered", "substitute"): ("substituted",),
    ("registered", "revoke"): ("revoked",),
    ("registered", "check_in"): ("attended",),
    ("registered", "move"): ("to_reconfirm",),
    ("to_reconfirm", "register"): ("registered",),
    ("to_reconfirm", "decline"): ("declined",),
    ("to_reconfirm", "withdraw"): ("withdrawn",),
    ("to_reconfirm", "substitute"): ("substituted",),
    ("to_reconfirm", "revoke"): ("revoked",),
    ("to_reconfirm", "check_in"): ("attended",),
    ("to_reconfirm", "move"): ("to_reconfirm",),
    ("declined", "invite"): ("invited",),
    ("declined", "register"): ("registered", "waitlisted"),
    ("declined", "substitute"): ("substituted",),
    ("declined", "revoke"): ("revoked",),
    ("declined", "check_in"): ("attended",),
    ("withdrawn", "invite"): ("invited",),
    ("withdrawn", "register"): ("registered", "waitlisted"),
    ("withdrawn", "substitute"): ("substituted",),
    ("withdrawn", "revoke"): ("revoked",),
    ("withdrawn", "check_in"): ("attended",),
    ("substituted", "invite"): ("invited",),
    ("revoked", "invite"): ("invited",),
}
HOLDS_SEAT = ("offered", "registered", "to_reconfirm", "attended")
HAS_ENTRY = ("registered", "to_reconfirm", "attended")
COMING = ("registered", "attended")


def allowed(state: str, action: str) -> bool:
    """Whether `action` is possible in `state`."""
    return (state, action) in TABLE


def step(registration: Registration, action: str, to: str | None = None) -> None:
    """Takes the registration to its next state (`to` where the table leaves a choice).

    Raises `Refused` for a missing cell.
    """
    possible = TABLE.get((registration.state, action))
    if possible is None or (to is not None and to not in possible):
        raise Refused(f"cannot_{action}", state=registration.state)
    if action == "check_in":
        registration.before_attended = registration.state
    elif registration.state == "offered":
        registration.offered_until = None
    registration.state = to or possible[0]
