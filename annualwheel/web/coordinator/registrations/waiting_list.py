"""The waiting list: its order with the reasons, and a seat that is given out of turn."""

from __future__ import annotations

from flask import Response, flash, g, make_response, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from annualwheel import audit, listing
from annualwheel.cycle import years
from annualwheel.models import Meeting, Registration
from annualwheel.participation import offers
from annualwheel.participation.waiting_list import of
from annualwheel.registrations import invitations, seats
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint, came_from
from annualwheel.web.coordinator.meetings import events
from annualwheel.web.forms import BaseForm, Required, strip
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.wording import erased, words
from annualwheel.workbooks.pages import Column as Sheeted

DECISIONS = (
    "waitlisted",
    "promoted",
    "offered",
    "offer_taken",
    "offer_let_go",
    "offer_lapsed",
    "given_place",
    "left_line",
)
SHOWN = 30


class GiveForm(BaseForm):
    """The reason for giving somebody a seat out of turn."""

    note = TextAreaField(
        _l("Varför får personen förtur?"),
        [
            Required(_l("Skriv varför, så att kollegorna förstår")),
            Length(max=500, message=_l("Skriv högst 500 tecken")),
        ],
        filters=[strip],
        description=_l("Visas för er som arbetar med mötet, inte för personen"),
    )
    over = BooleanField(_l("Ge platsen ändå"))


@blueprint.get("/mote/<int:number>/<meeting:kind>/vantelista")
def waiting_list(number: int, kind: str) -> str:
    """Shows the waiting list of each way of attending, and what has been decided about it."""
    found = years.meeting_of(number, kind)
    return render_template(
        "coordinator/waiting_list.html",
        active="year",
        meeting=found,
        lines=of(found, page.now()),
        events=events.latest(found, SHOWN, DECISIONS),
    )


@blueprint.post("/mote/<int:number>/<meeting:kind>/vantelista/excel")
def waiting_list_workbook(number: int, kind: str) -> Response | AnyResponse:
    """Takes the waiting list out as an Excel file."""
    found = years.meeting_of(number, kind)
    about = ListWorkbook(
        _("Väntelista"),
        (
            Sheeted(_("Deltar"), 12),
            Sheeted(_("Plats på väntelistan"), 12),
            Sheeted(_("Förnamn"), 16),
            Sheeted(_("Efternamn"), 20),
            Sheeted(_("Organisation"), 32, wrap=True),
            Sheeted(_("Väntat sedan"), 18),
            Sheeted(_("Läge"), 20),
            Sheeted(_("Erbjudandet gäller till"), 18),
        ),
        _as_row,
        meeting=found,
    )
    return taken_out(about, lambda: listing.page_in(_in_line(found), listing.WHOLE))


def _in_line(meeting: Meeting) -> list[tuple[Registration, int | None]]:
    """Everybody in line with their place in it: offers have none."""
    rows: list[tuple[Registration, int | None]] = []
    for line in of(meeting, page.now()):
        rows += [(one, None) for one in line.offered]
        rows += [(one, place) for place, one in enumerate(line.waiting, 1)]
    return rows


def _as_row(row: tuple[Registration, int | None]) -> tuple[object, ...]:
    one, place = row
    return (
        words.label(one.mode, "mode"),
        place,
        *erased.both_names(one.person),
        one.organisation.name,
        one.queued_at,
        words.label(one.state, "registration"),
        one.offered_until,
    )


@blueprint.route("/anmalningar/<public_id>/ge-plats", methods=["GET", "POST"])
def give_place(public_id: str) -> AnyResponse:
    """Gives somebody on the waiting list a seat out of turn.

    It gives more seats than there are only when the coordinator has ticked that.
    """
    registration, form = invitations.by_public_id(public_id), GiveForm()
    note, over, actor = form.note.data, form.over.data, audit.staff(g.staff.id)
    if carried_out(form, lambda: offers.give(registration, note, page.now(), actor, over=over)):
        name = registration.person.name
        flash(
            _("%(name)s har fått en plats. Ett mejl och en kalenderbokning är på väg.", name=name)
        )
        return redirect(came_from.kept("coordinator.registration", public_id=public_id), code=303)
    if not form.is_submitted() and registration.state != "waitlisted":
        return redirect(came_from.kept("coordinator.registration", public_id=public_id), code=303)
    return _page(registration, form)


def _page(registration: Registration, form: GiveForm) -> AnyResponse:
    option = seats.option_of(registration.meeting, registration.mode)
    room = seats.room(option) if option else None
    html = render_template(
        "coordinator/give_place.html",
        active="year",
        registration=registration,
        meeting=registration.meeting,
        form=form,
        room=room,
        line=seats.place_in_line(registration),
        # Told before the press. Both limits may hold, and each is a reason to think twice.
        full=bool(room and room.is_full),
        has_share=bool(room and room.has_share(registration.organisation_id)),
    )
    return make_response(html, form.status)
