"""Diet and access needs of any of one's registrations, shown to their owner."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import jobs, needs, own_data
from annualwheel.web import page
from annualwheel.web.forms import Press
from annualwheel.web.owner import blueprint
from annualwheel.web.participant.forms import NeedsForm, carried_out
from annualwheel.web.participant.own_needs import consent_to


@blueprint.route("/behov/<public_id>", methods=["GET", "POST"])
def stated_needs(public_id: str) -> Response | AnyResponse:
    """The same step as the registration's own, with what is stated now."""
    registration = own_data.registration_of(g.person, public_id)
    if registration.state not in needs.SERVED:
        return redirect(url_for("owner.overview"), code=303)
    given, consent = needs.of(registration), consent_to(registration)
    if (
        request.method == "GET"
        and needs.why_not(registration.meeting, page.now())
        and not (given.diet or given.access)
    ):
        return redirect(url_for("owner.overview"), code=303)
    form = NeedsForm(data={"diet": given.diet, "access": given.access})
    form.consent.label.text = consent
    if carried_out(
        form,
        lambda: needs.state(registration, form.diet.data, form.access.data, consent, page.now()),
    ):
        return redirect(url_for("owner.overview", klart="behov"), code=303)
    return make_response(
        render_template(
            "owner/needs.html",
            form=form,
            registration=registration,
            meeting=registration.meeting,
            stated=bool(given.diet or given.access),
        ),
        form.status,
    )


@blueprint.post("/behov/<public_id>/radera")
def erase_stated_needs(public_id: str) -> AnyResponse:
    """Takes the consent back: what was written is gone at once."""
    registration = own_data.registration_of(g.person, public_id)
    if Press().accepted():
        needs.forget(registration)
        jobs.commit()
        return redirect(url_for("owner.overview", klart="raderat"), code=303)
    return redirect(url_for("owner.stated_needs", public_id=public_id), code=303)
