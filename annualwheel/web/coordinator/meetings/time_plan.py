"""The days of a meeting's phases: typed as dates, looked at, then saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.errors import Refused
from annualwheel.meetings import planning, time_plan
from annualwheel.meetings.time_plan import EDGES, Plan
from annualwheel.models import Meeting
from annualwheel.registrations import seats
from annualwheel.web import error_messages, page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import day_field
from annualwheel.web.coordinator.meetings import plan_reach, plan_words
from annualwheel.web.coordinator.meetings.agenda import Status
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.wording import dates

# A year that was typed wrong puts the day further away.
MOST_DAYS = 400
LABELS = {"opens": _l("Från och med"), "closes": _l("Till och med")}


class PlanForm(StaleSafeForm):
    """The first and the last day of each period. `form_for` adds the fields for each meeting."""

    def plan(self, meeting: Meeting) -> dict[str, time_plan.Days]:
        """What was typed, when the form has been accepted."""
        typed = {}
        for key in time_plan.plan_of(meeting):
            opens, closes = (dt.date.fromisoformat(self[f"{key}_{edge}"].data) for edge in EDGES)
            typed[key] = opens, closes
        return typed


def form_for(meeting: Meeting) -> Any:
    """The form with the meeting's own periods."""
    fields = {
        f"{key}_{edge}": day_field(LABELS[edge], near=day)
        for key, days in time_plan.plan_of(meeting).items()
        for edge, day in zip(EDGES, days, strict=True)
    }
    return type("MeetingPlanForm", (PlanForm,), fields)(
        lambda: _holding(meeting), lambda: _kept(meeting)
    )


def _holding(meeting: Meeting) -> dict[str, object]:
    """The days now, by field."""
    return {
        f"{key}_{edge}": day.isoformat()
        for key, days in time_plan.plan_of(meeting).items()
        for edge, day in zip(EDGES, days, strict=True)
    }


def _kept(meeting: Meeting) -> None:
    """Takes the lock of the act, and reads again what the form shows."""
    seats.lock(meeting)
    planning.read_days(meeting)


@blueprint.route("/mote/<int:number>/<meeting:kind>/tidplan", methods=["GET", "POST"])
def plan(number: int, kind: str) -> AnyResponse:
    """Asks for the days, shows what changes for whom and what collides, then saves."""
    found = years.meeting_of(number, kind)
    form = form_for(found)
    step = page.pressed("steg")
    if not _is_right(found, form) or step == "andra":
        return _ask(found, form)
    if step != "spara":
        return _confirm(found, form)
    outcome = carried_out(form, lambda: _save(found, form))
    if outcome:
        flash(_("Tidplanen är ändrad."))
        return redirect(url_for("coordinator.meeting_settings", number=number, kind=kind), code=303)
    return _ask(found, form)


def _save(meeting: Meeting, form: PlanForm) -> None:
    time_plan.change(meeting, form.plan(meeting), page.now(), audit.staff(g.staff.id))


def _is_right(meeting: Meeting, form: PlanForm) -> bool:
    """Whether the form can be acted on. If not, its fields say why."""
    if not form.accepted():
        return False
    for period in time_plan.periods(meeting):
        typed = form.plan(meeting)[period.key]
        opens, closes = time_plan.counted_from(meeting, typed)
        # Here too, and not only in the act: nobody should confirm what will be refused.
        if planning.is_backwards(period.after, opens, closes):
            refusal = Refused("phase_backwards", kind=period.key)
            form[f"{period.key}_closes"].errors = [error_messages.sentence(refusal)]
        for edge, days, day, held in zip(EDGES, (opens, closes), typed, period.days, strict=True):
            # A day that stands may be further off: the meeting may have moved away from it.
            if day != held and abs(days) > MOST_DAYS:
                form[f"{period.key}_{edge}"].errors = [
                    _("Skriv en dag högst 400 dagar från mötet. Stämmer årtalet?")
                ]
    return not form.errors


def _ask(meeting: Meeting, form: PlanForm) -> AnyResponse:
    html = render_template(
        "coordinator/time_plan.html",
        active="year",
        meeting=meeting,
        form=form,
        periods=[(one.key, plan_words.title_of(one)) for one in time_plan.periods(meeting)],
        edges=EDGES,
        beside=lambda text: _beside(meeting, text),
    )
    return make_response(html, form.status)


def _beside(meeting: Meeting, text: str) -> str:
    """What stands beside a field: the weekday and the offset of the day in it, if it is one."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return ""
    return plan_words.beside(day, dates.as_date(meeting.starts_at))


def _confirm(meeting: Meeting, form: PlanForm) -> AnyResponse:
    """Shows what changes, for whom, and what collides, before anything is done."""
    before, after = time_plan.plan_of(meeting), form.plan(meeting)
    if before == after:
        form.form_errors.append(_("Inget är ändrat. Skriv en ny dag."))
        return _ask(meeting, form)
    html = render_template(
        "coordinator/time_plan_confirm.html",
        active="year",
        meeting=meeting,
        form=form,
        fields=[form[f"{key}_{edge}"] for key in after for edge in EDGES],
        rows=plan_words.differences(meeting, before, after, dates.as_date(meeting.starts_at)),
        **_about(meeting, before, after),
    )
    return make_response(html)


def _about(meeting: Meeting, before: Plan, after: Plan) -> dict[str, list[str]]:
    today = dates.as_date(page.now())
    concerns = time_plan.concerns(meeting, before, after, today)
    return {
        "warnings": plan_words.warnings(meeting, concerns),
        "reach": plan_reach.of_change(Status.of(meeting), after, today),
    }
