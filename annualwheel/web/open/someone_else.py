"""A forwarded link: somebody else at the organisation wants to come too.

The invitation that was forwarded does not change.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.participation import open_registration
from annualwheel.web import page, security
from annualwheel.web.acting import carried_out
from annualwheel.web.open import blueprint, landing
from annualwheel.web.open.registration import OwnDetailsForm, closed, details_form


@blueprint.route("/i/<token>/kollega", methods=["GET", "POST"])
def someone_else(token: str) -> Response | AnyResponse:
    """Asks for name, address and title, and mails them a link of their own."""
    registration = landing.registration_of(token)
    if registration is None:
        return landing.dead_link()
    meeting = registration.meeting
    if open_registration.why_closed(meeting, page.now()):
        return closed(meeting)
    form = details_form(OwnDetailsForm, meeting)

    def ask() -> None:
        who = form.applicant("forwarded:")
        open_registration.apply_beside(registration, who, security.client(), page.now())

    if carried_out(form, ask):
        done = url_for("open.applied", number=meeting.year.number, kind=meeting.kind)
        return redirect(done, code=303)
    html = render_template(
        "open/someone_else.html",
        registration=registration,
        meeting=meeting,
        form=form,
        back=url_for("open.landing", token=token),
    )
    return make_response(html, form.status)
