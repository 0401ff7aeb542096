"""People: the list, one person, adding and editing by hand."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice

from annualwheel import audit, listing
from annualwheel.audit import Actor
from annualwheel.contacts import activation, affiliations, directory, organisations
from annualwheel.contacts.directory import ContactFilter
from annualwheel.contacts.people import add_person, person_by_id, person_called
from annualwheel.cycle import years
from annualwheel.mailings import log
from annualwheel.models import Person
from annualwheel.participation import address_change, departures
from annualwheel.web import lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint, came_from, categories
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.web.forms import (
    CHOOSE_LANGUAGE,
    Address,
    BaseForm,
    Mobile,
    NameFields,
    Press,
    Required,
    strip,
)
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.lists import Column
from annualwheel.web.parts import mail_names
from annualwheel.web.wording import erased, words
from annualwheel.workbooks.pages import Column as Sheeted

CORRECTED = ("given", "family", "email", "mobile", "language")
LATEST_MAILS = 50
SHOWN = {"aktiva": True, "inaktiva": False, "alla": None}
COLUMNS = (
    Column("name", "namn", _l("Namn")),
    Column("organisation", "organisation", _l("Organisation")),
    Column("address", "epost", _l("E-post")),
    Column("state", "lage", _l("Läge"), "rank"),
)


class PersonForm(StaleSafeForm, NameFields):
    """A person as a coordinator knows them."""

    email = EmailField(
        _l("E-postadress"), [Address()], filters=[strip], render_kw={"autocomplete": "off"}
    )
    mobile = StringField(
        _l("Mobilnummer"), [Mobile()], filters=[strip], render_kw={"autocomplete": "off"}
    )
    language = RadioField(
        _l("Språk i mejl"),
        [CHOOSE_LANGUAGE],
        choices=[SelectChoice("sv", _l("Svenska")), SelectChoice("en", _l("Engelska"))],
        validate_choice=False,
        default="sv",
    )


class PlaceForm(BaseForm):
    """An organisation and the title in it."""

    organisation = SelectField(
        _l("Organisation"),
        [Required(_l("Välj en organisation"))],
        filters=[strip],
        validate_choice=False,
    )
    title = StringField(
        _l("Titel eller uppdrag"), filters=[strip], render_kw={"autocomplete": "off"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = [
            SelectChoice("", _("Välj organisation")),
            *(SelectChoice(*one) for one in directory.names_of_organisations()),
        ]


class NewPersonForm(PersonForm, PlaceForm):
    """A new person and their first affiliation."""


@blueprint.get("/personer")
def people() -> str:
    """Lists everyone, searched and filtered, 50 at a time."""
    wanted, year = wanted_rows(), years.latest()
    asked = lists.ListRequest(COLUMNS, directory.BY_NAME)
    found = directory.people(wanted, year, asked.number, asked.order)
    return render_template(
        "coordinator/people.html",
        active="people",
        found=asked.shown(found),
        wanted=wanted,
        categories=categories.named(),
        organisations=directory.names_of_organisations(),
    )


@blueprint.post("/personer/excel")
def people_workbook() -> Response | AnyResponse:
    """Takes the list out as an Excel file."""
    wanted = wanted_rows()
    asked = lists.ListRequest(COLUMNS, directory.BY_NAME)
    about = ListWorkbook(
        _("Personer"),
        (
            Sheeted(_("Förnamn"), 16),
            Sheeted(_("Efternamn"), 20),
            Sheeted(_("Organisation"), 32, wrap=True),
            Sheeted(_("Titel eller uppdrag"), 26, wrap=True),
            Sheeted(_("E-post"), 34, wrap=True),
            Sheeted(_("Läge"), 12),
        ),
        _as_row,
        narrowed(wanted),
        asked.words,
    )
    year = years.latest()
    return taken_out(about, lambda: directory.people(wanted, year, listing.WHOLE, asked.order))


def _as_row(person: Person) -> tuple[str, ...]:
    places = [place for place in person.affiliations if place.active]
    organisations_of = "\n".join(place.organisation.name for place in places)
    titles = "\n".join(place.title for place in places if place.title)
    state = words.label("active" if person.active else "inactive", "person")
    return *erased.both_names(person), organisations_of, titles, person.email, state


def narrowed(wanted: ContactFilter) -> list[tuple[str, str]]:
    """What a list of contacts is narrowed to, in words."""
    named = dict(directory.names_of_organisations()) if wanted.organisation else {}
    active = {True: _("Aktiva"), False: _("Inaktiva"), None: _("Alla")}
    return [
        (_("Sök"), wanted.text),
        (_("Organisation"), named.get(wanted.organisation, "")),
        (_("Typ av organisation"), categories.called(wanted.category)),
        (_("Läge"), active[wanted.active]),
    ]


@blueprint.route("/personer/ny", methods=["GET", "POST"])
def person_new() -> AnyResponse:
    """Adds a person by hand."""
    empty = {"language": "sv", "organisation": request.args.get("organisation", "")}
    form = NewPersonForm(lambda: empty)
    outcome = carried_out(form, lambda: _added(form))
    if outcome:
        person, is_new = outcome.result
        if is_new:
            flash(_("Personen är tillagd."))
        else:
            flash(_("Personen fanns redan, med samma namn och adress."))
        return redirect(url_for("coordinator.person", public_id=person.public_id), code=303)
    html = render_template("coordinator/person_form.html", active="people", form=form, person=None)
    return make_response(html, form.status)


def _added(form: NewPersonForm) -> tuple[Person, bool]:
    """Adds the person. Returns also whether they are new."""
    # Asked first: `add_person` gives back somebody with that name and address who is there already.
    known = person_called(form.given.data, form.family.data, form.email.data)
    person = add_person(
        form.given.data,
        form.family.data,
        form.email.data,
        organisations.organisation_by_id(form.organisation.data),
        title=form.title.data,
        language=form.language.data,
        mobile=form.mobile.data,
        source="staff:",
    )
    audit.note(actor(), "person_added", person, page.now())
    return person, known is None


@blueprint.get("/personer/<public_id>")
def person(public_id: str) -> AnyResponse:
    """Shows one person: details, organisations, registrations, mails."""
    return _person_page(person_by_id(public_id), PlaceForm(formdata=None))


@blueprint.route("/personer/<public_id>/andra", methods=["GET", "POST"])
def person_edit(public_id: str) -> AnyResponse:
    """Corrects name, address, number and language."""
    found = person_by_id(public_id)
    form = PersonForm(
        lambda: {name: getattr(found, name) for name in CORRECTED},
        lambda: address_change.lock(found),
    )
    if carried_out(form, lambda: _corrected(found, form)):
        flash(_("Uppgifterna är sparade."))
        return redirect(came_from.kept("coordinator.person", public_id=public_id), code=303)
    html = render_template("coordinator/person_form.html", active="people", form=form, person=found)
    return make_response(html, form.status)


@blueprint.post("/personer/<public_id>/aktiv")
def person_active(public_id: str) -> AnyResponse:
    """Takes the person back into new mailings. Nobody is mailed."""
    found = person_by_id(public_id)
    if Press().accepted():
        carry_out(lambda: activation.set_active(found, True, actor(), page.now()))
        flash(_("Personen är aktiv igen."))
    return redirect(came_from.kept("coordinator.person", public_id=public_id), code=303)


@blueprint.post("/personer/<public_id>/organisationer")
def person_place(public_id: str) -> AnyResponse:
    """Gives the person one more affiliation, or a new title in one they have."""
    found, form = person_by_id(public_id), PlaceForm()
    if not carried_out(form, lambda: _affiliated(found, form)):
        return _person_page(found, form)
    flash(_("Organisationen är sparad."))
    return redirect(came_from.kept("coordinator.person", public_id=public_id), code=303)


def _affiliated(found: Person, form: PlaceForm) -> None:
    organisation = organisations.organisation_by_id(form.organisation.data)
    affiliations.affiliate(found, organisation, form.title.data)
    audit.note(actor(), "place_added", found, page.now(), organisation=organisation.id)


def actor() -> Actor:
    """The member of staff who acts."""
    return audit.staff(g.staff.id)


def wanted_rows() -> ContactFilter:
    """The filter of the list, read from the address."""
    return ContactFilter(
        strip(request.args.get("sok")),
        request.args.get("organisation", ""),
        request.args.get("typ", ""),
        SHOWN.get(request.args.get("visa", "aktiva"), True),
    )


def _person_page(found: Person, form: PlaceForm) -> AnyResponse:
    mails = log.newest(log.LogFilter(person_id=found.id), LATEST_MAILS)
    html = render_template(
        "coordinator/person.html",
        active="people",
        person=found,
        form=form,
        registrations=directory.registrations_of(found),
        remaining=departures.remaining_registrations(found, page.now()),
        mails=mails,
        mail_names=mail_names.mails(mails),
    )
    return make_response(html, form.status)


def _corrected(found: Person, form: PersonForm) -> None:
    """Writes the form's values to the person."""
    # The trail names the fields, never their values, which are personal.
    changed = [name for name in CORRECTED if getattr(found, name) != form[name].data]
    # Before the address: the mails that follow from a new one are in the language that was chosen.
    found.language = form.language.data
    address_change.rename(
        found, form.given.data, form.family.data, form.email.data, page.now(), actor()
    )
    found.mobile = form.mobile.data
    audit.note(actor(), "person_edited", found, page.now(), fields=changed)
