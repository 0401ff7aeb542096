"""The answer to an invitation: yes, with the details, or no, with one more press."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.models import Registration
from annualwheel.participation import replies
from annualwheel.web import page, session_links
from annualwheel.web.acting import carried_out
from annualwheel.web.participant import acting, blueprint
from annualwheel.web.participant.forms import DeclineForm, registration_form
from annualwheel.web.parts import offered_acts


@blueprint.route("/anmal", methods=["GET", "POST"])
def register() -> Response | AnyResponse:
    """Registers, says yes to a new day, or changes the details of a registration.

    The same press twice shows the same page.
    """
    registration: Registration = g.registration
    form = registration_form(registration, request.args.get("satt", ""))
    offer = offered_acts.of(registration, page.now())
    actor = acting()
    # Noted before the act, to tell whether anything was changed: nobody is told of a mail that is
    # not sent.
    state, stood = registration.state, replies.stands(registration)
    outcome = carried_out(
        form, lambda: replies.register(registration, form.reply(), page.now(), actor)
    )
    if outcome:
        # A new address has raised the link's version: without this the person would be out.
        session_links.note("registration", registration)
        done = "andrad" if replies.stands(registration) != stood else None
        if registration.state != state:
            done = "anmald"
        return redirect(url_for("participant.confirmation", klart=done), code=303)
    if not form.is_submitted() and not offer.can & {"register", "change"}:
        return redirect(url_for("participant.confirmation"), code=303)
    # Somebody who got the mail forwarded has written themselves into it: they are offered to come
    # as a substitute instead.
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
    """Says no, with an optional reason, after one more press.

    Some mail scanners press the first button that they find, so that press decides nothing.
    """
    registration: Registration = g.registration
    form, offer = DeclineForm(), offered_acts.of(registration, page.now())
    actor = acting()
    if carried_out(form, lambda: replies.decline(registration, form.chosen(), page.now(), actor)):
        return redirect(url_for("participant.confirmation", klart="nej"), code=303)
    # An offered seat is answered by buttons of its own (`waiting`).
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
