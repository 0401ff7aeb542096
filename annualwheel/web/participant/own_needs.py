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
    if registration.state not in needs.SERVED:
        return redirect(url_for("participant.confirmation"), code=303)
    given, consent = needs.of(registration), consent_to(registration)
    if (
        request.method == "GET"
        and needs.why_not(registration.meeting, page.now())
        and not (given.diet or given.access)
    ):
        return redirect(url_for("participant.confirmation"), code=303)
    form = NeedsForm()
    form.consent.label.text = consent
    if form.accepted() and not (form.diet.data or form.access.data):
        return redirect(url_for("participant.confirmation"), code=303)
    if carried_out(
        form,
        lambda: needs.state(
            registration,
            form.diet.data or given.diet,
            form.access.data or given.access,
            consent,
            page.now(),
        ),
    ):
        return redirect(url_for("participant.confirmation", klart="behov"), code=303)
    return make_response(
        render_template(
            "participant/needs.html",
            form=form,
            registration=registration,
            erase=Press(formdata=None),
            stated=bool(given.diet or given.access),
            meeting=registration.meeting,
        ),
        form.status,
    )


@blueprint.post("/behov/radera")
def erase_needs() -> AnyResponse:
    """Takes the consent back: what was written is gone at once."""
    if Press().accepted():
        needs.forget(g.registration)
        jobs.commit()
        return redirect(url_for("participant.confirmation", klart="raderat"), code=303)
    return redirect(url_for("participant.own_needs"), code=303)


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
