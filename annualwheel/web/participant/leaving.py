"""Giving the seat back, or to somebody else."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.contacts import affiliations
from annualwheel.models import Registration
from annualwheel.participation import replies, substitution
from annualwheel.registrations.states import HOLDS_SEAT
from annualwheel.web import page, session_links
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import Press
from annualwheel.web.participant import acting, blueprint
from annualwheel.web.participant.forms import SubstituteForm
from annualwheel.web.parts import offered_acts


@blueprint.route("/ersattare", methods=["GET", "POST"])
def substitute() -> Response | AnyResponse:
    """Sends a substitute.

    The old link is dead at once, and so is this browser's session for it. `instead`: the button on
    a registration form with somebody else's details leads here with what was typed.
    """
    registration: Registration = g.registration
    form, offer = SubstituteForm(), offered_acts.of(registration, page.now())
    if not affiliations.has_place(registration.person, registration.organisation):
        del form.message
    forwarded = request.args.get("vem") == "jag"
    actor, seated = acting(), registration.state in HOLDS_SEAT

    def hand_over() -> None:
        # Somebody who was forwarded the invitation takes it themselves: the mails say so.
        new = replace(form.substitute(), taken=forwarded)
        substitution.hand_over(registration, new, page.now(), actor)

    # That button only brings its fields here, to be looked at and sent by another press.
    if page.pressed("answer") != "instead" and carried_out(form, hand_over):
        session_links.forget("registration", registration.public_id)
        session["handed_over"] = f"{form.given.data} {form.family.data}"
        session["handed_over_seat"] = seated
        return redirect(url_for("open.handed_over", vem="jag" if forwarded else None), code=303)
    if not form.is_submitted() and "substitute" not in offer.can:
        return redirect(url_for("participant.confirmation"), code=303)
    html = render_template(
        "participant/substitute.html",
        form=form,
        registration=registration,
        offer=offer,
        meeting=registration.meeting,
        forwarded=forwarded,
    )
    return make_response(html, form.status)


@blueprint.route("/avboka", methods=["GET", "POST"])
def withdraw() -> Response | AnyResponse:
    """Gives back the seat, or the position on the waiting list."""
    registration: Registration = g.registration
    form, offer = Press(), offered_acts.of(registration, page.now())
    actor = acting()
    if carried_out(form, lambda: replies.withdraw(registration, page.now(), actor)):
        return redirect(url_for("participant.confirmation", klart="avbokad"), code=303)
    if not form.is_submitted() and "withdraw" not in offer.can:
        return redirect(url_for("participant.confirmation"), code=303)
    html = render_template(
        "participant/withdraw.html",
        form=form,
        registration=registration,
        offer=offer,
        meeting=registration.meeting,
    )
    return make_response(html, form.status)
