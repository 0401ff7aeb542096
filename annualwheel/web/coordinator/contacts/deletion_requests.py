"""Requests to be erased: what would be erased, and the two answers."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import TextAreaField
from wtforms.validators import Length

from annualwheel import audit
from annualwheel.models import DeletionRequest
from annualwheel.privacy import erasure
from annualwheel.web import page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.forms import BaseForm, Press, Required, strip

# GDPR art. 12.3: without undue delay and within one month.
DUE = dt.timedelta(days=30)
ANSWERED = 50


class AnswerForm(BaseForm):
    """The reason for saying no."""

    text = TextAreaField(
        _l("Vårt svar"),
        [
            Required(_l("Skriv varför uppgifterna inte raderas")),
            Length(max=2000, message=_l("Skriv högst 2 000 tecken")),
        ],
        filters=[strip],
        description=_l("Står i mejlet. Skriv med vilket stöd uppgifterna finns kvar"),
    )


@blueprint.get("/personer/radering")
def deletion_requests() -> str:
    """Lists the requests that wait and those that have been answered."""
    return render_template(
        "coordinator/deletion_requests.html",
        active="people",
        waiting=erasure.waiting(),
        answered=erasure.answered(ANSWERED),
        due=DUE,
    )


@blueprint.get("/personer/radering/<public_id>")
def deletion_request(public_id: str) -> AnyResponse:
    """Shows one request and what erasing would do."""
    return _shown(erasure.by_public_id(public_id), AnswerForm(formdata=None))


@blueprint.post("/personer/radering/<public_id>/radera")
def erase_person(public_id: str) -> AnyResponse:
    """Erases the person for good."""
    request = erasure.by_public_id(public_id)
    if Press().accepted():
        done = carry_out(lambda: erasure.erase(request, page.now(), audit.staff(g.staff.id)))
        return _done(request, done, _("Personens uppgifter är raderade."))
    return redirect(url_for("coordinator.deletion_request", public_id=public_id), code=303)


@blueprint.post("/personer/radering/<public_id>/svara")
def refuse_deletion(public_id: str) -> AnyResponse:
    """Says no, with a text that is mailed."""
    request, form = erasure.by_public_id(public_id), AnswerForm()
    outcome = carried_out(
        form,
        lambda: erasure.refuse(request, form.text.data, page.now(), audit.staff(g.staff.id)),
    )
    if outcome:
        return _done(request, outcome.result, _("Svaret är på väg."))
    return _shown(request, form)


def _done(request: DeletionRequest, done: bool, said: str) -> AnyResponse:
    # Two coordinators may answer the same request; the second press changes nothing and says so.
    flash(said if done else _("Begäran var redan besvarad. Inget är ändrat."))
    return redirect(url_for("coordinator.deletion_request", public_id=request.public_id), code=303)


def _shown(request: DeletionRequest, form: AnswerForm) -> AnyResponse:
    # Only a request that waits: after an answer nothing is going to be erased.
    then = erasure.consequences(request.person, page.now()) if request.state == "asked" else None
    html = render_template(
        "coordinator/deletion_request.html",
        active="people",
        asked=request,
        then=then,
        form=form,
        due=DUE,
    )
    return make_response(html, form.status)
