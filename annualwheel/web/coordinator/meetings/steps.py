"""The phases and the day of a meeting in order: what is done, what goes on, what is to come."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel.models import Meeting, Phase
from annualwheel.web.wording import words
from annualwheel.wording import dates

SHOWN_PHASES = ("invitation", "registration", "preparation", "followup")


def phase_state(phase: Phase, now: dt.datetime) -> str:
    """ "done", "now" or "todo". Nothing goes on before a meeting that is cancelled."""
    if phase.meeting.state == "cancelled":
        return "todo"
    if now > phase.closes_at:
        return "done"
    return "now" if now >= phase.opens_at else "todo"


def steps(meeting: Meeting, now: dt.datetime) -> list[dict[str, str]]:
    """The phases and the meeting's day in order, for the macro `steps`.

    At most one of them is the current one.
    """
    shown = [phase for phase in meeting.phases if phase.kind in SHOWN_PHASES]
    going_on = [phase.opens_at for phase in shown if phase_state(phase, now) == "now"]
    latest = max(going_on, default=None)
    rows = [(phase.opens_at, _step(phase, latest, now)) for phase in shown]
    held = {
        "text": _("Möte"),
        "detail": words.day_short(meeting.starts_at),
        "state": "done" if now > meeting.ends_at else "todo",
    }
    rows.append((meeting.starts_at, held))
    rows.sort(key=lambda row: row[0])
    return [row for _at, row in rows]


def _step(phase: Phase, latest: dt.datetime | None, now: dt.datetime) -> dict[str, str]:
    """A phase as a step. An open one counts as done when a later one (`latest`) has opened."""
    state = phase_state(phase, now)
    if state == "now" and phase.opens_at != latest:
        state = "done"
    text = words.label(phase.kind, "phase")
    return {"text": text, "state": state, "detail": _span(phase, state, now)}


def _span(phase: Phase, state: str, now: dt.datetime) -> str:
    if state == "done":
        return str(_("Klart %(day)s", day=words.day_short(phase.closes_at)))
    if state == "todo":
        return words.period(phase.opens_at, phase.closes_at)
    # Counted in days of Stockholm's calendar, since a last day is open to its end.
    left = (dates.as_date(phase.closes_at) - dates.as_date(now)).days
    days = ngettext("%(num)s dag kvar", "%(num)s dagar kvar", left) if left else _("sista dagen")
    return str(_("till %(day)s, %(left)s", day=words.day_short(phase.closes_at), left=days))
