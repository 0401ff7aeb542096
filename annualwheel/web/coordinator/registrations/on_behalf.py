"""What staff do for somebody who has called: send a substitute, and change a reply.

They can do so after the change phase has closed too, until the meeting starts.
"""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from annualwheel import audit
from annualwheel.models import Registration
from annualwheel.participation import replies, substitution
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import invitations
from annualwheel.registrations.states import CAN_BE_CHANGED, allowed
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint, came_from
from annualwheel.web.coordinator.registrations.attending import AttendingForm
from annualwheel.web.forms import SHORT, Address, BaseForm, NameFields, strip

OFF = {"autocomplete": "off"}


class SubstituteForm(BaseForm, NameFields):
    """The person who comes instead."""

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        render_kw=OFF,
        description=_l("Hit skickar vi ett eget mejl med personlig länk"),
    )
    title = StringField(
        _l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip], render_kw=OFF
    )
    message = TextAreaField(
        _l("Hälsning"),
        [Optional(), Length(max=1000, message=_l("Skriv högst 1 000 tecken"))],
        filters=[strip],
        description=_l(
            "Står i mejlet till ersättaren, som en hälsning från den som inte kan komma"
        ),
    )

    def substitute(self) -> Substitute:
        """What was filled in."""
        return Substitute(
            self.given.data, self.family.data, self.email.data, self.title.data, self.message.data
        )


class ChangeForm(AttendingForm):
    """A registration's reply, without name and address, which the person's page changes."""

    title = StringField(
        _l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip], render_kw=OFF
    )
    copy_to = EmailField(
        _l("Kopia till"),
        [Address(optional=True), SHORT],
        filters=[strip],
        render_kw=OFF,
        description=_l(
            "Den som svarar åt någon annan får kopior av bekräftelsen och av mejl om ändringar"
        ),
    )

    @staticmethod
    def known(registration: Registration) -> dict[str, Any]:
        """The same as `AttendingForm.known`."""
        return {"title": registration.title, "copy_to": registration.copy_to}

    def reply(self) -> Reply:
        """The reply with the changes."""
        # What this form does not ask is sent as it is: a reply always has all of it.
        person = self.registration.person
        return Reply(
            person.given,
            person.family,
            person.email,
            self.title.data,
            person.mobile,
            self.eats,
            self.attends,
            self.copy_to.data,
        )


def possible(registration: Registration) -> frozenset[str]:
    """Which of "substitute" and "change" staff can do now, until the meeting starts."""
    if not is_ahead(registration):
        return frozenset()
    fits = {
        "substitute": allowed(registration.state, "substitute"),
        "change": registration.state in CAN_BE_CHANGED,
    }
    return frozenset(act for act, fit in fits.items() if fit)


def is_ahead(registration: Registration) -> bool:
    """Whether the registration's meeting is still ahead."""
    return registration.meeting.state == "planned" and page.now() < registration.meeting.starts_at


@blueprint.route("/anmalningar/<public_id>/ersattare", methods=["GET", "POST"])
def send_substitute(public_id: str) -> AnyResponse:
    """Sends a substitute whom the person has named.

    The mails and calendar entries are the same as when the person does it.
    """
    registration, form = invitations.by_public_id(public_id), SubstituteForm()
    actor = audit.staff(g.staff.id)
    outcome = carried_out(
        form, lambda: substitution.substitute(registration, form.substitute(), page.now(), actor)
    )
    if outcome:
        successor = outcome.result
        flash(_("%(name)s kommer i stället. Mejl till båda är på väg.", name=successor.person.name))
        theirs = came_from.kept("coordinator.registration", public_id=successor.public_id)
        return redirect(theirs, code=303)
    # A form that was sent is shown with its refusal and all that was typed; a page that was only
    # opened leads back.
    if not form.is_submitted() and "substitute" not in possible(registration):
        return redirect(came_from.kept("coordinator.registration", public_id=public_id), code=303)
    return _page("substitute", registration, form)


@blueprint.route("/anmalningar/<public_id>/andra", methods=["GET", "POST"])
def change_reply(public_id: str) -> AnyResponse:
    """Changes a reply. Mails and calendar entries are the same as when the person does it."""
    registration = invitations.by_public_id(public_id)
    form = ChangeForm.of(registration)
    actor = audit.staff(g.staff.id)
    if carried_out(form, lambda: replies.change(registration, form.reply(), page.now(), actor)):
        flash(_("Anmälan är ändrad. En ny bekräftelse är på väg."))
        return redirect(came_from.kept("coordinator.registration", public_id=public_id), code=303)
    if not form.is_submitted() and "change" not in possible(registration):
        return redirect(came_from.kept("coordinator.registration", public_id=public_id), code=303)
    return _page("change", registration, form)


def _page(which: str, registration: Registration, form: BaseForm) -> AnyResponse:
    html = render_template(
        f"coordinator/registration_{which}.html",
        active="year",
        registration=registration,
        meeting=registration.meeting,
        form=form,
    )
    return make_response(html, form.status)
