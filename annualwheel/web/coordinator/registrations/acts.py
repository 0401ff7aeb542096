"""What a coordinator does to somebody's registration with one button.

What mails somebody, or makes a link stop working, has a page that says so first: who is mailed,
whose link stops, who gets the seat.
"""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.contacts import affiliations, people
from annualwheel.cycle import years
from annualwheel.errors import Missing
from annualwheel.meetings import changes
from annualwheel.models import Meeting, Person, Registration
from annualwheel.participation import foresight, open_registration, replies, revocation
from annualwheel.participation.foresight import Foresight
from annualwheel.registrations import invitations, seats
from annualwheel.registrations.states import IN_LINE, allowed
from annualwheel.web import page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import act_pages, blueprint, came_from
from annualwheel.web.coordinator.act_pages import ActForm, ActPage
from annualwheel.web.coordinator.registrations import act_words, on_behalf
from annualwheel.web.coordinator.registrations.registrations import invite_one
from annualwheel.web.forms import Press

DONE = {
    "decline": _l("Vi har skrivit in att personen inte kommer. Ett mejl går till personen."),
    "withdraw": _l("Platsen är avbokad."),
    "revoke": _l(
        "Personen är borttagen från mötet. Länken i mejlen om mötet fungerar inte längre."
    ),
    "invite": _l("En ny inbjudan är på väg."),
}
TAKES_AWAY = ("withdraw", "revoke")


@blueprint.route("/anmalningar/<public_id>/<act>", methods=["GET", "POST"])
def act_on(public_id: str, act: str) -> AnyResponse:
    """Says what the act leads to, for the person and for others, then does it."""
    registration = invitations.by_public_id(public_id)
    if act not in DONE:
        raise Missing("no_registration")
    back = came_from.kept("coordinator.registration", public_id=public_id)
    form = ActForm(lambda: _foreseen(registration, act))
    waited = registration.state in IN_LINE
    if carried_out(form, lambda: _act_on(registration, act)):
        left = act == "withdraw" and waited
        flash(_("Personen står inte längre på väntelistan.") if left else str(DONE[act]))
        return redirect(back, code=303)
    # Pressed twice, or a colleague was first.
    if not (on_behalf.is_ahead(registration) and allowed(registration.state, act)):
        return redirect(back, code=303)
    foreseen = foresight.of(registration, act, page.now())
    about = ActPage(
        act_words.heading(registration, act),
        act_words.caption(registration.meeting),
        act_words.sentences(foreseen, registration, act),
        act_words.button(registration, act),
        act in TAKES_AWAY,
        back,
        registration.person.name,
        "year",
    )
    return act_pages.shown(form, _mark(registration, foreseen), about)


def _foreseen(registration: Registration, act: str) -> str:
    seats.lock(registration)
    if not allowed(registration.state, act):
        return ""
    return _mark(registration, foresight.of(registration, act, page.now()))


def _mark(registration: Registration, foreseen: Foresight) -> str:
    return f"{registration.state};{registration.person.email};{foreseen.mark}"


def _act_on(registration: Registration, act: str) -> None:
    now, actor = page.now(), audit.staff(g.staff.id)
    if act == "decline":
        replies.decline(registration, "", now, actor)
    elif act == "withdraw":
        replies.withdraw(registration, now, actor)
    elif act == "revoke":
        revocation.revoke(registration, now, actor)
    else:
        invite_one(
            registration.meeting, registration.person, registration.organisation, registration.title
        )


@blueprint.post("/anmalningar/<public_id>/vouch")
def vouch(public_id: str) -> AnyResponse:
    """Adds the organisation to somebody who said that they belong to it. Nobody is mailed."""
    registration, actor = invitations.by_public_id(public_id), audit.staff(g.staff.id)
    if Press().accepted():
        carry_out(lambda: open_registration.vouch(registration, page.now(), actor))
        flash(_("Organisationen är tillagd. Personen kan vara med och förbereda."))
    back = came_from.kept("coordinator.registration", public_id=public_id)
    return redirect(back, code=303)


@blueprint.route("/mote/<int:number>/<meeting:kind>/bjud-in/<public_id>", methods=["GET", "POST"])
def invite_found(number: int, kind: str, public_id: str) -> AnyResponse:
    """Says what inviting one person who is on file leads to, then invites them."""
    meeting, person = years.meeting_of(number, kind), people.person_by_id(public_id)
    came = came_from.origin()
    back = came.href if came else url_for("coordinator.late", number=number, kind=kind)
    organisation = affiliations.organisation_of(person)
    # Somebody who has left every organisation cannot be invited for one.
    if organisation is None:
        return redirect(back, code=303)
    form = ActForm(lambda: _foreseen_invitation(meeting, person))
    if carried_out(form, lambda: invite_one(meeting, person, organisation, "")):
        flash(act_words.invited(person, meeting))
        return redirect(back, code=303)
    # Nobody should confirm what will be refused.
    changes.require_planned(meeting, page.now())
    found = invitations.find(meeting, person)
    if found is not None and not allowed(found.state, "invite"):
        return redirect(
            came_from.kept("coordinator.registration", public_id=found.public_id), code=303
        )
    foreseen = foresight.of_invitation(meeting, person)
    about = ActPage(
        _("Bjuda in %(name)s?", name=person.name),
        act_words.caption(meeting),
        act_words.of_invitation(foreseen, person, organisation),
        _("Bjud in %(name)s", name=person.name),
        danger=False,
        back=back,
        back_text=_("Bjud in en person"),
        active="year",
    )
    return act_pages.shown(form, f"{person.email};{foreseen.mark}", about)


def _foreseen_invitation(meeting: Meeting, person: Person) -> str:
    seats.lock(meeting)
    return f"{person.email};{foresight.of_invitation(meeting, person).mark}"
