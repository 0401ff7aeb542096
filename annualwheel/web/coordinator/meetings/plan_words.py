"""A meeting's plan in words: its days beside the meeting's, and what collides in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel.meetings import time_plan
from annualwheel.meetings.time_plan import EDGES, Concern, Period, Plan
from annualwheel.models import Meeting
from annualwheel.questionnaires import published
from annualwheel.web import page
from annualwheel.web.wording import words
from annualwheel.wording import dates, free_days


def title_of(period: Period) -> str:
    """What the period is called: the phase, or the questionnaire."""
    if period.questionnaire is None:
        return words.label(period.key, "phase")
    return published.title_of(period.questionnaire).to(page.language())


def titles(meeting: Meeting) -> dict[str, str]:
    """What each period of the plan is called, by its key."""
    return {period.key: title_of(period) for period in time_plan.periods(meeting)}


def offset(days: int) -> str:
    """ "21 dagar före mötet", "mötets dag", "6 dagar efter mötet"."""
    if not days:
        return str(_("mötets dag"))
    if days < 0:
        return str(ngettext("%(num)s dag före mötet", "%(num)s dagar före mötet", -days))
    return str(ngettext("%(num)s dag efter mötet", "%(num)s dagar efter mötet", days))


def beside(day: dt.date, held: dt.date) -> str:
    """What stands beside a day: "torsdag, julafton, 29 dagar före mötet". `held`: the meeting's."""
    language = page.language()
    said = (
        dates.WEEKDAYS[language][day.weekday()],
        free_days.name(day, language),
        offset((day - held).days),
    )
    return ", ".join(part for part in said if part)


def in_short(meeting: Meeting) -> list[dict[str, str]]:
    """Each period with its days, for the macro `facts`."""
    held = dates.as_date(meeting.starts_at)
    return [
        {
            "term": title_of(period),
            "value": _(
                "%(days)s (%(first)s till %(last)s)",
                days=words.period(*period.days),
                first=offset((period.days[0] - held).days),
                last=offset((period.days[1] - held).days),
            ),
        }
        for period in time_plan.periods(meeting)
    ]


def differences(
    meeting: Meeting, before: Plan, after: Plan, held_after: dt.date
) -> list[dict[str, str]]:
    """The days that change, as rows with the words before and after.

    `held_after`: the day of the meeting that those after are counted from.
    """
    held, called = dates.as_date(meeting.starts_at), titles(meeting)
    rows = []
    for key, days in after.items():
        for place, edge in enumerate(EDGES):
            old, new = before[key][place], days[place]
            if old != new:
                what = _edge(called[key], edge)
                row = {
                    "what": what,
                    "old": words.day(old),
                    "old_offset": offset((old - held).days),
                    "new": words.day(new),
                    "new_offset": offset((new - held_after).days),
                }
                rows.append(row)
    return rows


def _edge(what: str, edge: str) -> str:
    if edge == "opens":
        return str(_("%(what)s: första dagen", what=what))
    return str(_("%(what)s: sista dagen", what=what))


def warnings(meeting: Meeting, concerns: Iterable[Concern]) -> list[str]:
    """The sentence about each concern."""
    called = titles(meeting)
    asked = {one.key: published.title_of(one).to(page.language()) for one in meeting.questionnaires}
    return [_warning(one, called, asked) for one in concerns]


def _warning(one: Concern, called: dict[str, str], asked: dict[str, str]) -> str:
    what, day = _edge(called[one.period], one.edge), words.day(one.day)
    other = words.day(one.other) if one.other else ""
    several = format_list([asked[key] for key in one.asked], locale=page.language())
    sentences = {
        "holiday": _(
            "%(what)s, %(day)s, är %(name)s.",
            what=what,
            day=day,
            name=free_days.name(one.day, page.language()),
        ),
        "weekend": _("%(what)s är på en helg: %(day)s.", what=what, day=day),
        "passed": _(
            "%(what)s, %(day)s, har redan varit. Tiden är slut så fort du sparar.",
            what=what,
            day=day,
        ),
        "shuts": _(
            "%(what)s: tiden pågår nu. Den avbryts när du sparar, och börjar igen %(day)s.",
            what=called[one.period],
            day=day,
        ),
        "invited_too_late": _(
            "Inbjudan pågår till och med %(day)s, men sista dagen att svara är %(other)s. "
            "Den som bjuds in efter det kan inte svara.",
            day=day,
            other=other,
        ),
        "change_ends_first": _(
            "Sista dagen att ändra en anmälan är %(day)s, men det går att anmäla sig till och med "
            "%(other)s. Den som anmäler sig sist kan inte ändra.",
            day=day,
            other=other,
        ),
        "prepared_too_soon": _(
            "Förberedelsen öppnar %(day)s, men det går att anmäla sig till och med %(other)s. "
            "Den som anmäler sig sist får kortare tid att förbereda sig.",
            day=day,
            other=other,
        ),
        "mailed_twice": _(
            "%(several)s öppnar samma dag, %(day)s. Samma personer får då flera mejl den dagen.",
            several=several,
            day=day,
        ),
    }
    return str(sentences[one.what])
