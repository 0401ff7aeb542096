"""The year as the wheel, the cards beside it and the table below it show it: the same times three
ways.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from annualwheel import dates
from annualwheel.models import Meeting, Year
from annualwheel.web import page, wheel, words
from annualwheel.web.coordinator.agenda import SHOWN_PHASES, Status, phase_state


def drawn(year: Year, statuses: list[Status], now: dt.datetime) -> Markup:
    """The wheel as SVG, in the page's language.

    Everything in it is our own text, escaped where it is drawn.
    """
    today, ahead = dates.as_date(now), next_meeting(year, now)
    lanes = [
        wheel.Meeting(
            words.meeting_letter(s.meeting.kind),
            dates.as_date(s.meeting.starts_at),
            _phases(s, now),
            s.meeting is ahead,
        )
        for s in statuses
    ]
    caption = wheel.Caption(
        _("Årshjulet %(year)s", year=year.number), " ".join(_sentence(s, now) for s in statuses)
    )
    drawn = wheel.wheel(
        lanes,
        today,
        year.number,
        caption,
        centre=_centre(year, ahead, today),
        language=page.language(),
    )
    return Markup(drawn)  # noqa: S704 the wheel escapes what it writes


def next_meeting(year: Year, now: dt.datetime) -> Meeting | None:
    """The meeting the year is heading for: the first that is planned and not over."""
    return next((m for m in year.meetings if m.state == "planned" and m.ends_at > now), None)


def badge(status: Status, now: dt.datetime) -> words.Look:
    """Where the meeting is now: the open phase, what comes next, or that it is over."""
    meeting = status.meeting
    if meeting.state == "cancelled":
        return words.Look(_("Inställt"), "err", "cross")
    if now > meeting.ends_at:
        return words.Look(_("Genomfört"), "ok", "check")
    shown = [phase for phase in meeting.phases if phase.kind in SHOWN_PHASES]
    current = [phase for phase in shown if phase_state(phase, now) == "now"]
    if current:
        return words.Look(
            _("%(phase)s pågår", phase=words.label(current[-1].kind, "phase")), "info", "half"
        )
    coming = next((phase for phase in shown if phase_state(phase, now) == "todo"), None)
    if coming is None or coming.kind == "followup":
        return words.Look(_("Möte %(day)s", day=words.day_month(meeting.starts_at)), "", "dot")
    return words.Look(
        f"{words.label(coming.kind, 'phase')} {words.day_month(coming.opens_at)}", "", "dot"
    )


def pace(status: Status, now: dt.datetime) -> str:
    """How the answers keep up with the time, in words; empty when registration is not going on, or
    for nothing.
    """
    phase = next(
        (
            p
            for p in status.meeting.phases
            if p.kind == "registration" and phase_state(p, now) == "now"
        ),
        None,
    )
    if phase is None or not status.funnel.invited or status.meeting.state == "cancelled":
        return ""
    gone, share = (
        (now - phase.opens_at) / (phase.closes_at - phase.opens_at),
        status.share("registration"),
    )
    words_for = _("Före plan") if share > gone else _("Efter plan")
    return str(
        _(
            "%(pace)s: %(share)s svar när %(gone)s av tiden har gått.",
            pace=words_for,
            share=words.percent(share),
            gone=words.percent(gone),
        )
    )


def table(statuses: list[Status], now: dt.datetime) -> list[dict[str, Any]]:
    """One row a meeting: its phases with their days and, for those done or going on, a word."""

    def cell(meeting: Meeting, kind: str) -> dict[str, Any]:
        phase = next((p for p in meeting.phases if p.kind == kind), None)
        if phase is None:
            return {"text": "", "look": None}
        state = phase_state(phase, now)
        return {
            "text": words.period(phase.opens_at, phase.closes_at),
            "look": words.look("phase_state", state) if state != "todo" else None,
        }

    return [
        {"meeting": s.meeting, "phases": {kind: cell(s.meeting, kind) for kind in SHOWN_PHASES}}
        for s in statuses
    ]


def _phases(status: Status, now: dt.datetime) -> list[wheel.Phase]:
    return [
        wheel.Phase(
            phase.kind,
            dates.as_date(phase.opens_at),
            dates.as_date(phase.closes_at),
            phase_state(phase, now),  # type: ignore[arg-type]
            status.share(phase.kind),
        )
        for phase in status.meeting.phases
        if phase.kind in SHOWN_PHASES
    ]


def _sentence(status: Status, now: dt.datetime) -> str:
    meeting = status.meeting
    when = f"{words.meeting(meeting.kind)} {words.day(meeting.starts_at)}"
    return f"{when}: {badge(status, now).text}."


def _centre(year: Year, ahead: Meeting | None, today: dt.date) -> wheel.Centre:
    if ahead is None:
        return wheel.Centre(_("Klart"), (str(year.number),))
    left = (dates.as_date(ahead.starts_at) - today).days
    name = words.label(ahead.kind, "meeting_short")
    if left <= 0:
        return wheel.Centre(_("I dag"), (name,))
    return wheel.Centre(str(left), (ngettext("dag till", "dagar till", left), name))
