"""Diet and access needs of a person's registrations, shown to the person alone."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.privacy import own_data
from annualwheel.registrations import needs
from annualwheel.registrations.states import MAY_STATE_NEEDS
from annualwheel.web import page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.forms import Press
from annualwheel.web.owner import blueprint
from annualwheel.web.parts.needs_form import NeedsForm, consent_to, is_read_too_late


@blueprint.route("/behov/<public_id>", methods=["GET", "POST"])
def stated_needs(public_id: str) -> Response | AnyResponse:
    """The same step as that of the registration, but it shows what is stated now."""
    registration = own_data.registration_of(g.person, public_id)
    back = redirect(url_for("owner.overview"), code=303)
    if registration.state not in MAY_STATE_NEEDS:
        return back
    given, consent = needs.of(registration), consent_to(registration)
    stated = bool(given.diet or given.access)
    # Needs that nobody would read in time are not collected; those that are stated can be
    # corrected.
    if not stated and is_read_too_late(registration):
        return back
    form = NeedsForm(data={"diet": given.diet, "access": given.access})
    form.consent.label.text = consent

    def keep() -> None:
        needs.state(registration, form.diet.data, form.access.data, consent, page.now())

    if carried_out(form, keep):
        return redirect(url_for("owner.overview", klart="behov"), code=303)
    html = render_template(
        "owner/needs.html",
        form=form,
        registration=registration,
        meeting=registration.meeting,
        stated=stated,
    )
    return make_response(html, form.status)


@blueprint.post("/behov/<public_id>/radera")
def erase_stated_needs(public_id: str) -> AnyResponse:
    """Takes the consent back, which erases what was written at once (GDPR art. 7.3)."""
    registration = own_data.registration_of(g.person, public_id)
    if Press().accepted():
        carry_out(lambda: needs.forget(registration))
        return redirect(url_for("owner.overview", klart="raderat"), code=303)
    return redirect(url_for("owner.stated_needs", public_id=public_id), code=303)
