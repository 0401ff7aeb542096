"""The home page with the year, and the planning of a new year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField, StringField
from wtforms.validators import NumberRange, StopValidation

from annualwheel import audit
from annualwheel.clock import local
from annualwheel.cycle import years
from annualwheel.meetings import planning
from annualwheel.models import Year
from annualwheel.models.meetings import MEETING_KINDS
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import (
    appointment,
    day_field,
    require_order,
    time_field,
    typed,
)
from annualwheel.web.coordinator.meetings import common_agenda, year_overview
from annualwheel.web.coordinator.meetings.agenda import Status, to_do
from annualwheel.web.forms import BaseForm, Required, strip
from annualwheel.web.wording import words

USUAL = {
    "work": ("09.00", "15.30"),
    "direction": ("08.30", "12.00"),
    "conference": ("09.00", "16.00"),
}
# 52 weeks, so that the weekday is the same next year.
NEXT_TIME = dt.timedelta(weeks=52)
TO_DO = 4


@blueprint.get("/arshjul")
def year() -> str | AnyResponse:
    """Shows the newest year, or how to begin."""
    latest = years.latest()
    if latest is None:
        return render_template("coordinator/year_empty.html", active="year")
    return shown(latest.number)


@blueprint.get("/arshjul/<int:number>")
def shown(number: int) -> str:
    """Shows one year: the wheel, what to do now, the meetings, the times."""
    found, now = years.by_number(number), page.now()
    statuses = [Status.of(meeting) for meeting in found.meetings]
    todos = _all_to_do(statuses, now)
    return render_template(
        "coordinator/year.html",
        active="year",
        year=found,
        others=years.other_numbers(number),
        statuses=statuses,
        ahead=year_overview.next_meeting(found, now),
        wheel=year_overview.drawn(found, statuses, now),
        todos=todos[:TO_DO],
        more_to_do=todos[TO_DO:],
        badge=lambda s: year_overview.badge(s, now),
        preparing=lambda s: year_overview.is_preparing(s.meeting, now),
        pace=lambda s: year_overview.pace(s, now),
        rows=year_overview.table(statuses, now),
    )


def _year(_form: Any, field: IntegerField) -> None:
    # Ends the chain: the next validator would say the same once more.
    if not isinstance(field.data, int):
        # The library has said already that it is no number, and not what to write.
        field.errors[:] = []
        raise StopValidation(_("Skriv årtalet, till exempel 2027"))


class YearFields(BaseForm):
    """The year's number; the meetings are added below."""

    number = IntegerField(
        _l("Vilket år"), [_year, NumberRange(2000, 2100, _l("Skriv årtalet, till exempel 2027"))]
    )

    @property
    def in_year(self) -> int | None:
        """The year of a day that is typed without one."""
        typed_year: int | None = self.number.data
        return typed_year


def _year_form() -> type[YearFields]:
    fields: dict[str, Any] = {}
    for kind in MEETING_KINDS:
        fields |= {
            f"{kind}_day": day_field(_l("Dag")),
            f"{kind}_starts": time_field(_l("Börjar")),
            f"{kind}_ends": time_field(_l("Slutar")),
            f"{kind}_place": StringField(
                _l("Plats"), [Required(_l("Skriv var mötet är"))], filters=[strip]
            ),
            f"{kind}_address": StringField(_l("Adress"), filters=[strip]),
        }
    return type("YearForm", (YearFields,), fields)


YearForm = _year_form()


@blueprint.route("/arshjul/nytt", methods=["GET", "POST"])
def new_year() -> AnyResponse:
    """Makes a new year with three meetings. The form is prefilled from the newest one."""
    form = YearForm(data=_prefilled(years.latest(), page.now()))
    if form.accepted() and _is_in_order(form) and _is_free(form):
        outcome = carried_out(form, lambda: _made(form))
        if outcome:
            number = outcome.result.number
            flash(_planned(number, years.is_first(number)))
            return redirect(url_for("coordinator.shown", number=number), code=303)
    html = render_template(
        "coordinator/year_new.html", active="year", form=form, kinds=MEETING_KINDS
    )
    return make_response(html, form.status)


def _made(form: YearFields) -> Year:
    plan = {kind: appointment(form, f"{kind}_") for kind in MEETING_KINDS}
    return planning.create_year(form.number.data, plan, page.now(), audit.staff(g.staff.id))


def _planned(number: int, first: bool) -> str:
    """The sentence about a new year. The first one has no year before to be like."""
    if first:
        return str(
            _(
                "Årshjulet %(year)s är planerat. Tiderna före varje möte är de vanliga. Ändra dem "
                "på mötets sida.",
                year=number,
            )
        )
    return str(
        _(
            "Årshjulet %(year)s är planerat. Organisationerna, tiderna före varje möte och "
            "villkoren för anmälan är som året före. Ändra dem på mötets sida.",
            year=number,
        )
    )


def _is_in_order(form: YearFields) -> bool:
    """Whether every meeting ends after it starts."""
    return all(require_order(form, f"{kind}_") for kind in MEETING_KINDS)


def _is_free(form: YearFields) -> bool:
    if not years.exists(form.number.data):
        return True
    # At the field, before the act; `create_year` refuses it too, for two who plan at once.
    form.number.errors = (_("Det finns redan ett årshjul för %(year)s", year=form.number.data),)
    return False


def _prefilled(last: Year | None, now: dt.datetime) -> dict[str, object]:
    values: dict[str, object] = {"number": last.number + 1 if last else local(now).year + 1}
    for kind in MEETING_KINDS:
        values |= {f"{kind}_starts": USUAL[kind][0], f"{kind}_ends": USUAL[kind][1]}
    for meeting in last.meetings if last else ():
        day = local(meeting.starts_at).date() + NEXT_TIME
        next_time = typed(meeting) | {"day": day.isoformat()}
        values |= {f"{meeting.kind}_{name}": value for name, value in next_time.items()}
    return values


def _all_to_do(statuses: list[Status], now: dt.datetime) -> list[dict[str, Any]]:
    """The rows of all meetings, each with its meeting's name, most urgent first."""
    rows = common_agenda.mail_to_do(now)
    for status in statuses:
        meeting = words.meeting(status.meeting.kind)
        rows += [row | {"text": f"{meeting}. {row['text']}"} for row in to_do(status, now)]
    rows += [*common_agenda.requests_to_do(), *common_agenda.clocks_to_do(page.now())]
    # The first few are seen at once and the rest behind a press, so the order decides.
    rank = {"err": 0, "warn": 1, "info": 2, "": 3}
    return sorted(rows, key=lambda row: rank[row["tone"]])
