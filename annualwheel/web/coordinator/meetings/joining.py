"""The page where a coordinator writes how one joins a meeting, for those who have a seat."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.models import Meeting
from annualwheel.questionnaires import values
from annualwheel.registrations import joining, seats
from annualwheel.registrations.joining import Joining
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import Parsed
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.web.forms import lines, strip

MOST = 1000


@blueprint.route("/mote/<int:number>/<meeting:kind>/sa-deltar-man", methods=["GET", "POST"])
def how_to_join(number: int, kind: str) -> AnyResponse:
    """Shows and saves how one joins in each way of attending, and says who has not been told."""
    found = years.meeting_of(number, kind)
    form = _form_for(found)
    actor = audit.staff(g.staff.id)
    outcome = carried_out(
        form, lambda: joining.change(found, _typed(found, form), page.now(), actor)
    )
    if outcome:
        flash(_("Det är sparat, och står nu på sidan hos dem som har en plats."))
        return redirect(url_for("coordinator.how_to_join", number=number, kind=kind), code=303)
    html = render_template(
        "coordinator/joining.html",
        active="year",
        meeting=found,
        form=form,
        untold=joining.count_untold(found),
        held=page.now() >= found.starts_at,
    )
    return make_response(html, form.status)


def _form_for(meeting: Meeting) -> Any:
    fields: dict[str, Any] = {}
    for option in meeting.options:
        fields |= _fields_of(option.mode)
    return type("JoiningForm", (StaleSafeForm,), fields)(
        lambda: _holding(meeting), lambda: seats.lock(meeting)
    )


def _fields_of(mode: str) -> dict[str, Any]:
    longest = Length(max=MOST, message=_("Skriv högst 1 000 tecken"))
    swedish, english = (
        (_("Bra att veta digitalt"), _("På engelska: bra att veta digitalt"))
        if mode == "online"
        else (_("Bra att veta på plats"), _("På engelska: bra att veta på plats"))
    )
    fields: dict[str, Any] = {
        f"sv_{mode}": TextAreaField(swedish, [Optional(), longest], filters=[lines]),
        f"en_{mode}": TextAreaField(english, [Optional(), longest], filters=[lines]),
    }
    if mode == "online":
        wanted = _("Skriv en webbadress, till exempel www.exempel.se/mote")
        is_address = Parsed(values.url, wanted, optional=True)
        fields["url_online"] = StringField(_("Länk att ansluta med"), [is_address], filters=[strip])
    return fields


def _holding(meeting: Meeting) -> dict[str, str]:
    """The values now, by field."""
    held: dict[str, str] = {}
    for option in meeting.options:
        how = joining.of(option)
        held |= {f"sv_{option.mode}": how.sv, f"en_{option.mode}": how.en}
        if option.mode == "online":
            held["url_online"] = how.url
    return held


def _typed(meeting: Meeting, form: Any) -> dict[str, Joining]:
    ways = {}
    for mode in (option.mode for option in meeting.options):
        # Not every meeting can be attended online, and one does not join in a room by a link.
        url = form["url_online"].data if mode == "online" else ""
        ways[mode] = Joining(
            values.url(url) if url else "",
            form[f"sv_{mode}"].data,
            form[f"en_{mode}"].data,
        )
    return ways
