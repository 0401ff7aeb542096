"""A meeting's settings: the days of its phases, and what holds for registering."""
from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, StringField

from annualwheel import audit, jobs, planning, years
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Meeting
from annualwheel.planning import Terms
from annualwheel.web import page, refusals, words
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import Parsed
from annualwheel.web.forms import BaseForm, strip

MOST_DAYS, MOST_SEATS = 400, 100_000


def _within(most: int) -> Any:
    def parse(text: str) -> None:
        if not 0 <= int(text) <= most:
            raise ValueError(text)
    return parse


def _number(label: Any, message: Any, most: int, optional: bool = False) -> StringField:
    return StringField(label, [Parsed(_within(most), message, optional)], filters=[strip])


class SettingsForm(BaseForm):
    """What holds for registering; the phases' days are added for each meeting."""

    open_registration = BooleanField(_l("Öppen anmälan: den som inte är inbjuden kan anmäla sig på en öppen sida"))
    with_lunch = BooleanField(_l("Lunch ingår, fråga vid anmälan"))
    registry_number = StringField(_l("Diarienummer"), filters=[strip])


def form_for(meeting: Meeting) -> Any:
    """The form with the meeting's own phases and ways of attending."""
    fields: dict[str, Any] = {}
    values: dict[str, object] = {"open_registration": meeting.open_registration, "with_lunch": meeting.with_lunch,
                                 "registry_number": meeting.registry_number}
    for phase in meeting.phases:
        sign = 1 if phase.kind == "followup" else -1
        for name, label, days in (("opens", _("Från och med"), phase.opens_days), ("closes", _("Till och med"), phase.closes_days)):
            fields[f"{phase.kind}_{name}"] = _number(label, _("Skriv antalet dagar med siffror, 0 till 400"), MOST_DAYS)
            values[f"{phase.kind}_{name}"] = str(sign * days)
    for option in meeting.options:
        fields[f"capacity_{option.mode}"] = _number(words.label(option.mode, "mode"), _("Skriv antalet platser med siffror, eller inget alls"),
                                                    MOST_SEATS, optional=True)
        values[f"capacity_{option.mode}"] = "" if option.capacity is None else str(option.capacity)
    return type("MeetingForm", (SettingsForm,), fields)(data=values)


@blueprint.route("/mote/<int:number>/<meeting:kind>/installningar", methods=["GET", "POST"])
def meeting_settings(number: int, kind: str) -> AnyResponse:
    """The settings of one meeting. Day and place have a page of their own, because people are told."""
    found = years.meeting_of(number, kind)
    form = form_for(found)
    if form.accepted():
        try:
            seated = _save(found, form)
        except Refused as problem:
            db.session.rollback()
            form[f"{problem.params['kind']}_closes"].errors = (refusals.sentence(problem),)
            return _page(years.meeting_of(number, kind), form)
        jobs.commit()
        flash(_("Inställningarna är sparade."))
        if seated:
            flash(ngettext("%(num)s person på väntelistan fick en plats.", "%(num)s personer på väntelistan fick en plats.", seated))
        return redirect(url_for("coordinator.meeting_settings", number=number, kind=kind), code=303)
    return _page(found, form)


def _page(meeting: Meeting, form: Any) -> AnyResponse:
    return make_response(render_template("coordinator/meeting_settings.html", active="year", meeting=meeting, form=form), form.status)


def _save(meeting: Meeting, form: Any) -> int:
    now, actor, days = page.now(), audit.staff(g.staff.id), {}
    for phase in meeting.phases:
        sign = 1 if phase.kind == "followup" else -1
        days[phase.kind] = (sign * int(form[f"{phase.kind}_opens"].data), sign * int(form[f"{phase.kind}_closes"].data))
    planning.set_phases(meeting, days, now, actor)
    capacity = {option.mode: int(form[f"capacity_{option.mode}"].data) if form[f"capacity_{option.mode}"].data else None
                for option in meeting.options}
    terms = Terms(form.open_registration.data, form.with_lunch.data, form.registry_number.data, capacity)
    return planning.set_terms(meeting, terms, now, actor)
