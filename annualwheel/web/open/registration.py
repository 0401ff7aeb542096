"""Open registration: somebody finds their organisation, says who they are, and gets a mail.

No page says whether an address is known.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from annualwheel.contacts import directory, organisations
from annualwheel.cycle import years
from annualwheel.errors import Missing
from annualwheel.models import Meeting, Organisation
from annualwheel.participation import open_registration, organisation_requests
from annualwheel.participation.open_registration import Applicant
from annualwheel.registrations import seats
from annualwheel.web import error_messages, page, security
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import SHORT, Address, BaseForm, NameFields, OneOf, Required, strip
from annualwheel.web.open import blueprint
from annualwheel.web.wording import words

FOUND = 20
ADDRESS = "/anmal/<int:number>/<meeting:kind>"


class OwnDetailsForm(NameFields, BaseForm):
    """The person who asks to come. The form has no `mode` where there is nothing to choose."""

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "email"},
        description=_l("Hit skickar vi ett mejl med en personlig länk"),
    )
    title = StringField(
        _l("Titel eller uppdrag"),
        [Optional(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "organization-title"},
    )
    mode = RadioField(
        _l("Hur vill du delta?"),
        [OneOf(_l("Välj om du deltar på plats eller digitalt"))],
        validate_choice=False,
    )

    def applicant(self, source: str) -> Applicant:
        """What was filled in, in the language of the page.

        `source` says where the details come from, as `Person.source` has it.
        """
        return Applicant(
            self.given.data,
            self.family.data,
            self.email.data,
            self.title.data,
            self.mode.data if "mode" in self else "on_site",
            page.language(),
            source,
        )


class UnlistedForm(OwnDetailsForm):
    """The same person, and the organisation that was not found."""

    organisation = StringField(
        _l("Organisationens namn"),
        [Required(_l("Skriv vad din organisation heter")), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "organization"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The error summary lists errors in the order of the fields, which must be that of the page.
        self._fields.move_to_end("organisation", last=False)

    def validate_organisation(self, field: Any) -> None:
        """Refuses an organisation that we have: it is chosen, not asked for."""
        known = organisations.organisation_named(field.data or "")
        if known is not None and known.active:
            is_there = _(
                "%(organisation)s finns med. Sök på namnet och välj organisationen i listan.",
                organisation=known.name,
            )
            raise ValidationError(is_there)


def details_form(form: type[OwnDetailsForm], meeting: Meeting, **data: object) -> Any:
    """The form for this meeting."""
    made = form(data=data)
    made.mode.choices = [
        SelectChoice(option.mode, words.label(option.mode, "mode")) for option in meeting.options
    ]
    if len(meeting.options) < 2:
        del made.mode
    return made


@blueprint.route(ADDRESS, methods=["GET", "POST"])
def apply(number: int, kind: str) -> Response | AnyResponse:
    """Asks for the organisation, which is searched for and chosen by a link, then for the person.

    The address has both steps, and opening them changes nothing.
    """
    meeting = years.meeting_of(number, kind)
    if open_registration.why_closed(meeting, page.now()):
        return closed(meeting)
    organisation = _chosen(request.args.get("organisation", ""))
    if organisation is None:
        return _search(meeting)
    form = details_form(OwnDetailsForm, meeting)

    def ask() -> None:
        applicant = form.applicant("open:")
        open_registration.apply(meeting, organisation, applicant, security.client(), page.now())

    if carried_out(form, ask):
        return redirect(url_for("open.applied", number=number, kind=kind), code=303)
    # Said before the form is sent; the act decides under the meeting's lock.
    full = all(seats.room(option).why_not(organisation.id) for option in meeting.options)
    html = render_template(
        "open/apply.html", meeting=meeting, organisation=organisation, form=form, full=full
    )
    return make_response(html, form.status)


@blueprint.route(f"{ADDRESS}/saknas", methods=["GET", "POST"])
def organisation_missing(number: int, kind: str) -> Response | AnyResponse:
    """Asks the coordinators about an organisation that is not in the register."""
    meeting = years.meeting_of(number, kind)
    if open_registration.why_closed(meeting, page.now()):
        return closed(meeting)
    form = details_form(UnlistedForm, meeting, organisation=strip(request.args.get("sok"))[:200])
    # The person is invited when a coordinator has answered, and chooses the way of attending then.
    del form.mode

    def ask() -> None:
        name, applicant = form.organisation.data, form.applicant("")
        organisation_requests.ask(meeting, name, applicant, security.client(), page.now())

    if carried_out(form, ask):
        return redirect(url_for("open.organisation_asked", number=number, kind=kind), code=303)
    html = render_template("open/organisation_missing.html", meeting=meeting, form=form)
    return make_response(html, form.status)


@blueprint.get(f"{ADDRESS}/skickat")
def applied(number: int, kind: str) -> str:
    """Says the same words for every address."""
    return render_template("open/applied.html", meeting=years.meeting_of(number, kind))


@blueprint.get(f"{ADDRESS}/saknas/skickat")
def organisation_asked(number: int, kind: str) -> str:
    """Shows the receipt for a question about an organisation."""
    return render_template("open/organisation_asked.html", meeting=years.meeting_of(number, kind))


def closed(meeting: Meeting) -> Response:
    """Says why nobody can register here now, and gives back what was typed in the form."""
    refusal = open_registration.why_closed(meeting, page.now())
    said = error_messages.sentence(refusal) if refusal else ""
    quiet = ("csrf_token", "lang_switch", "mode")
    fields = request.form.items(multi=True)
    typed = [value for name, value in fields if value and name not in quiet]
    html = render_template(
        "open/apply_closed.html",
        meeting=meeting,
        said=said,
        typed=typed,
        cancelled=meeting.state == "cancelled",
    )
    return make_response(html, 410 if request.method == "POST" else 200)


def _chosen(public_id: str) -> Organisation | None:
    try:
        found = organisations.organisation_by_id(public_id)
    except Missing:
        return None
    # The link may be old: the organisation is out, or has become a part of another since.
    return found if found.active and found.merged_into_id is None else None


def _search(meeting: Meeting) -> Response:
    text = strip(request.args.get("sok"))[:200]
    # One more than is shown, so that the page can ask for a longer word.
    found = directory.organisations_like(text, FOUND + 1)
    html = render_template(
        "open/apply_search.html",
        meeting=meeting,
        text=text,
        found=found[:FOUND],
        more=len(found) > FOUND,
    )
    return make_response(html)
