"""Diet and access needs: an optional step of its own.

The page does not show what has been stated, since the link may have been forwarded. Its owner sees
it among the own details, after a freshly mailed link.
"""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.models import Registration
from annualwheel.registrations import needs
from annualwheel.registrations.states import MAY_STATE_NEEDS
from annualwheel.web import page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.forms import Press
from annualwheel.web.participant import blueprint
from annualwheel.web.parts.needs_form import NeedsForm, consent_to, is_read_too_late


@blueprint.route("/behov", methods=["GET", "POST"])
def own_needs() -> Response | AnyResponse:
    """Keeps what is written together with the sentence that the person consented to.

    An empty field leaves what was stated before.
    """
    registration: Registration = g.registration
    back = redirect(url_for("participant.confirmation"), code=303)
    if registration.state not in MAY_STATE_NEEDS:
        return back
    consent, given = consent_to(registration), needs.of(registration)
    stated = bool(given.diet or given.access)
    if not stated and is_read_too_late(registration):
        return back
    # Without the stated values: whoever has the link would read somebody's diet or disability.
    form = NeedsForm()
    form.consent.label.text = consent
    written = form.diet.data or form.access.data
    if form.accepted() and not written:
        return back

    def keep() -> None:
        # Read in the act: something may have been stated while the page was open.
        before = needs.of(registration)
        diet, access = form.diet.data or before.diet, form.access.data or before.access
        needs.state(registration, diet, access, consent, page.now())

    if carried_out(form, keep):
        return redirect(url_for("participant.confirmation", klart="behov"), code=303)
    html = render_template(
        "participant/needs.html",
        form=form,
        registration=registration,
        erase=Press(formdata=None),
        stated=stated,
        meeting=registration.meeting,
    )
    return make_response(html, form.status)


@blueprint.post("/behov/radera")
def erase_needs() -> AnyResponse:
    """Takes the consent back, which erases what was written at once (GDPR art. 7.3)."""
    if Press().accepted():
        carry_out(lambda: needs.forget(g.registration))
        return redirect(url_for("participant.confirmation", klart="raderat"), code=303)
    return redirect(url_for("participant.own_needs"), code=303)
