"""The people of a meeting, one person's place at it, and what staff do for someone on the phone."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, StringField
from wtforms.validators import Optional, ValidationError

from annualwheel import audit
from annualwheel.contacts import activation, affiliations, directory, organisations, people
from annualwheel.contacts.organisations import organisation_named
from annualwheel.cycle import years
from annualwheel.errors import Missing
from annualwheel.mailings import drafts, log
from annualwheel.models import Meeting, Organisation, Person, Registration
from annualwheel.participation import open_registration, replies, revocation
from annualwheel.participation.replies import Reply
from annualwheel.registrations import audiences, invitations, seats
from annualwheel.registrations.states import allowed
from annualwheel.web import lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.registrations import on_behalf
from annualwheel.web.coordinator.registrations.attending import AttendingForm
from annualwheel.web.forms import SHORT, Address, BaseForm, NameFields, Press, strip
from annualwheel.web.lists import Column
from annualwheel.web.wording import staff_words, words
from annualwheel.web.wording.decline_reasons import reason_words

FOUND = 20
COLUMNS = (
    Column("name", "namn", _l("Namn")),
    Column("organisation", "organisation", _l("Organisation")),
    Column("state", "lage", _l("Läge"), "rank"),
    Column("answered", "svarade", _l("Svarade"), "time"),
)
# The button's name, what it does to a registration, and what is said when it is done.
ACTS = {
    "decline": _l("Vi har skrivit in att personen inte kommer. Ett mejl går till personen."),
    "withdraw": _l("Platsen är avbokad. Ett mejl går till personen."),
    "vouch": _l("Organisationen är tillagd. Personen kan vara med och förbereda."),
    "revoke": _l("Inbjudan är återtagen. Länken i mejlet fungerar inte längre."),
    "invite": _l("En ny inbjudan är på väg."),
}


@blueprint.get("/mote/<int:number>/<meeting:kind>/personer")
def people_of(number: int, kind: str) -> str:
    """Everyone with a place or an invitation: filtered, searched, 50 at a time."""
    found = years.meeting_of(number, kind)
    group = request.args.get("grupp", "invited")
    group = group if group in audiences.GROUPS else "invited"
    category, text = request.args.get("typ", ""), request.args.get("sok", "")
    asked = lists.Asked(COLUMNS, audiences.BY_NAME)
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


class ReplyForm(AttendingForm, NameFields):
    """What a person says on the phone."""

    email = EmailField(_l("E-postadress"), [Address(), SHORT], filters=[strip])
    title = StringField(_l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip])
    mobile = StringField(_l("Mobilnummer"), [Optional(), SHORT], filters=[strip])

    @staticmethod
    def known(seat: Registration) -> dict[str, Any]:
        """As `AttendingForm.known`."""
        person = seat.person
        return {
            "given": person.given,
            "family": person.family,
            "email": person.email,
            "mobile": person.mobile,
            "title": seat.title,
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
            self.seat.copy_to,
        )


@blueprint.get("/anmalningar/<public_id>")
def registration(public_id: str) -> AnyResponse:
    """One person's place at a meeting, without diet and access needs, with every mail about it."""
    return _shown(invitations.by_public_id(public_id), None)


def _shown(seat: Registration, form: ReplyForm | None) -> AnyResponse:
    line = seats.place_in_line(seat) if seat.state == "waitlisted" else 0
    html = render_template(
        "coordinator/registration.html",
        active="year",
        seat=seat,
        claim=open_registration.claim(seat),
        meeting=seat.meeting,
        mails=log.about(seat),
        form=form or ReplyForm.of(seat),
        successor=invitations.successor_of(seat),
        line=line,
        can=lambda act: allowed(seat.state, act),
        ahead=on_behalf.is_ahead(seat),
        possible=on_behalf.possible(seat),
        reason=reason_words().get(seat.decline_reason, seat.decline_reason),
    )
    return make_response(html, form.status if form else 200)


@blueprint.post("/anmalningar/<public_id>/anmal")
def register_for(public_id: str) -> AnyResponse:
    """Registers someone who has called; the person gets a mail and a calendar entry."""
    seat = invitations.by_public_id(public_id)
    form = ReplyForm.of(seat)
    actor = audit.staff(g.staff.id)
    if not carried_out(form, lambda: replies.register(seat, form.reply(), page.now(), actor)):
        return _shown(seat, form)
    name = seat.person.name
    if seat.state == "registered":
        flash(_("%(name)s är anmäld. Bekräftelse och kalenderbokning är på väg.", name=name))
    else:
        flash(_("%(name)s står på väntelistan. Mötet är fullt.", name=name))
    return redirect(url_for("coordinator.registration", public_id=public_id), code=303)


