"""The page with everything we hold about a person, the same as a file, and the way to close it."""

from __future__ import annotations

import json

from flask import Response, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.access import personal_links
from annualwheel.models import Submission
from annualwheel.privacy import export, export_file, own_data
from annualwheel.questionnaires import published
from annualwheel.registrations.states import MAY_STATE_NEEDS
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.owner import blueprint
from annualwheel.web.parts import mail_names
from annualwheel.web.wording.decline_reasons import reason_words
from annualwheel.web.wording.staff_words import EVENT

DONE = ("rattat", "behov", "raderat", "begart")
SHOWN_MAILS = 20


@blueprint.get("/oversikt")
def overview() -> str:
    """Shows everything, in the order in which people ask for it (GDPR art. 15)."""
    held = export.of(g.person, page.language())
    done = request.args.get("klart", "")
    return render_template(
        "owner/overview.html",
        held=held,
        person=g.person,
        # The address may say any word; the page has sentences for these.
        done=done if done in DONE else "",
        asked=own_data.open_request(g.person),
        events=EVENT,
        served=MAY_STATE_NEEDS,
        mails=held.mails[:SHOWN_MAILS],
        mail_names=mail_names.mails(held.mails[:SHOWN_MAILS]),
        reasons=reason_words(),
        body_of=export.body_of,
        name_of=_name_of,
        closes=own_data.closes_at(session["own_data"]),
    )


def _name_of(submission: Submission) -> str:
    """What a questionnaire is called, "" where it need not be named."""
    name = published.name_of(submission)
    return name.to(page.language()) if name else ""


@blueprint.get("/fil")
def file() -> Response:
    """Gives the same as JSON. `export_file.as_json` says what its fields mean."""
    held = export.of(g.person, page.language())
    return Response(
        json.dumps(export_file.as_json(held, reason_words()), ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="mina-uppgifter.json"'},
    )


@blueprint.post("/stang")
def close() -> AnyResponse:
    """Closes the own details on this computer before the half hour is over."""
    if Press().accepted():
        # In the database too: a copy of the cookie must not live on.
        carry_out(lambda: personal_links.sign_out(own_data.opened(session["own_data"])))
        session.pop("own_data", None)
        return redirect(url_for("open.own_data_closed"), code=303)
    return redirect(url_for("owner.overview"), code=303)
