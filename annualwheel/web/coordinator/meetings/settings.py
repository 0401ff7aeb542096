"""A meeting's settings: the ways of attending, the rules of registering."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.meetings import planning
from annualwheel.meetings.planning import Terms
from annualwheel.models import Meeting, Registration
from annualwheel.participation import attendance_terms
from annualwheel.participation.attendance_terms import AttendanceTerms
from annualwheel.questionnaires import values
from annualwheel.questionnaires.definition import Text
from annualwheel.registrations import seats
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import Parsed
from annualwheel.web.coordinator.meetings import plan_words
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.web.forms import OneOf, lines, strip
from annualwheel.web.wording import words

MOST_SEATS, MOST_HOURS = 100_000, 168
MODES = ("on_site", "online")
LONGEST = Length(max=2000, message=_l("Skriv högst 2 000 tecken"))
RULES = (
    SelectChoice("direct", _l("Ge platsen direkt till den som står först")),
    SelectChoice("offer", _l("Erbjud platsen till den som står först, med tid att svara")),
)


def _within(most: int, least: int = 0) -> Any:
    # `int` raises `ValueError` for what is no number, which `Parsed` takes as a refusal too.
    def parse(text: str) -> None:
        if not least <= int(text) <= most:
            raise ValueError(text)

    return parse


def _number(
    label: Any, message: Any, most: int, optional: bool = False, least: int = 0
) -> StringField:
    return StringField(label, [Parsed(_within(most, least), message, optional)], filters=[strip])


def _address(label: Any, message: Any) -> StringField:
    return StringField(label, [Parsed(values.url, message, optional=True)], filters=[strip])


class SettingsForm(StaleSafeForm):
    """The rules of registering.

    `form_for` adds the fields of the ways of attending.
    """

    online = BooleanField(_l("Det går att delta digitalt"))
    open_registration = BooleanField(
        _l("Öppen anmälan: den som inte är inbjuden kan anmäla sig på en öppen sida")
    )
    with_lunch = BooleanField(_l("Lunch ingår (vi frågar i anmälan)"))
    registry_number = StringField(_l("Diarienummer"), filters=[strip])
    material_url = _address(
        _l("Webbadress till det som ska läsas före mötet"),
        _l("Skriv en webbadress, till exempel www.exempel.se/analys"),
    )
    map_url = _address(
        _l("Webbadress till en karta eller vägbeskrivning"),
        _l("Skriv en webbadress, till exempel www.exempel.se/karta"),
    )
    programme_sv = TextAreaField(_l("Program"), [Optional(), LONGEST], filters=[lines])
    programme_en = TextAreaField(_l("Program på engelska"), [Optional(), LONGEST], filters=[lines])

    def way(self, mode: str) -> AttendanceTerms:
        """What was filled in for a way of attending, when the form has been accepted."""
        capacity, most = self[f"capacity_{mode}"].data, self[f"organisation_{mode}"].data
        return AttendanceTerms(
            int(capacity) if capacity else None,
            int(most) if most else None,
            self[f"rule_{mode}"].data,
            int(self[f"hours_{mode}"].data),
        )


def form_for(meeting: Meeting) -> Any:
    """The form with both ways of attending."""
    fields: dict[str, Any] = {}
    for mode in MODES:
        # Also the way that the meeting does not have: its terms are typed when it is ticked.
        fields |= _fields_of_way(mode)
    return type("MeetingForm", (SettingsForm,), fields)(
        lambda: _holding(meeting), lambda: seats.lock(meeting)
    )


def _holding(meeting: Meeting) -> dict[str, object]:
    """The values now, by field."""
    held: dict[str, object] = {
        "open_registration": meeting.open_registration,
        "with_lunch": meeting.with_lunch,
        "registry_number": meeting.registry_number,
        "material_url": meeting.material_url,
        "map_url": meeting.map_url,
        "programme_sv": meeting.programme_sv,
        "programme_en": meeting.programme_en,
        "online": seats.option_of(meeting, "online") is not None,
    }
    for mode in MODES:
        option = seats.option_of(meeting, mode)
        way = attendance_terms.of(option) if option else AttendanceTerms()
        held |= {
            f"capacity_{mode}": _written(way.capacity),
            f"organisation_{mode}": _written(way.per_organisation),
            f"rule_{mode}": way.rule,
            f"hours_{mode}": str(way.hours),
        }
    return held


def _fields_of_way(mode: str) -> dict[str, Any]:
    most = _("Högsta antal från samma organisation")
    seats_wanted = _("Skriv antalet platser med siffror, eller inget alls")
    hours = _("Timmar att svara på ett erbjudande")
    hours_wanted = _("Skriv antalet timmar med siffror, 1 till 168")
    return {
        f"capacity_{mode}": _number(_("Antal platser"), seats_wanted, MOST_SEATS, optional=True),
        f"organisation_{mode}": _number(most, seats_wanted, MOST_SEATS, optional=True, least=1),
        f"rule_{mode}": RadioField(
            _("När en plats blir ledig och någon väntar"),
            [OneOf(_("Välj vad som händer när en plats blir ledig"))],
            choices=RULES,
            validate_choice=False,
        ),
        f"hours_{mode}": _number(hours, hours_wanted, MOST_HOURS, least=1),
    }


def _written(limit: int | None) -> str:
    return "" if limit is None else str(limit)


@blueprint.route("/mote/<int:number>/<meeting:kind>/installningar", methods=["GET", "POST"])
def meeting_settings(number: int, kind: str) -> AnyResponse:
    """Shows and saves the settings of one meeting.

    Day and venue have a page of their own, because people are told when they change; so has the
    plan, because others go by its days.
    """
    found = years.meeting_of(number, kind)
    form = form_for(found)
    outcome = carried_out(form, lambda: _save(found, form))
    if outcome:
        flash(_("Inställningarna är sparade."))
        _tell(outcome.result)
        _warn(found)
        return redirect(url_for("coordinator.meeting_settings", number=number, kind=kind), code=303)
    return _page(found, form)


def _tell(got: list[Registration]) -> None:
    """Tells how many got or were offered a seat because there are more seats now."""
    seated = sum(one.state == "registered" for one in got)
    offered = sum(one.state == "offered" for one in got)
    if seated:
        said = ngettext(
            "%(num)s person på väntelistan fick en plats.",
            "%(num)s personer på väntelistan fick en plats.",
            seated,
        )
        flash(said)
    if offered:
        said = ngettext(
            "%(num)s person på väntelistan erbjöds en plats.",
            "%(num)s personer på väntelistan erbjöds en plats.",
            offered,
        )
        flash(said)


def _warn(meeting: Meeting) -> None:
    """Says where more people have a seat than there are seats now."""
    for option in meeting.options:
        taken = seats.room(option).taken
        if option.capacity is not None and taken > option.capacity:
            said = _(
                "%(way)s: %(taken)s har en plats, fler än de %(seats)s platser som finns nu. "
                "Ingen blir av med sin plats, och ingen ny får en förrän det finns plats igen.",
                way=words.label(option.mode, "mode"),
                taken=words.number(taken),
                seats=words.number(option.capacity),
            )
            flash(said, "warning")


def _page(meeting: Meeting, form: Any) -> AnyResponse:
    html = render_template(
        "coordinator/meeting_settings.html",
        active="year",
        meeting=meeting,
        form=form,
        plan=plan_words.in_short(meeting),
        open_address=_open_address(meeting),
    )
    return make_response(html, form.status)


def _open_address(meeting: Meeting) -> str:
    """Where anybody may register, for a web page or an invitation of somebody else's."""
    path = url_for("open.apply", number=meeting.year.number, kind=meeting.kind)
    return f"{services().settings.base_url}{path}"


def _save(meeting: Meeting, form: Any) -> list[Registration]:
    now, actor = page.now(), audit.staff(g.staff.id)
    # Every meeting can be attended on site; only the online way can be left out.
    chosen = {mode: form.way(mode) for mode in MODES if mode == "on_site" or form.online.data}
    terms = Terms(
        open_registration=form.open_registration.data,
        with_lunch=form.with_lunch.data,
        registry_number=form.registry_number.data,
        material_url=values.url(form.material_url.data) if form.material_url.data else "",
        map_url=values.url(form.map_url.data) if form.map_url.data else "",
        programme=Text(form.programme_sv.data, form.programme_en.data),
        ways=chosen,
    )
    return planning.set_terms(meeting, terms, now, actor)
