"""The people of a meeting, one registration, and what staff do for somebody on the phone."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, StringField
from wtforms.validators import Optional, ValidationError

from annualwheel import audit, listing
from annualwheel.contacts import activation, directory, organisations, people
from annualwheel.contacts.organisations import organisation_named
from annualwheel.cycle import years
from annualwheel.errors import Missing
from annualwheel.mailings import drafts, log
from annualwheel.meetings import announcements
from annualwheel.models import Meeting, Organisation, Person, Registration
from annualwheel.participation import open_registration, replies
from annualwheel.participation.replies import Reply
from annualwheel.registrations import audiences, invitations, seats
from annualwheel.registrations.states import allowed
from annualwheel.web import lists, page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint, came_from, categories
from annualwheel.web.coordinator.registrations import act_words, on_behalf
from annualwheel.web.coordinator.registrations.attending import AttendingForm
from annualwheel.web.forms import SHORT, Address, BaseForm, Mobile, NameFields, strip
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.lists import Column
from annualwheel.web.parts import mail_names
from annualwheel.web.wording import erased, staff_words, words
from annualwheel.web.wording.decline_reasons import reason_words
from annualwheel.workbooks.pages import Column as Sheeted

FOUND = 20
COLUMNS = (
    Column("name", "namn", _l("Namn")),
    Column("organisation", "organisation", _l("Organisation")),
    Column("state", "lage", _l("Läge"), "rank"),
    Column("answered", "svarade", _l("Svarade"), "time"),
)


@blueprint.get("/mote/<int:number>/<meeting:kind>/personer")
def people_of(number: int, kind: str) -> str:
    """Lists everyone with a registration or an invitation, filtered, searched, 50 at a time."""
    found = years.meeting_of(number, kind)
    group, category, text = _wanted()
    asked = lists.ListRequest(COLUMNS, audiences.BY_NAME)
    rows = audiences.in_group(found, group, category, text, asked.number, asked.order)
    return render_template(
        "coordinator/registrations.html",
        active="year",
        meeting=found,
        found=asked.shown(rows),
        group=group,
        groups=[(one, staff_words.say(one, "group")) for one in audiences.GROUPS],
        category=category,
        categories=categories.named(),
        text=text,
    )


def _wanted() -> tuple[str, str, str]:
    """The group, the category and the text that the address narrows the list to."""
    group = request.args.get("grupp", "invited")
    # An address that somebody has shortened or typed shows the usual list.
    group = group if group in audiences.GROUPS else "invited"
    return group, request.args.get("typ", ""), request.args.get("sok", "")


@blueprint.post("/mote/<int:number>/<meeting:kind>/personer/excel")
def people_of_workbook(number: int, kind: str) -> Response | AnyResponse:
    """Takes the list out as an Excel file."""
    found = years.meeting_of(number, kind)
    group, category, text = _wanted()
    asked = lists.ListRequest(COLUMNS, audiences.BY_NAME)
    about = ListWorkbook(
        _("Personer på mötet"),
        (
            Sheeted(_("Förnamn"), 16),
            Sheeted(_("Efternamn"), 20),
            Sheeted(_("Organisation"), 32, wrap=True),
            Sheeted(_("Titel eller uppdrag"), 26, wrap=True),
            Sheeted(_("E-post"), 32),
            Sheeted(_("Mobilnummer"), 18),
            Sheeted(_("Deltar"), 12),
            Sheeted(_("Läge"), 26),
            Sheeted(_("I stället för"), 24),
            Sheeted(_("Svarade"), 18),
        ),
        _as_row,
        [
            (_("Visa"), staff_words.say(group, "group")),
            (_("Typ av organisation"), categories.called(category)),
            (_("Sök"), text),
        ],
        asked.words,
        found,
    )
    return taken_out(
        about,
        lambda: audiences.in_group(found, group, category, text, listing.WHOLE, asked.order),
    )


def _as_row(one: Registration) -> tuple[object, ...]:
    return (
        *erased.both_names(one.person),
        one.organisation.name,
        one.title,
        one.person.email,
        one.person.mobile,
        words.label(one.mode, "mode"),
        words.label(one.state, "registration"),
        erased.called(one.replaces.person) if one.replaces else None,
        one.answered_at,
    )


class ReplyForm(AttendingForm, NameFields):
    """What a person says on the phone."""

    email = EmailField(_l("E-postadress"), [Address(), SHORT], filters=[strip])
    title = StringField(_l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip])
    mobile = StringField(_l("Mobilnummer"), [Mobile()], filters=[strip])

    @staticmethod
    def known(registration: Registration) -> dict[str, Any]:
        """The same as `AttendingForm.known`."""
        person = registration.person
        return {
            "given": person.given,
            "family": person.family,
            "email": person.email,
            "mobile": person.mobile,
            "title": registration.title,
        }

    def reply(self) -> Reply:
        """The reply, when the form has been accepted."""
        return Reply(
            self.given.data,
            self.family.data,
            self.email.data,
            self.title.data,
            self.mobile.data,
            self.eats,
            self.attends,
            self.registration.copy_to,
        )


@blueprint.get("/anmalningar/<public_id>")
def registration(public_id: str) -> AnyResponse:
    """Shows one registration with every mail about it, without diet and access needs."""
    return _shown(invitations.by_public_id(public_id), None)


def _shown(registration: Registration, form: ReplyForm | None) -> AnyResponse:
    line = seats.place_in_line(registration) if registration.state == "waitlisted" else 0
    mails = log.about(registration)
    html = render_template(
        "coordinator/registration.html",
        active="year",
        registration=registration,
        claim=open_registration.claim(registration),
        unasked=open_registration.is_unasked(
            registration, open_registration.applied_at(registration)
        ),
        meeting=registration.meeting,
        mails=mails,
        mail_names=mail_names.mails(mails),
        form=form or ReplyForm.of(registration),
        successor=invitations.successor_of(registration),
        line=line,
        day_before=announcements.day_before(registration.meeting),
        can=lambda act: allowed(registration.state, act),
        act_words=act_words,
        ahead=on_behalf.is_ahead(registration),
        possible=on_behalf.possible(registration),
        reason=reason_words().get(registration.decline_reason, registration.decline_reason),
    )
    return make_response(html, form.status if form else 200)


@blueprint.post("/anmalningar/<public_id>/anmal")
def register_for(public_id: str) -> AnyResponse:
    """Registers somebody who has called. They get a mail and a calendar entry."""
    registration = invitations.by_public_id(public_id)
    form = ReplyForm.of(registration)
    actor = audit.staff(g.staff.id)
    if not carried_out(
        form, lambda: replies.register(registration, form.reply(), page.now(), actor)
    ):
        return _shown(registration, form)
    name = registration.person.name
    # Decided in the act, under the meeting's lock: the page could not know whether a seat was left.
    if registration.state == "registered":
        flash(_("%(name)s är anmäld. Bekräftelse och kalenderbokning är på väg.", name=name))
    else:
        flash(_("%(name)s står på väntelistan. Mötet är fullt.", name=name))
    return redirect(came_from.kept("coordinator.registration", public_id=public_id), code=303)


class LateForm(BaseForm, NameFields):
    """A person who is not on file yet."""

    email = EmailField(_l("E-postadress"), [Address(), SHORT], filters=[strip])
    organisation = StringField(_l("Organisation"), filters=[strip])
    title = StringField(_l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip])

    def validate_organisation(self, field: Any) -> None:
        """Refuses an organisation that is not on file. Its own page adds it, with its kind."""
        if organisations.organisation_named(field.data or "") is None:
            raise ValidationError(
                _("Skriv organisationens namn som det står bland organisationerna")
            )


@blueprint.route("/mote/<int:number>/<meeting:kind>/bjud-in-en", methods=["GET", "POST"])
def late(number: int, kind: str) -> AnyResponse:
    """Adds and invites one person, or finds one to invite."""
    found, form = years.meeting_of(number, kind), LateForm()
    text = request.args.get("sok", "")
    outcome = carried_out(form, lambda: _added_and_invited(found, form))
    if outcome:
        invited = outcome.result
        flash(act_words.invited(invited.person, found))
        return redirect(url_for("coordinator.registration", public_id=invited.public_id), code=303)
    html = render_template(
        "coordinator/registration_late.html",
        active="year",
        meeting=found,
        form=form,
        text=text,
        # One more than is shown, so that the page can say that there are more.
        people=audiences.invitable(found, text, FOUND + 1),
        most=FOUND,
        organisations=[name for _public_id, name in directory.names_of_organisations()],
    )
    return make_response(html, form.status)


def _added_and_invited(meeting: Meeting, form: LateForm) -> Registration:
    organisation = organisation_named(form.organisation.data)
    if organisation is None:  # renamed since the form was accepted
        raise Missing("no_organisation")
    person = people.add_person(
        form.given.data,
        form.family.data,
        form.email.data,
        organisation,
        title=form.title.data,
        source=f"staff:{g.staff.id}",
    )
    return invite_one(meeting, person, organisation, form.title.data)


def invite_one(
    meeting: Meeting, person: Person, organisation: Organisation, title: str
) -> Registration:
    """Invites one person outside a mailing.

    Raises `Refused` for somebody who has an invitation, `Closed` for a meeting that is cancelled or
    over.
    """
    # First of all: a meeting that is cancelled at the same moment must invite nobody more.
    seats.lock(meeting)
    drafts.require_possible(meeting, "invitation", page.now())
    # Only staff can reactivate somebody whom a coordinator has deactivated, and inviting does it.
    activation.let_in(person, page.now(), audit.staff(g.staff.id))
    registration = invitations.invite(meeting, person, organisation, page.now(), title=title)
    audit.note(audit.staff(g.staff.id), "invited", registration, page.now(), meeting.id)
    return registration
