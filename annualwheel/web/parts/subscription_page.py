"""*Din kalender*: the address that a calendar program subscribes to.

The page says how to subscribe, and gives a new address for one that others have got. It opens by
the link of a registration and by the link of a preparation.
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
    """Makes the page. `back` is a text and the address that it leads to.

    The button makes a new address, and the old one is dead.
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
        # Programs that know `webcal:` subscribe at a press; with `https:` most would import once.
        webcal=f"webcal://{address.partition('://')[2]}",
    )
    return make_response(html, form.status)
