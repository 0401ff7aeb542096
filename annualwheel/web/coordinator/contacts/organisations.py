"""Organisations: the list, one organisation, its other names, its category and lead of the year."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from annualwheel import audit, listing
from annualwheel.contacts import activation, directory
from annualwheel.contacts.directory import OrganisationRow
from annualwheel.contacts.organisations import (
    add_alias,
    add_organisation,
    in_year,
    organisation_by_id,
    rename_organisation,
    require_unnamed,
    set_category,
)
from annualwheel.cycle import years
from annualwheel.db import keep
from annualwheel.models import Organisation, Person, Year
from annualwheel.preparation import collaborators, overview
from annualwheel.registrations import audiences
from annualwheel.web import lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.answers.change_requests import title_of
from annualwheel.web.coordinator.contacts.people import actor, narrowed, wanted_rows
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.web.forms import BaseForm, Press, Required, strip
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.lists import Column
from annualwheel.web.wording import words
from annualwheel.workbooks.pages import Column as Sheeted


class OrganisationForm(StaleSafeForm):
    """An organisation's name, and its category when there is a year."""

    name = StringField(
        _l("Namn"),
        [Required(_l("Skriv vad organisationen heter"))],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    category = SelectField(_l("Typ av organisation"), validate_choice=False)


class AliasForm(BaseForm):
    """Another name."""

    alias = StringField(
        _l("Annat namn"),
        [Required(_l("Skriv det andra namnet"))],
        filters=[strip],
        render_kw={"autocomplete": "off"},
        description=_l("Till exempel en förkortning. En import känner igen organisationen på det"),
    )


class YearForm(StaleSafeForm):
    """The organisation's category and lead of the year."""

    category = SelectField(_l("Typ av organisation"), validate_choice=False)
    lead = SelectField(
        _l("Samordnare"),
        validate_choice=False,
        description=_l("Den som håller ihop organisationens svar"),
    )


@blueprint.get("/personer/organisationer")
def organisations() -> str:
    """Lists every organisation, searched and filtered, 50 at a time."""
    wanted, year = wanted_rows(), years.latest()
    asked = lists.ListRequest(_columns(year), directory.BY_NAME)
    found = directory.organisations(wanted, year, asked.number, asked.order)
    return render_template(
        "coordinator/organisations.html",
        active="people",
        found=asked.shown(found),
        wanted=wanted,
        year=year,
        categories=categories.named(),
    )


@blueprint.post("/personer/organisationer/excel")
def organisations_workbook() -> Response | AnyResponse:
    """Takes the list out as an Excel file."""
    wanted, year = wanted_rows(), years.latest()
    asked = lists.ListRequest(_columns(year), directory.BY_NAME)
    widths = (40, 26, 26, 10, 12)
    about = ListWorkbook(
        _("Organisationer"),
        [
            Sheeted(str(column.text), width, wrap=column.holds == "text")
            for column, width in zip(_columns(year), widths, strict=True)
        ],
        _as_row,
        narrowed(wanted),
        asked.words,
    )
    return taken_out(
        about, lambda: directory.organisations(wanted, year, listing.WHOLE, asked.order)
    )


def _as_row(row: OrganisationRow) -> tuple[object, ...]:
    category = row.in_year.category if row.in_year else None
    lead = row.in_year.lead if row.in_year else None
    return (
        row.organisation.name,
        categories.name_of(category) if category else None,
        lead.name if lead else None,
        row.people,
        words.label("active" if row.organisation.active else "inactive", "person"),
    )


def _columns(year: Year | None) -> tuple[Column, ...]:
    kind = _("Typ %(year)s", year=year.number) if year else _("Typ")
    return (
        Column("name", "namn", _l("Namn")),
        Column("category", "typ", kind, "rank"),
        Column("lead", "samordnare", _l("Samordnare")),
        Column("people", "personer", _l("Personer"), "number"),
        Column("state", "lage", _l("Läge"), "rank"),
    )


@blueprint.route("/personer/organisationer/ny", methods=["GET", "POST"])
def organisation_new() -> AnyResponse:
    """Adds an organisation by hand."""
    form, year = OrganisationForm(), years.latest()
    form.category.choices = categories.choices()
    outcome = carried_out(form, lambda: _added(form, year))
    if outcome:
        flash(_("Organisationen är tillagd."))
        shown = url_for("coordinator.organisation", public_id=outcome.result.public_id)
        return redirect(shown, code=303)
    html = render_template(
        "coordinator/organisation_form.html",
        active="people",
        form=form,
        organisation=None,
        year=year,
    )
    return make_response(html, form.status)


def _added(form: OrganisationForm, year: Year | None) -> Organisation:
    made = add_organisation(form.name.data)
    if year:
        set_category(made, year, categories.by_key(form.category.data))
    audit.note(actor(), "organisation_added", made, page.now())
    return made


@blueprint.get("/personer/organisationer/<public_id>")
def organisation(public_id: str) -> AnyResponse:
    """Shows one organisation: names, category and lead of the year, people."""
    return _organisation_page(organisation_by_id(public_id), AliasForm(formdata=None))


@blueprint.route("/personer/organisationer/<public_id>/andra", methods=["GET", "POST"])
def organisation_edit(public_id: str) -> AnyResponse:
    """Corrects the name."""
    found = organisation_by_id(public_id)
    form = OrganisationForm(lambda: {"name": found.name}, lambda: keep(found))
    # The category belongs to a year and has a form of its own on the organisation's page.
    del form.category
    if carried_out(form, lambda: _renamed(found, form)):
        flash(_("Namnet är sparat."))
        return redirect(url_for("coordinator.organisation", public_id=public_id), code=303)
    html = render_template(
        "coordinator/organisation_form.html",
        active="people",
        form=form,
        organisation=found,
        year=None,
    )
    return make_response(html, form.status)


def _renamed(found: Organisation, form: OrganisationForm) -> None:
    rename_organisation(found, form.name.data)
    audit.note(actor(), "organisation_edited", found, page.now(), fields=["name"])


@blueprint.post("/personer/organisationer/<public_id>/namn")
def organisation_alias(public_id: str) -> AnyResponse:
    """Gives the organisation another name that it is found by."""
    found, form = organisation_by_id(public_id), AliasForm()
    if not carried_out(form, lambda: _named_too(found, form.alias.data)):
        return _organisation_page(found, form)
    flash(_("Namnet är tillagt."))
    return redirect(url_for("coordinator.organisation", public_id=public_id), code=303)


def _named_too(found: Organisation, alias: str) -> None:
    # Two organisations with one name would make an import guess.
    require_unnamed(alias)
    add_alias(found, alias)
    audit.note(actor(), "alias_added", found, page.now())


@blueprint.post("/personer/organisationer/<public_id>/ar")
def organisation_year(public_id: str) -> AnyResponse:
    """Sets the category and the lead of the year."""
    found, year = organisation_by_id(public_id), years.latest()
    back = redirect(url_for("coordinator.organisation", public_id=public_id), code=303)
    if year is None:
        return back
    form = _year_form(found, year)
    if not carried_out(form, lambda: _set_for_year(found, year, form)):
        return _organisation_page(found, AliasForm(formdata=None), form)
    flash(_("Uppgifterna för %(year)s är sparade.", year=year.number))
    return back


def _set_for_year(found: Organisation, year: Year, form: YearForm) -> None:
    set_category(found, year, categories.by_key(form.category.data))
    # Appointing writes the roles in every answer of the year, so only a change does it.
    if form.lead.data != form.lead.object_data:
        lead = _possible_leads(found, year).get(form.lead.data or "")
        collaborators.appoint(found, year, lead)
    what, fields = "organisation_edited", ["category", "lead"]
    audit.note(actor(), what, found, page.now(), fields=fields, year=year.number)


@blueprint.post("/personer/organisationer/<public_id>/lage")
def organisation_active(public_id: str) -> AnyResponse:
    """Takes the organisation out of new mailings, or back in."""
    found = organisation_by_id(public_id)
    if Press().accepted():
        active = page.pressed("aktiv") == "ja"
        carry_out(lambda: activation.set_active(found, active, actor(), page.now()))
        if found.active:
            flash(_("Organisationen är aktiv igen."))
        else:
            flash(_("Organisationen är inaktiv och är inte med i nya utskick."))
    return redirect(url_for("coordinator.organisation", public_id=public_id), code=303)


def _organisation_page(
    found: Organisation, form: AliasForm, sent: YearForm | None = None
) -> AnyResponse:
    """Makes the page. `sent` is the form of the year when something in it has to be put right."""
    year = years.latest()
    year_form = sent
    if year and sent is None:
        year_form = _year_form(found, year, formdata=None)
    html = render_template(
        "coordinator/organisation.html",
        active="people",
        organisation=found,
        form=form,
        affiliations=directory.affiliations_in(found),
        year=year,
        answers=overview.answers_of(found, year) if year else [],
        invited=audiences.of_organisation(found, year) if year else [],
        title_of=title_of,
        year_form=year_form,
    )
    return make_response(html, (sent or form).status)


def _year_form(found: Organisation, year: Year, **sent: None) -> YearForm:
    form = YearForm(lambda: _of_year(found, year), lambda: keep(in_year(found, year)), **sent)
    form.category.choices = categories.choices()
    people = _possible_leads(found, year).items()
    leads = [SelectChoice(key, one.name) for key, one in people]
    form.lead.choices = [SelectChoice("", _("Ingen är utsedd")), *leads]
    return form


def _of_year(found: Organisation, year: Year) -> dict[str, str]:
    row = directory.year_of(found, year)
    category, lead = (row.category, row.lead) if row else (None, None)
    return {
        "category": category.key if category else "",
        "lead": lead.public_id if lead else "",
    }


def _possible_leads(found: Organisation, year: Year) -> dict[str, Person]:
    """The people of the organisation, and its lead of the year, by public id."""
    row = directory.year_of(found, year)
    people = [affiliation.person for affiliation in directory.affiliations_in(found)]
    # A lead who has left stays until another is chosen: the form must show who it is.
    if row and row.lead:
        people.append(row.lead)
    return {one.public_id: one for one in people}
