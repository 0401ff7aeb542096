"""What staff do for somebody who has called: send a substitute, and change what was replied.

Also after the change stop.
"""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.errors import Refused, Unreadable
from annualwheel.models import Registration
from annualwheel.participation import replies, substitution
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import availability, invitations
from annualwheel.registrations.states import allowed
from annualwheel.web import error_messages, page
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.registrations.attending import AttendingForm
from annualwheel.web.forms import SHORT, Address, BaseForm, NameFields, strip

OFF = {"autocomplete": "off"}


class SubstituteForm(BaseForm, NameFields):
    """Who comes instead."""

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        render_kw=OFF,
        description=_l("Hit skickar vi en egen inbjudan med personlig länk"),
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


class ChangeForm(AttendingForm):
    """What a registration says, but for who it is.

    Name and address are changed on the person's page.
    """

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
    def known(seat: Registration) -> dict[str, Any]:
        """As `AttendingForm.known`."""
        return {"title": seat.title, "copy_to": seat.copy_to}

    def reply(self) -> Reply:
        """What stands with the changes."""
        person = self.seat.person
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


def possible(seat: Registration) -> frozenset[str]:
    """Which of "substitute" and "change" staff can do with the registration now.

    Both are possible until the meeting starts.
    """
    if not is_ahead(seat):
        return frozenset()
    fits = {
        "substitute": allowed(seat.state, "substitute"),
        "change": seat.state in availability.STANDING,
    }
    return frozenset(act for act, fit in fits.items() if fit)


def is_ahead(seat: Registration) -> bool:
    """Whether the registration's meeting is still to come."""
    return seat.meeting.state == "planned" and page.now() < seat.meeting.starts_at


@blueprint.route("/anmalningar/<public_id>/ersattare", methods=["GET", "POST"])
def send_substitute(public_id: str) -> AnyResponse:
    """Hands the place over to somebody whom the person has named.

    Mails and calendar as when the person does it.
    """
    seat, form = invitations.by_public_id(public_id), SubstituteForm()
    if form.accepted():
        new = Substitute(
            form.given.data, form.family.data, form.email.data, form.title.data, form.message.data
        )
        try:
            successor = substitution.substitute(seat, new, page.now(), audit.staff(g.staff.id))
        except (Refused, Unreadable) as problem:
            db.session.rollback()
            form.email.errors = (error_messages.sentence(problem),)
            return _page("substitute", invitations.by_public_id(public_id), form)
        unit_of_work.commit()
        flash(_("%(name)s kommer i stället. Mejl till båda är på väg.", name=successor.person.name))
        theirs = url_for("coordinator.registration", public_id=successor.public_id)
        return redirect(theirs, code=303)
    if not form.is_submitted() and "substitute" not in possible(seat):
        return redirect(url_for("coordinator.registration", public_id=public_id), code=303)
    return _page("substitute", seat, form)


@blueprint.route("/anmalningar/<public_id>/andra", methods=["GET", "POST"])
def change_reply(public_id: str) -> AnyResponse:
    """Changes what was replied; mails and calendar as when the person does it."""
    seat = invitations.by_public_id(public_id)
    form = ChangeForm.of(seat)
    if form.accepted():
        try:
            replies.change(seat, form.reply(), page.now(), audit.staff(g.staff.id))
        except (Refused, Unreadable) as problem:
            db.session.rollback()
            (form.mode or form.title).errors = (error_messages.sentence(problem),)
            return _page("change", invitations.by_public_id(public_id), form)
        unit_of_work.commit()
        flash(_("Anmälan är ändrad. En ny bekräftelse är på väg."))
        return redirect(url_for("coordinator.registration", public_id=public_id), code=303)
    if not form.is_submitted() and "change" not in possible(seat):
        return redirect(url_for("coordinator.registration", public_id=public_id), code=303)
    return _page("change", seat, form)


def _page(which: str, seat: Registration, form: BaseForm) -> AnyResponse:
    html = render_template(
        f"coordinator/registration_{which}.html",
        active="year",
        seat=seat,
        meeting=seat.meeting,
        form=form,
    )
    return make_response(html, form.status)
