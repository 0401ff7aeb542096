"""Food and access: what people need at a meeting, without names, for whoever arranges it.

The needs are shown after a press, since each look is noted, and a GET cannot write.
"""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from annualwheel import audit, listing
from annualwheel.cycle import years
from annualwheel.models import Meeting
from annualwheel.registrations import needs_lists
from annualwheel.registrations.needs_lists import NeedsOfWay
from annualwheel.web import page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.forms import BaseForm, Press, Required, strip
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.wording import words
from annualwheel.workbooks.pages import Column as Sheeted

MOST = 500


class AskForm(BaseForm):
    """A question to whoever has stated a need, by the mark of its text."""

    about = HiddenField()
    question = TextAreaField(
        _l("Vad vill du fråga?"),
        [
            Required(_l("Skriv din fråga")),
            Length(max=MOST, message=_l("Skriv högst 500 tecken")),
        ],
        filters=[strip],
        description=_l("Skriv inte vad personen har skrivit. Fler än personen kan läsa mejlet"),
    )


@blueprint.get("/mote/<int:number>/<meeting:kind>/mat-och-tillganglighet")
def needs(number: int, kind: str) -> str:
    """Says what the list is for, with a button that shows it."""
    return render_template(
        "coordinator/needs.html", active="year", meeting=years.meeting_of(number, kind), ways=None
    )


@blueprint.post("/mote/<int:number>/<meeting:kind>/mat-och-tillganglighet")
def needs_shown(number: int, kind: str) -> AnyResponse:
    """Shows the needs, and notes who looks. With `utlamnad` the list counts as handed out."""
    meeting, actor = years.meeting_of(number, kind), audit.staff(g.staff.id)
    if not Press().accepted():
        return _back(meeting)
    handed_out = page.pressed("gor") == "utlamnad"
    act = needs_lists.take_out if handed_out else needs_lists.read
    carry_out(lambda: act(meeting, page.now(), actor))
    html = render_template(
        "coordinator/needs.html",
        active="year",
        meeting=meeting,
        ways=needs_lists.of(meeting),
        handed_out=handed_out,
    )
    return make_response(html)


@blueprint.post("/mote/<int:number>/<meeting:kind>/mat-och-tillganglighet/excel")
def needs_workbook(number: int, kind: str) -> Response | AnyResponse:
    """Takes the needs out as an Excel file; the next list tells what has changed since."""
    meeting, actor = years.meeting_of(number, kind), audit.staff(g.staff.id)
    about = ListWorkbook(
        _("Mat och tillgänglighet"),
        (
            Sheeted(_("Deltar"), 12),
            Sheeted(_("Vad"), 26),
            Sheeted(_("Uppgift"), 60, text=True),
            Sheeted(_("Antal"), 8),
            Sheeted(_("Ändrat sedan listan senast lämnades ut"), 16),
        ),
        lambda row: row,
        meeting=meeting,
    )
    return taken_out(
        about,
        lambda: listing.page_in(_rows(needs_lists.of(meeting)), listing.WHOLE),
        lambda: needs_lists.take_out(meeting, page.now(), actor),
    )


def _rows(ways: list[NeedsOfWay]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for way in ways:
        how = words.label(way.mode, "mode")
        lunch = _("Lunch")
        rows += [
            (how, lunch, _("Äter lunch"), way.lunches, way.lunch_change),
            (how, lunch, _("Äter inte lunch"), way.no_lunch, None),
            (how, lunch, _("Har inte svarat om lunch"), way.unanswered, None),
        ]
        rows += [(how, _("Specialkost"), one.text, one.count, one.change) for one in way.diets]
        rows += [(how, _("Tillgänglighet"), one.text, one.count, one.change) for one in way.access]
    return rows


@blueprint.post("/mote/<int:number>/<meeting:kind>/mat-och-tillganglighet/fraga")
def ask_about_need(number: int, kind: str) -> AnyResponse:
    """Asks whoever has stated a need what they mean; nobody is shown who it is."""
    meeting, actor = years.meeting_of(number, kind), audit.staff(g.staff.id)
    if "question" not in request.form:
        if not Press().accepted():
            return _back(meeting)
        form = AskForm(formdata=None, data={"about": request.form.get("about", "")})
        return _question(meeting, form)
    form = AskForm()
    outcome = carried_out(
        form,
        lambda: needs_lists.ask(meeting, form.about.data, form.question.data, page.now(), actor),
    )
    if not outcome:
        return _question(meeting, form)
    flash(
        ngettext(
            "Frågan är på väg till %(num)s person. Svaret syns i listan när det har kommit.",
            "Frågan är på väg till %(num)s personer. Svaret syns i listan när det har kommit.",
            outcome.result,
        )
    )
    return _back(meeting)


def _question(meeting: Meeting, form: AskForm) -> AnyResponse:
    html = render_template(
        "coordinator/needs_question.html", active="year", meeting=meeting, form=form
    )
    return make_response(html, form.status)


def _back(meeting: Meeting) -> AnyResponse:
    here = url_for("coordinator.needs", number=meeting.year.number, kind=meeting.kind)
    return redirect(here, code=303)
