"""Every mail: what did not arrive first, then the mailings, then all of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField

from annualwheel import audit
from annualwheel.contacts.folding import fold
from annualwheel.db import db
from annualwheel.mail import letters, states
from annualwheel.mailings import failures
from annualwheel.mailings import sending as sent
from annualwheel.models import Mailing, Meeting, Message, Person, Registration
from annualwheel.web import page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.forms import Address, BaseForm, Press, strip

PAGE, MAILINGS = 50, 10
NO_ID = 2**31 - 1  # the largest number a key may be
STATES = {
    "stopped": states.STOPPED,
    "waiting": states.DUE,
    "sent": ("sent",),
    "not_sent": states.ENDED_UNSENT,
}
# What people write to each other is theirs.
PRIVATE = ("colleague", "receipt", "receipt_copy", "substitute_invitation")


@blueprint.get("/utskick")
def mailings() -> str:
    """The mailings and the single mails, with what needs a hand first."""
    text, state = request.args.get("sok", ""), request.args.get("lage", "")
    meeting_id = min(request.args.get("mote", 0, int), NO_ID)
    query = _found(text, state, meeting_id)
    count = db.session.scalar(query.with_only_columns(sa.func.count(Message.id))) or 0
    pages = max(1, -(-count // PAGE))
    current = min(max(request.args.get("sida", 1, int), 1), pages)
    shown = query.order_by(Message.id.desc()).limit(PAGE).offset((current - 1) * PAGE)
    rows = db.session.scalars(shown).all()
    kept = {"sok": text, "lage": state, "mote": meeting_id}

    def at(number: int) -> str:
        asked: dict[str, Any] = {name: value for name, value in kept.items() if value}
        return url_for("coordinator.mailings", sida=number, **asked)

    narrowed = bool(text or state or meeting_id)
    return render_template(
        "coordinator/mailings.html",
        active="mailings",
        rows=rows,
        count=count,
        text=text,
        state=state,
        states=list(STATES),
        meeting_id=meeting_id,
        narrowed=narrowed,
        stopped=0 if narrowed else failures.count(),
        recent=[] if narrowed else _recent(),
        current=current,
        pages=pages,
        previous=at(current - 1) if current > 1 else "",
        following=at(current + 1) if current < pages else "",
    )


def _recent() -> list[tuple[Mailing, sent.MailingProgress]]:
    rows = db.session.scalars(
        sa.select(Mailing)
        .options(joinedload(Mailing.meeting).joinedload(Meeting.year))
        .order_by(Mailing.id.desc())
        .limit(MAILINGS)
    )
    return [(mailing, sent.standing(mailing)) for mailing in rows]


def _found(text: str, state: str, meeting_id: int) -> sa.Select[Message]:
    query = sa.select(Message)
    if state in STATES:
        query = query.where(Message.state.in_(STATES[state]))
    if meeting_id:
        seats = sa.select(Registration.id).where(Registration.meeting_id == meeting_id)
        sendings = sa.select(Mailing.id).where(Mailing.meeting_id == meeting_id)
        of_meeting = Message.registration_id.in_(seats), Message.mailing_id.in_(sendings)
        query = query.where(sa.or_(*of_meeting))
    if fold(text):
        query = query.outerjoin(Person, Person.id == Message.person_id)
    for word in fold(text).split():
        in_name = Person.name_folded.contains(word, autoescape=True)
        in_address = sa.func.lower(Message.address).contains(word, autoescape=True)
        query = query.where(sa.or_(in_name, in_address))
    return query


class AddressForm(BaseForm):
    """The right address."""

    email = EmailField(_l("Rätt e-postadress"), [Address()], filters=[strip])


@blueprint.get("/utskick/mejl/<public_id>")
def mail(public_id: str) -> AnyResponse:
    """One mail: to whom, what became of it, what it says."""
    return _shown(public_id, None)


def _shown(public_id: str, form: AddressForm | None) -> AnyResponse:
    message = failures.by_public_id(public_id)
    person_id, seat_id = message.person_id, message.registration_id
    written = failures.has_text(message)
    html = render_template(
        "coordinator/mailing_mail.html",
        active="mailings",
        message=message,
        person=db.session.get(Person, person_id) if person_id else None,
        seat=db.session.get(Registration, seat_id) if seat_id else None,
        text=_text(message) if written and message.kind not in PRIVATE else "",
        form=form or AddressForm(data={"email": message.address}),
        can_again=written and message.state in states.AGAIN,
        written=written,
        instead=_instead(message),
    )
    return make_response(html, form.status if form else 200)


def _text(message: Message) -> str:
    """What a mail says, with a word where its link stands."""
    return letters.PLACEHOLDER.sub(lambda _found: _("[personlig länk]"), message.body.text)


def _instead(message: Message) -> str:
    """What to do about a wrong address that cannot be corrected here; empty where it can."""
    if failures.may_correct(message):
        return ""
    if message.kind in failures.ASKED_FOR:
        return str(_("Är adressen fel? Rätta den hos personen, och be personen begära en ny länk."))
    if message.kind.startswith("staff_"):
        return str(
            _(
                "Är adressen fel? En administratör lägger till ett konto med rätt adress under "
                "Inställningar."
            )
        )
    if message.registration_id is not None:
        return str(
            _(
                "Mejlet är en kopia. Är adressen fel? Den som svarade på inbjudan rättar den på "
                "sin sida."
            )
        )
    return str(_("Mejlet hör inte till någon i registret, så adressen går inte att rätta här."))


@blueprint.post("/utskick/mejl/<public_id>/igen")
def mail_again(public_id: str) -> AnyResponse:
    """Sends a mail that stopped once more, to the same address."""
    message = failures.by_public_id(public_id)
    if Press().accepted():
        carry_out(lambda: failures.send_again(message, page.now(), audit.staff(g.staff.id)))
        flash(_("Mejlet skickas igen till %(address)s.", address=message.address))
    return redirect(url_for("coordinator.mail", public_id=public_id), code=303)


@blueprint.post("/utskick/mejl/<public_id>/adress")
def mail_address(public_id: str) -> AnyResponse:
    """Corrects the person's address and sends the mail there."""
    message, form = failures.by_public_id(public_id), AddressForm()
    actor = audit.staff(g.staff.id)
    if not carried_out(
        form, lambda: failures.correct_address(message, form.email.data, page.now(), actor)
    ):
        return _shown(public_id, form)
    flash(_("Adressen är rättad, och mejlet skickas till %(address)s.", address=message.address))
    return redirect(url_for("coordinator.mail", public_id=public_id), code=303)
