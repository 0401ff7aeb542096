"""Organisations that somebody did not find at an open registration.

A coordinator answers with one that we have under another name, adds a new one, or says no.
"""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from annualwheel import audit
from annualwheel.contacts import directory, organisations
from annualwheel.contacts.directory import Match
from annualwheel.cycle import years
from annualwheel.models import Meeting, OrganisationRequest
from annualwheel.participation import organisation_requests as requests
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.forms import SHORT, BaseForm, Required, strip

FOUND, WORDS = 10, 4


class ChooseForm(BaseForm):
    """One of the organisations that a search found."""

    organisation = RadioField(
        _l("Organisation"),
        [Required(_l("Välj en organisation"))],
        filters=[strip],
        validate_choice=False,
    )
    alias = BooleanField(_l("Känn igen organisationen på namnet som skrevs, nästa gång"))


class CreateForm(BaseForm):
    """A new organisation."""

    name = StringField(
        _l("Namn"),
        [Required(_l("Skriv vad organisationen heter")), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    category = SelectField(
        _l("Typ av organisation"),
        [Required(_l("Välj typ av organisation"))],
        filters=[strip],
        validate_choice=False,
    )


class RefuseForm(BaseForm):
    """The reason for saying no."""

    text = TextAreaField(
        _l("Vårt svar"),
        [
            Required(_l("Skriv varför det inte går")),
            Length(max=1000, message=_l("Skriv högst 1 000 tecken")),
        ],
        filters=[strip],
        description=_l("Står i mejlet. Skriv vad personen kan göra i stället"),
    )


@blueprint.get("/mote/<int:number>/<meeting:kind>/saknade-organisationer")
def organisation_requests(number: int, kind: str) -> str:
    """Lists the requests, those that wait first."""
    meeting = years.meeting_of(number, kind)
    return render_template(
        "coordinator/organisation_requests.html",
        active="year",
        meeting=meeting,
        waiting=requests.waiting(meeting),
        answered=requests.answered(meeting),
    )


@blueprint.get("/saknade-organisationer/<public_id>")
def organisation_request(public_id: str) -> AnyResponse:
    """Shows one request and the three answers."""
    return _shown(requests.by_public_id(public_id))


@blueprint.post("/saknade-organisationer/<public_id>/valj")
def choose_organisation(public_id: str) -> AnyResponse:
    """Answers with an organisation that we have, and invites the person for it."""
    asked, form = requests.by_public_id(public_id), ChooseForm()
    outcome = carried_out(form, lambda: _chosen(asked, form))
    if not outcome:
        return _shown(asked, choose=form)
    name = f"{asked.given} {asked.family}"
    return _done(asked, outcome.result, _("Inbjudan är på väg till %(name)s.", name=name))


def _chosen(asked: OrganisationRequest, form: ChooseForm) -> bool:
    organisation = organisations.organisation_by_id(form.organisation.data)
    actor = audit.staff(g.staff.id)
    return requests.choose(asked, organisation, form.alias.data, page.now(), actor)


@blueprint.post("/saknade-organisationer/<public_id>/ny")
def create_organisation(public_id: str) -> AnyResponse:
    """Adds the organisation, and invites the person for it."""
    asked, form = requests.by_public_id(public_id), CreateForm()
    form.category.choices = categories.choices()
    outcome = carried_out(form, lambda: _created(asked, form))
    if not outcome:
        return _shown(asked, create=form)
    said = _(
        "Organisationen är tillagd och inbjudan är på väg till %(name)s.",
        name=f"{asked.given} {asked.family}",
    )
    return _done(asked, outcome.result, said)


def _created(asked: OrganisationRequest, form: CreateForm) -> bool:
    category = categories.by_key(form.category.data)
    actor = audit.staff(g.staff.id)
    return requests.create(asked, form.name.data, category, page.now(), actor)


@blueprint.post("/saknade-organisationer/<public_id>/nej")
def refuse_organisation(public_id: str) -> AnyResponse:
    """Says no, with a text that is mailed."""
    asked, form = requests.by_public_id(public_id), RefuseForm()
    actor = audit.staff(g.staff.id)
    outcome = carried_out(form, lambda: requests.refuse(asked, form.text.data, page.now(), actor))
    if not outcome:
        return _shown(asked, refuse=form)
    return _done(asked, outcome.result, _("Svaret är på väg."))


def _done(asked: OrganisationRequest, done: bool, said: str) -> AnyResponse:
    # Two coordinators may answer the same request; the second press changes nothing and says so.
    flash(said if done else _("Frågan var redan besvarad. Inget är ändrat."))
    number, kind = asked.meeting.year.number, asked.meeting.kind
    back = url_for("coordinator.organisation_requests", number=number, kind=kind)
    return redirect(back, code=303)


def _shown(
    asked: OrganisationRequest,
    choose: ChooseForm | None = None,
    create: CreateForm | None = None,
    refuse: RefuseForm | None = None,
) -> AnyResponse:
    """Makes the page. One of the forms is given when something in it has to be put right."""
    sent: BaseForm | None = choose or create or refuse
    text = strip(request.values.get("sok", asked.organisation))
    found = _like(text)
    choose = choose or ChooseForm(formdata=None, data={"alias": True})
    choose.organisation.choices = [
        SelectChoice(match.organisation.public_id, match.organisation.name) for match in found
    ]
    create = create or CreateForm(formdata=None, data={"name": asked.organisation})
    create.category.choices = categories.choices()
    meeting = asked.meeting
    html = render_template(
        "coordinator/organisation_request.html",
        active="year",
        asked=asked,
        meeting=meeting,
        text=text,
        notes=_notes(found),
        sent=sent,
        ahead=_is_ahead(meeting),
        choose=choose,
        create=create,
        refuse=refuse or RefuseForm(formdata=None),
    )
    return make_response(html, sent.status if sent else 200)


def _is_ahead(meeting: Meeting) -> bool:
    return meeting.state == "planned" and page.now() < meeting.starts_at


def _like(text: str) -> list[Match]:
    """The organisations whose name fits the whole text, else its longest word that fits any.

    Few people write a name as the register has it.
    """
    # Each word costs a query; the longest ones say most, and the short ones fit everything.
    longest_words = sorted(text.split(), key=len, reverse=True)[:WORDS]
    for part in (text, *longest_words):
        found = directory.organisations_like(part, FOUND)
        if found:
            return found
    return []


def _notes(found: list[Match]) -> dict[str, str]:
    """The note under a name: the organisation that it is a part of, or its other name."""
    notes = {match.organisation.public_id: match.parent or match.also for match in found}
    return {key: note for key, note in notes.items() if note}
