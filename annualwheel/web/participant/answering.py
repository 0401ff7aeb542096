"""Yes, with the details; no, with one more press."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.models import Registration
from annualwheel.participation import replies
from annualwheel.web import page, session_links
from annualwheel.web.acting import carried_out
from annualwheel.web.participant import blueprint
from annualwheel.web.participant.forms import DeclineForm, registration_form
from annualwheel.web.parts import offered_acts


@blueprint.route("/anmal", methods=["GET", "POST"])
def register() -> Response | AnyResponse:
    """The form: registers, says yes to a new day, or changes the details of what stands.

    The same press twice shows the same page.
    """
    registration: Registration = g.registration
    form = registration_form(registration, request.args.get("satt", ""))
    offer = offered_acts.of(registration, page.now())
    actor = audit.participant(registration.person_id)
    state, stood = registration.state, replies.stands(registration)
    outcome = carried_out(
        form, lambda: replies.register(registration, form.reply(), page.now(), actor)
    )
    if outcome:
        session_links.note("registration", registration.public_id, registration.link_version)
        done = "andrad" if replies.stands(registration) != stood else None
        if registration.state != state:
            done = "anmald"
        return redirect(url_for("participant.confirmation", klart=done), code=303)
    if not form.is_submitted() and not offer.can & {"register", "change"}:
        return redirect(url_for("participant.confirmation"), code=303)
    another = outcome.refusal is not None and replies.names_another(registration, form.reply())
    html = render_template(
        "participant/register.html",
        form=form,
        registration=registration,
        offer=offer,
        another=another,
        meeting=registration.meeting,
    )
    return make_response(html, form.status)


@blueprint.route("/nej", methods=["GET", "POST"])
def decline() -> Response | AnyResponse:
    """No: an optional reason, and one more press, as a mail scanner may have pressed the first."""
    registration: Registration = g.registration
    form, offer = DeclineForm(), offered_acts.of(registration, page.now())
    actor = audit.participant(registration.person_id)
    if carried_out(form, lambda: replies.decline(registration, form.chosen(), page.now(), actor)):
        return redirect(url_for("participant.confirmation", klart="nej"), code=303)
    if not form.is_submitted() and ("decline" not in offer.can or registration.state == "offered"):
        return redirect(url_for("participant.confirmation"), code=303)
    html = render_template(
        "participant/decline.html",
        form=form,
        registration=registration,
        offer=offer,
        meeting=registration.meeting,
    )
    return make_response(html, form.status)
