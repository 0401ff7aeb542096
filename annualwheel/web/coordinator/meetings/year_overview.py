"""The year as the wheel, the cards next to it and the table below it show it.

They show the same times in three ways.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from annualwheel.models import Meeting, Phase, Year
from annualwheel.questionnaires import opening
from annualwheel.web import page
from annualwheel.web.coordinator.meetings.agenda import Status
from annualwheel.web.coordinator.meetings.steps import SHOWN_PHASES, phase_state
from annualwheel.web.parts import wheel
from annualwheel.web.wording import words
from annualwheel.wording import dates


def drawn(year: Year, statuses: list[Status], now: dt.datetime) -> Markup:
    """The wheel as SVG, in the page's language.

    Everything in it is our own text, escaped where it is drawn.
    """
    today, ahead = dates.as_date(now), next_meeting(year, now)
    lanes = [_lane(status, ahead, now) for status in statuses]
    title = _("Årshjulet %(year)s", year=year.number)
    caption = wheel.Caption(title, " ".join(_sentence(status, now) for status in statuses))
    centre = _centre(year, ahead, today)
    svg = wheel.wheel(lanes, today, year.number, caption, centre=centre, language=page.language())
    return Markup(svg)  # noqa: S704 our own text, escaped where it is drawn


def _lane(status: Status, ahead: Meeting | None, now: dt.datetime) -> wheel.WheelMeeting:
    meeting = status.meeting
    letter, day = words.meeting_letter(meeting.kind), dates.as_date(meeting.starts_at)
    return wheel.WheelMeeting(letter, day, _phases(status, now), meeting is ahead)


def next_meeting(year: Year, now: dt.datetime) -> Meeting | None:
    """The meeting ahead: the first that is planned and not over."""
    return next((m for m in year.meetings if m.state == "planned" and m.ends_at > now), None)


def badge(status: Status, now: dt.datetime) -> words.Look:
    """The meeting's state now: its open phase, what comes next, or that it is over."""
    meeting = status.meeting
    if meeting.state == "cancelled":
        return words.Look(_("Inställt"), "err", "cross")
    if now > meeting.ends_at:
        return words.Look(_("Genomfört"), "ok", "check")
    current = _phases_in("now", meeting, now)
    if current:
        phase = words.label(current[-1].kind, "phase")
        return words.Look(_("%(phase)s pågår", phase=phase), "info", "half")
    coming = _phases_in("todo", meeting, now)
    # What follows up comes after the meeting: until then the meeting itself is next.
    if not coming or coming[0].kind == "followup":
        return words.Look(_("Möte %(day)s", day=words.day_month(meeting.starts_at)), "", "dot")
    phase, day = words.label(coming[0].kind, "phase"), words.day_month(coming[0].opens_at)
    return words.Look(f"{phase} {day}", "", "dot")


def is_preparing(meeting: Meeting, now: dt.datetime) -> bool:
    """Whether the preparation has begun and the meeting has not."""
    planned = meeting.state == "planned"
    return planned and opening.preparation_opens_at(meeting) <= now < meeting.starts_at


def _phases_in(state: str, meeting: Meeting, now: dt.datetime) -> list[Phase]:
    shown = (phase for phase in meeting.phases if phase.kind in SHOWN_PHASES)
    return [phase for phase in shown if phase_state(phase, now) == state]


def pace(status: Status, now: dt.datetime) -> str:
    """Whether replies come in as fast as the time passes, in words.

    Empty when registration is not open, nobody is invited or the meeting is cancelled.
    """
    going_on = _phases_in("now", status.meeting, now)
    phase = next((each for each in going_on if each.kind == "registration"), None)
    if phase is None or not status.funnel.invited or status.meeting.state == "cancelled":
        return ""
    gone = (now - phase.opens_at) / (phase.closes_at - phase.opens_at)
    share = status.share("registration")
    answered, passed = words.percent(share), words.percent(gone)
    words_for = _("Före plan") if share > gone else _("Efter plan")
    # Nobody sees a difference between two numbers that read the same.
    if answered == passed:
        words_for = _("Enligt plan")
    return str(
        _(
            "%(pace)s: %(share)s svar när %(gone)s av tiden har gått.",
            pace=words_for,
            share=answered,
            gone=passed,
        )
    )


def table(statuses: list[Status], now: dt.datetime) -> list[dict[str, Any]]:
    """One row for each meeting: its phases with their days, and a word for those begun."""
    rows = []
    for status in statuses:
        cells = {kind: _cell(status.meeting, kind, now) for kind in SHOWN_PHASES}
        rows.append({"meeting": status.meeting, "phases": cells})
    return rows


def _cell(meeting: Meeting, kind: str, now: dt.datetime) -> dict[str, Any]:
    phase = next((each for each in meeting.phases if each.kind == kind), None)
    if phase is None:
        return {"text": "", "look": None}
    state = phase_state(phase, now)
    return {
        "text": words.period(phase.opens_at, phase.closes_at),
        "look": words.look("phase_state", state) if state != "todo" else None,
    }


def _phases(status: Status, now: dt.datetime) -> list[wheel.WheelPhase]:
    shown = (phase for phase in status.meeting.phases if phase.kind in SHOWN_PHASES)
    return [
        wheel.WheelPhase(
            phase.kind,
            dates.as_date(phase.opens_at),
            dates.as_date(phase.closes_at),
            phase_state(phase, now),  # type: ignore[arg-type]
            status.share(phase.kind),
        )
        for phase in shown
    ]


def _sentence(status: Status, now: dt.datetime) -> str:
    meeting = status.meeting
    name, day = words.meeting(meeting.kind), words.day(meeting.starts_at)
    return f"{name} {day}: {badge(status, now).text}."


def _centre(year: Year, ahead: Meeting | None, today: dt.date) -> wheel.Centre:
    if ahead is None:
        return wheel.Centre(_("Klart"), (str(year.number),))
    left = (dates.as_date(ahead.starts_at) - today).days
    name = words.label(ahead.kind, "meeting_short")
    if left <= 0:
        return wheel.Centre(_("I dag"), (name,))
    return wheel.Centre(str(left), (ngettext("dag till", "dagar till", left), name))