@blueprint.post("/anmalningar/<public_id>/<act>")
def act_on(public_id: str, act: str) -> AnyResponse:
    """Carries out one of `ACTS` for the person."""
    seat = invitations.by_public_id(public_id)
    if act not in ACTS:
        raise Missing("no_registration")
    if Press().accepted():
        carry_out(lambda: _act_on(seat, act))
        flash(str(ACTS[act]))
    return redirect(url_for("coordinator.registration", public_id=public_id), code=303)


def _act_on(seat: Registration, act: str) -> None:
    now, actor = page.now(), audit.staff(g.staff.id)
    if act == "decline":
        replies.decline(seat, "", now, actor)
    elif act == "withdraw":
        replies.withdraw(seat, now, actor)
    elif act == "revoke":
        revocation.revoke(seat, now, actor)
    elif act == "vouch":
        open_registration.vouch(seat, now, actor)
    else:
        invite_one(seat.meeting, seat.person, seat.organisation, seat.title)


class LateForm(BaseForm, NameFields):
    """A person who is not on file yet."""

    email = EmailField(_l("E-postadress"), [Address(), SHORT], filters=[strip])
    organisation = StringField(_l("Organisation"), filters=[strip])
    title = StringField(_l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip])

    def validate_organisation(self, field: Any) -> None:
        """Must be on file: a new organisation is added on its own page, with its kind."""
        if organisations.organisation_named(field.data or "") is None:
            raise ValidationError(
                _("Skriv organisationens namn som det står bland organisationerna")
            )


@blueprint.route("/mote/<int:number>/<meeting:kind>/bjud-in-en", methods=["GET", "POST"])
def late(number: int, kind: str) -> AnyResponse:
    """Adds and invites one person, new or found."""
    found, form = years.meeting_of(number, kind), LateForm()
    text = request.args.get("sok", "")
    outcome = carried_out(form, lambda: _added_and_invited(found, form))
    if outcome:
        return _invited(outcome.result)
    html = render_template(
        "coordinator/registration_late.html",
        active="year",
        meeting=found,
        form=form,
        text=text,
        people=audiences.invitable(found, text, FOUND + 1),
        most=FOUND,
        organisations=[name for _public_id, name in directory.names_of_organisations()],
    )
    return make_response(html, form.status)


def _added_and_invited(meeting: Meeting, form: LateForm) -> Registration:
    organisation = organisation_named(form.organisation.data)
    if organisation is None:  # renamed in the moment since the form was looked at
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


@blueprint.post("/mote/<int:number>/<meeting:kind>/bjud-in/<public_id>")
def invite_found(number: int, kind: str, public_id: str) -> AnyResponse:
    """Invites one person who is on file."""
    found, person = years.meeting_of(number, kind), people.person_by_id(public_id)
    organisation = affiliations.organisation_of(person)
    if not Press().accepted() or organisation is None:
        return redirect(url_for("coordinator.late", number=number, kind=kind), code=303)
    return _invited(carry_out(lambda: invite_one(found, person, organisation, "")))


def _invited(seat: Registration) -> AnyResponse:
    what = words.meeting_running(seat.meeting.kind)
    flash(_("%(name)s är inbjuden till %(meeting)s.", name=seat.person.name, meeting=what))
    return redirect(url_for("coordinator.registration", public_id=seat.public_id), code=303)


def invite_one(
    meeting: Meeting, person: Person, organisation: Organisation, title: str
) -> Registration:
    """One invitation outside a mailing.

    Raises `Refused` for someone who has one, `Closed` for a meeting that is cancelled or over.
    """
    seats.lock(meeting)
    drafts.require_possible(meeting, "invitation", page.now())
    activation.let_in(person, page.now(), audit.staff(g.staff.id))
    seat = invitations.invite(meeting, person, organisation, page.now(), title=title)
    audit.note(audit.staff(g.staff.id), "invited", seat, page.now(), meeting.id)
    return seat
