"""Diet and access needs: an optional step of its own.

What has been stated is not shown: a link can have been forwarded. The owner sees it among the own
details, after a freshly mailed link.
"""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import dates, jobs, needs
from annualwheel.models import Registration
from annualwheel.web import page
from annualwheel.web.forms import Press
from annualwheel.web.participant import blueprint
from annualwheel.web.participant.forms import NeedsForm, carried_out


@blueprint.route("/behov", methods=["GET", "POST"])
def own_needs() -> Response | AnyResponse:
    """The step: what is written is kept with the sentence that was consented to.

    An empty field leaves what was stated before.
    """
    registration: Registration = g.registration
    back = redirect(url_for("participant.confirmation"), code=303)
    if registration.state not in needs.SERVED:
        return back
    given, consent = needs.of(registration), consent_to(registration)
    stated = bool(given.diet or given.access)
    if not stated and is_read_too_late(registration):
        return back
    form = NeedsForm()
    form.consent.label.text = consent
    written = form.diet.data or form.access.data
    if form.accepted() and not written:
        return back

    def keep() -> None:
        diet, access = form.diet.data or given.diet, form.access.data or given.access
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
    """Takes the consent back: what was written is gone at once."""
    if Press().accepted():
        needs.forget(g.registration)
        jobs.commit()
        return redirect(url_for("participant.confirmation", klart="raderat"), code=303)
    return redirect(url_for("participant.own_needs"), code=303)


def is_read_too_late(registration: Registration) -> bool:
    """Whether the page is only opened, and needs can no longer be stated."""
    return request.method == "GET" and bool(needs.why_not(registration.meeting, page.now()))


def consent_to(registration: Registration) -> str:
    """The sentence that is consented to, with the day on which everything is erased."""
    day = dates.day(needs.erase_on(registration.meeting), page.language())
    sentence: str = _(
        "Jag samtycker till att uppgifterna används för att ordna specialkost och det jag behöver "
        "på plats. De raderas senast %(day)s, "
        "och jag kan radera dem själv när som helst.",
        day=day,
    )
    return sentence
