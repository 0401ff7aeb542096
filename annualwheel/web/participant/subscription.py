"""*Din kalender*: the address a calendar subscribes to, how that is done, and a new address for one that has come astray."""
from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit, feed
from annualwheel.house import house
from annualwheel.models import Registration
from annualwheel.web import page
from annualwheel.web.forms import Press
from annualwheel.web.participant import blueprint
from annualwheel.web.participant.forms import carried_out


@blueprint.route("/kalender", methods=["GET", "POST"])
def subscription() -> Response | AnyResponse:
    """The address and the way into Outlook, Google and Apple; the button gives a new address, and the old one is dead."""
    registration: Registration = g.registration
    person, form = registration.person, Press()
    if carried_out(form, lambda: feed.renew(person, page.now(), audit.participant(person.id))):
        return redirect(url_for("participant.subscription", klart="ny"), code=303)
    address = house().signet.url(feed.target(person))
    return make_response(render_template(
        "participant/subscription.html", registration=registration, form=form, address=address, renewed=request.args.get("klart") == "ny",
        webcal=f"webcal://{address.partition('://')[2]}"), form.status)
