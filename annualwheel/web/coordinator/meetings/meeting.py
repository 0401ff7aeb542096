"""A meeting: its numbers, the organisations that are missing, what has happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit, listing
from annualwheel.cycle import years
from annualwheel.errors import DomainError, Missing
from annualwheel.mailings import drafts
from annualwheel.meetings import settling
from annualwheel.models import Meeting
from annualwheel.questionnaires import effort, opening, published, reading
from annualwheel.questionnaires.definition import Definition
from annualwheel.registrations import turnout
from annualwheel.services import services
from annualwheel.web import lists, page
from annualwheel.web.acting import carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.meetings import common_agenda, events, year_overview
from annualwheel.web.coordinator.meetings.agenda import Status, to_do
from annualwheel.web.coordinator.meetings.steps import steps
from annualwheel.web.forms import Press
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.lists import Column
from annualwheel.workbooks.pages import Column as Sheeted

MISSING_COLUMNS = (
    Column("name", "namn", _l("Organisation")),
    Column("unanswered", "svarar-inte", _l("Har inte svarat"), "number"),
)
STEPS = ("invited", "delivered", "answered", "coming")


@blueprint.get("/mote/<int:number>/<meeting:kind>")
def meeting(number: int, kind: str) -> str:
    """Shows the numbers now and what there is to do."""
    found, now = years.meeting_of(number, kind), page.now()
    status = Status.of(found)
    return render_template(
        "coordinator/meeting.html",
        active="year",
        meeting=found,
        status=status,
        steps=steps(found, now),
        todos=[*common_agenda.mail_to_do(now), *to_do(status, now)],
        funnel=[(group, getattr(status.funnel, group)) for group in STEPS],
        events=events.latest(found),
        badge=year_overview.badge(status, now),
        unpublished=_unpublished(found, now),
        follows=_follows(found),
        form=Press(),
        preparing=year_overview.is_preparing(found, now),
        held=now >= found.starts_at,
        can_save_the_date=_is_possible("save_the_date", found, now),
    )


def _follows(found: Meeting) -> dict[str, object] | None:
    """How far the registrations have followed an act, and its mailing; None when all have."""
    mailing = settling.under_way(found)
    if mailing is None:
        return None
    done, of = settling.progress(mailing)
    return {"done": done, "of": of, "mailing": mailing.public_id}


@blueprint.get("/mote/<int:number>/<meeting:kind>/utan-anmald")
def missing(number: int, kind: str) -> str:
    """Lists the organisations nobody is registered from, so that somebody can ring them."""
    found, category = years.meeting_of(number, kind), request.args.get("typ", "")
    asked = lists.ListRequest(MISSING_COLUMNS, turnout.BY_NAME)
    rows = turnout.organisations_missing(found, category, asked.number, asked.order)
    return render_template(
        "coordinator/meeting_missing.html",
        active="year",
        meeting=found,
        category=category,
        found=asked.shown(rows),
        categories=categories.named(),
    )


@blueprint.post("/mote/<int:number>/<meeting:kind>/utan-anmald/excel")
def missing_workbook(number: int, kind: str) -> Response | AnyResponse:
    """Takes the list out as an Excel file."""
    found, category = years.meeting_of(number, kind), request.args.get("typ", "")
    asked = lists.ListRequest(MISSING_COLUMNS, turnout.BY_NAME)
    about = ListWorkbook(
        _("Organisationer utan anmälan"),
        (Sheeted(_("Organisation"), 60, wrap=True), Sheeted(_("Har inte svarat"), 16)),
        lambda row: (row[0].name, row[1]),
        [(_("Typ av organisation"), categories.called(category))],
        asked.words,
        found,
    )
    return taken_out(
        about,
        lambda: turnout.organisations_missing(found, category, listing.WHOLE, asked.order),
    )


@blueprint.post("/mote/<int:number>/<meeting:kind>/fragor")
def publish(number: int, kind: str) -> AnyResponse:
    """Publishes questions of this kind of meeting, with the year's themes as they are now.

    The form names the key of the questions where there are several.
    """
    found = years.meeting_of(number, kind)
    possible, key = definitions_for(found), page.pressed("formular")
    # Never the first of several: questions that somebody has answered cannot be replaced.
    if not key and len(possible) == 1:
        key = possible[0].key
    asked = next((one for one in possible if one.key == key), None)
    back = redirect(url_for("coordinator.meeting", number=number, kind=kind), code=303)
    if not Press().accepted():
        return back
    if asked is None:
        raise Missing("no_questions")
    actor = audit.staff(g.staff.id)
    carry_out(lambda: published.publish(found, asked, page.now(), actor))
    flash(_("Frågorna är publicerade. De går att publicera om tills någon har börjat svara."))
    return back


def definitions_for(meeting: Meeting) -> list[Definition]:
    """The questions for this kind of meeting in the folder forms/."""
    definitions = reading.read_all(services().settings.forms_folder)
    return [one for one in definitions if one.meeting_kind == meeting.kind]


def _is_possible(kind: str, meeting: Meeting, now: dt.datetime) -> bool:
    """Whether a mailing of that kind could be sent for the meeting now."""
    try:
        drafts.require_possible(meeting, kind, now)
    # The page asks what is possible; why not is said where somebody tries.
    except DomainError:
        return False
    return True


@dataclass(frozen=True)
class Unpublished:
    """Questions that are not published yet, and when they would open by the plan."""

    definition: Definition
    opens_at: dt.datetime
    possible: bool
    minutes: int


def _unpublished(meeting: Meeting, now: dt.datetime) -> list[Unpublished]:
    """The questions not published for the meeting; `possible` while there is time to answer."""
    there = {one.key for one in meeting.questionnaires}
    found = []
    for one in definitions_for(meeting):
        if one.key in there:
            continue
        opens_at = opening.planned(meeting, one)[0]
        in_time = now < meeting.starts_at or one.timing == "after"
        possible = meeting.state == "planned" and in_time
        minutes = effort.minutes(published.of_the_year(meeting, one))
        found.append(Unpublished(one, opens_at, possible, minutes))
    return found
