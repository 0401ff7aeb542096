"""*Din kalender*: the address a calendar subscribes to.

How that is done, and a new address for one that has come astray. By the link of a registration and
by the link of a preparation.
"""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel import audit
from annualwheel.models import Person
from annualwheel.participation import calendar_feed
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import Press


def show(person: Person, back: tuple[str, str]) -> Response:
    """The page; `back` is a text and where it leads.

    The button gives a new address, and the old one is dead.
    """
    form = Press()
    if carried_out(
        form, lambda: calendar_feed.renew(person, page.now(), audit.participant(person.id))
    ):
        return redirect(url_for(request.endpoint or "", klart="ny"), code=303)
    address = services().link_signer.url(calendar_feed.target(person))
    html = render_template(
        "calendar/subscription.html",
        back_to=back,
        form=form,
        address=address,
        renewed=request.args.get("klart") == "ny",
        webcal=f"webcal://{address.partition('://')[2]}",
    )
    return make_response(html, form.status)
