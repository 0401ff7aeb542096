"""Organisations: the list, one organisation, its other names, and what it is this year."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from annualwheel import audit, unit_of_work
from annualwheel.contacts import activation, directory
from annualwheel.contacts.organisations import (
    add_alias,
    add_organisation,
    organisation_by_id,
    organisation_named,
    rename_organisation,
    set_category,
)
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Category, Organisation, Person, Year
from annualwheel.preparation import collaborators
from annualwheel.web import error_messages, page
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.answers.change_requests import answers_of, title_of
from annualwheel.web.coordinator.contacts.people import actor, around, wanted_rows
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.web.forms import BaseForm, Filled, Press, strip


class OrganisationForm(StaleSafeForm):
    """An organisation's name, and its category when there is a year."""

    name = StringField(
        _l("Namn"),
        [Filled(_l("Skriv vad organisationen heter"))],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    category = SelectField(_l("Typ av organisation"), validate_choice=False)


class AliasForm(BaseForm):
    """Another name."""

    alias = StringField(
        _l("Annat namn"),
        [Filled(_l("Skriv det andra namnet"))],
        filters=[strip],
        render_kw={"autocomplete": "off"},
        description=_l("Till exempel en förkortning. En import känner igen organisationen på det"),
    )


class YearForm(StaleSafeForm):
    """What the organisation is this year."""

    category = SelectField(_l("Typ av organisation"), validate_choice=False)
    lead = SelectField(
        _l("Samordnare"),
        validate_choice=False,
        description=_l("Den som håller ihop organisationens svar"),
    )


@blueprint.get("/personer/organisationer")
def organisations() -> str:
    """Every organisation, searched and filtered, 50 at a time."""
    wanted, year = wanted_rows(), years.latest()
    found = directory.organisations(wanted, year, request.args.get("sida", 1, int))
    return render_template(
        "coordinator/organisations.html",
        active="people",
        found=found,
        wanted=wanted,
        year=year,
        categories=years.reference(Category),
        urls=around(found),
    )


@blueprint.route("/personer/organisationer/ny", methods=["GET", "POST"])
def organisation_new() -> AnyResponse:
    """Adds an organisation by hand."""
    form, year = OrganisationForm(), years.latest()
    form.category.choices = _category_choices()
    if form.accepted():
        try:
            made = add_organisation(form.name.data)
        except Refused as problem:
            form.name.errors = [error_messages.sentence(problem)]
        else:
            if year:
                set_category(made, year, _category(form.category.data))
            audit.note(actor(), "organisation_added", made, page.now())
            unit_of_work.commit()
            flash(_("Organisationen är tillagd."))
            return redirect(url_for("coordinator.organisation", public_id=made.public_id), code=303)
    html = render_template(
        "coordinator/organisation_form.html",
        active="people",
        form=form,
        organisation=None,
        year=year,
    )
    return make_response(html, form.status)


@blueprint.get("/personer/organisationer/<public_id>")
def organisation(public_id: str) -> AnyResponse:
    """One organisation: names, category and lead of the year, people."""
    return _organisation_page(organisation_by_id(public_id), AliasForm(formdata=None))


@blueprint.route("/personer/organisationer/<public_id>/andra", methods=["GET", "POST"])
def organisation_edit(public_id: str) -> AnyResponse:
    """Corrects the name."""
    found = organisation_by_id(public_id)
    form = OrganisationForm(obj=found)
    del form.category
    if form.accepted():
        try:
            rename_organisation(found, form.name.data)
        except Refused as problem:
            db.session.rollback()
            form.name.errors = [error_messages.sentence(problem)]
        else:
            audit.note(actor(), "organisation_edited", found, page.now(), fields=["name"])
            unit_of_work.commit()
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


@blueprint.post("/personer/organisationer/<public_id>/namn")
def organisation_alias(public_id: str) -> AnyResponse:
    """Lets the organisation be found by another name too."""
    found, form = organisation_by_id(public_id), AliasForm()
    if not form.accepted():
        return _organisation_page(found, form)
    other = organisation_named(form.alias.data)
    if other is not None:
        form.alias.errors = [
            _("%(organisation)s känns redan igen på det namnet.", organisation=other.name)
        ]
        return _organisation_page(found, form)
    add_alias(found, form.alias.data)
    audit.note(actor(), "alias_added", found, page.now())
    unit_of_work.commit()
    flash(_("Namnet är tillagt."))
    return redirect(url_for("coordinator.organisation", public_id=public_id), code=303)


@blueprint.post("/personer/organisationer/<public_id>/ar")
def organisation_year(public_id: str) -> AnyResponse:
    """Sets the category and the lead of the year."""
    found, year = organisation_by_id(public_id), years.latest()
    back = redirect(url_for("coordinator.organisation", public_id=public_id), code=303)
    if year is None:
        return back
    form = _year_form(found, year)
    if not form.accepted():
        return _organisation_page(found, AliasForm(formdata=None), form)
    set_category(found, year, _category(form.category.data))
    if form.lead.data != form.lead.object_data:
        lead = _possible_leads(found, year).get(form.lead.data or "")
        collaborators.appoint(found, year, lead)
    what, fields = "organisation_edited", ["category", "lead"]
    audit.note(actor(), what, found, page.now(), fields=fields, year=year.number)
    unit_of_work.commit()
    flash(_("Uppgifterna för %(year)s är sparade.", year=year.number))
    return back


@blueprint.post("/personer/organisationer/<public_id>/lage")
def organisation_active(public_id: str) -> AnyResponse:
    """Takes the organisation out of new sendings, or back in."""
    found = organisation_by_id(public_id)
    if Press().accepted():
        activation.set_active(found, page.pressed("aktiv") == "ja", actor(), page.now())
        unit_of_work.commit()
        if found.active:
            flash(_("Organisationen är aktiv igen."))
        else:
            flash(_("Organisationen är inaktiv och är inte med i nya utskick."))
    return redirect(url_for("coordinator.organisation", public_id=public_id), code=303)


def category_name(category: Category) -> str:
    """What a category is called in the page's language."""
    return category.en if page.language() == "en" else category.sv


def _organisation_page(
    found: Organisation, form: AliasForm, sent: YearForm | None = None
) -> AnyResponse:
    """The page; `sent` is the form of the year when something in it has to be put right."""
    year = years.latest()
    year_form = sent
    if year and sent is None:
        year_form = _year_form(found, year, formdata=None)
    html = render_template(
        "coordinator/organisation.html",
        active="people",
        organisation=found,
        form=form,
        places=directory.places_in(found),
        year=year,
        answers=answers_of(found, year) if year else [],
        title_of=title_of,
        year_form=year_form,
    )
    return make_response(html, (sent or form).status)


def _year_form(found: Organisation, year: Year, **sent: None) -> YearForm:
    row = directory.year_of(found, year)
    category, lead = (row.category, row.lead) if row else (None, None)
    values = {
        "category": category.key if category else "",
        "lead": lead.public_id if lead else "",
    }
    form = YearForm(**sent, data=values)
    form.category.choices = _category_choices()
    people = _possible_leads(found, year).items()
    leads = [SelectChoice(key, one.name) for key, one in people]
    form.lead.choices = [SelectChoice("", _("Ingen är utsedd")), *leads]
    return form


def _possible_leads(found: Organisation, year: Year) -> dict[str, Person]:
    """Those who have a place in the organisation, and the lead of the year.

    The lead also when they have left it.
    """
    row = directory.year_of(found, year)
    people = [place.person for place in directory.places_in(found)]
    if row and row.lead:
        people.append(row.lead)
    return {one.public_id: one for one in people}


def _category_choices() -> list[SelectChoice]:
    return [
        SelectChoice("", _("Välj typ")),
        *(SelectChoice(one.key, category_name(one)) for one in years.reference(Category)),
    ]


def _category(key: str | None) -> Category | None:
    return next((one for one in years.reference(Category) if one.key == key), None)
