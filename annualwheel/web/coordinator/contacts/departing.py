"""A person who leaves an organisation, or everything: a page that says what ends, then the act."""

from __future__ import annotations

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.contacts.organisations import organisation_by_id
from annualwheel.contacts.people import person_by_id
from annualwheel.models import Organisation, Person
from annualwheel.participation import address_change, departures
from annualwheel.participation.departures import Departure
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import act_pages, blueprint, came_from
from annualwheel.web.coordinator.act_pages import ActForm, ActPage
from annualwheel.web.coordinator.contacts.people import actor
from annualwheel.web.wording import words


@blueprint.route("/personer/<public_id>/inaktiv", methods=["GET", "POST"])
def person_inactive(public_id: str) -> AnyResponse:
    """Says what ends for the person, then takes them out of new mailings and of the answers."""
    found = person_by_id(public_id)
    back = came_from.kept("coordinator.person", public_id=public_id)
    form = ActForm(lambda: _foreseen(found, None))
    if carried_out(form, lambda: departures.deactivate(found, page.now(), actor())):
        flash(_("Personen är inaktiv och får inga nya utskick."))
        return redirect(back, code=303)
    if not _is_there(found, None):
        return redirect(back, code=303)
    ends = departures.foreseen(found, None, page.now())
    says = [
        _("%(name)s får inga nya utskick. Inget mejl går om det här.", name=found.name),
        *_sentences(ends),
        _remains(),
        _("Det går att göra personen aktiv igen. Det som har slutat kommer inte tillbaka då."),
    ]
    about = ActPage(
        _("Göra %(name)s inaktiv?", name=found.name),
        "",
        says,
        _("Gör inaktiv"),
        True,
        back,
        found.name,
        "people",
    )
    return act_pages.shown(form, _mark(found, None, ends), about)


@blueprint.route(
    "/personer/<public_id>/organisationer/<organisation_id>/avsluta", methods=["GET", "POST"]
)
def person_place_end(public_id: str, organisation_id: str) -> AnyResponse:
    """Says what ends for the person, then ends their affiliation with the organisation."""
    found, organisation = person_by_id(public_id), organisation_by_id(organisation_id)
    back = came_from.kept("coordinator.person", public_id=public_id)
    form = ActForm(lambda: _foreseen(found, organisation))
    if carried_out(form, lambda: departures.leave(found, organisation, page.now(), actor())):
        flash(_("Personen hör inte längre till %(organisation)s.", organisation=organisation.name))
        return redirect(back, code=303)
    if not _is_there(found, organisation):
        return redirect(back, code=303)
    ends = departures.foreseen(found, organisation, page.now())
    says = [
        _(
            "%(name)s hör inte längre till %(organisation)s. Inget mejl går om det här.",
            name=found.name,
            organisation=organisation.name,
        ),
        *_sentences(ends),
        _remains(),
    ]
    about = ActPage(
        _("Ska %(name)s lämna %(organisation)s?", name=found.name, organisation=organisation.name),
        "",
        says,
        _("Avsluta"),
        True,
        back,
        found.name,
        "people",
    )
    return act_pages.shown(form, _mark(found, organisation, ends), about)


def _foreseen(person: Person, organisation: Organisation | None) -> str:
    address_change.lock(person)
    return _mark(person, organisation, departures.foreseen(person, organisation, page.now()))


def _mark(person: Person, organisation: Organisation | None, ends: Departure) -> str:
    # Whether there is anything to end: a button that is pressed twice must not act twice.
    return f"{_is_there(person, organisation)};{ends.mark}"


def _is_there(person: Person, organisation: Organisation | None) -> bool:
    """Whether the person is active, or has not left the organisation."""
    if organisation is None:
        return person.active
    return any(one.organisation_id == organisation.id for one in person.affiliations if one.active)


def _sentences(ends: Departure) -> list[str]:
    """What ends, each with its organisation."""
    found = [
        _(
            "Länken till svaret från %(organisation)s till %(meeting)s %(year)s slutar fungera.",
            organisation=answer.organisation.name,
            meeting=words.meeting_running(answer.questionnaire.meeting.kind),
            year=answer.questionnaire.meeting.year.number,
        )
        for answer in ends.answers
    ]
    found += [
        _(
            "%(organisation)s har ingen samordnare för %(year)s förrän du utser en ny.",
            organisation=row.organisation.name,
            year=row.year.number,
        )
        for row in ends.led
    ]
    return found


def _remains() -> str:
    return str(_("Det personen har skrivit finns kvar, och anmälningar avbokas inte."))
