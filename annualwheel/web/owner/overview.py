"""The page with everything we hold, the same as a file, and the button that closes it."""

from __future__ import annotations

import json

from flask import Response, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import extracts, needs, own_data
from annualwheel.registrations.states import HAS_ENTRY
from annualwheel.web import page
from annualwheel.web.coordinator.wording import EVENT
from annualwheel.web.forms import Press
from annualwheel.web.owner import blueprint
from annualwheel.web.participant.forms import reason_words

DONE = ("rattat", "behov", "raderat", "begart")
SHOWN_MAILS = 20


@blueprint.get("/oversikt")
def overview() -> str:
    """Everything, in the order people ask for it."""
    held = extracts.of(g.person, page.language())
    done = request.args.get("klart", "")
    return render_template(
        "owner/overview.html",
        held=held,
        person=g.person,
        done=done if done in DONE else "",
        asked=own_data.open_request(g.person),
        events=EVENT,
        served=needs.SERVED,
        coming=HAS_ENTRY,
        shown_mails=SHOWN_MAILS,
        reasons=reason_words(),
        body_of=extracts.body_of,
        closes=own_data.closes_at(session["own_data"]),
    )


@blueprint.get("/fil")
def file() -> Response:
    """The same as JSON; what its fields mean is said in `extracts.as_json`."""
    held = extracts.of(g.person, page.language())
    return Response(
        json.dumps(extracts.as_json(held, reason_words()), ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="mina-uppgifter.json"'},
    )


@blueprint.post("/stang")
def close() -> AnyResponse:
    """Closes the page on this computer before its time is up."""
    if Press().accepted():
        session.pop("own_data", None)
        return redirect(url_for("open.own_data_closed"), code=303)
    return redirect(url_for("owner.overview"), code=303)
