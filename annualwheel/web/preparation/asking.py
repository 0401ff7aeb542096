"""Asking to change an answer after the last day: a reason, and a coordinator decides."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from annualwheel.models import ChangeRequest, Submission
from annualwheel.preparation import reopening
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import BaseForm, Required, strip
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.steps import page_head

MOST = 1000


class AskForm(BaseForm):
    """Why the answer should be opened again."""

    reason = TextAreaField(
        _l("Vad behöver ändras, och varför?"),
        filters=[strip],
        validators=[
            Required(_l("Skriv vad som behöver ändras och varför")),
            Length(max=MOST, message=_l("Skriv högst 1 000 tecken")),
        ],
        description=_l("Det du skriver här läses av oss på regionen"),
    )


@blueprint.route("/be-om-att-andra", methods=["GET", "POST"])
def ask_to_change() -> Response:
    """Asks for the reason. Where nothing can be asked for, it leads to the hub, which says why."""
    submission, form = g.member.submission, AskForm()
    if carried_out(form, lambda: reopening.ask(g.member, form.reason.data, page.now())):
        return redirect(url_for("preparation.hub", bett=1), code=303)
    # A form that was sent is shown again, so that what was typed stays, whatever happened
    # meanwhile.
    if not form.is_submitted() and not _is_worth_asking(submission):
        return redirect(url_for("preparation.hub"), code=303)
    html = render_template("preparation/ask.html", form=form, most=MOST, **page_head(submission))
    return make_response(html, form.status)


def _is_worth_asking(submission: Submission) -> bool:
    """Whether the answer is closed to changes and nobody has asked to open it yet."""
    return reopening.may_ask(submission, page.now()) and not reopening.pending(submission)


@blueprint.context_processor
def _asked() -> dict[str, Any]:
    """Two functions for the pages that say whether the answer is open.

    They give what was asked for last, and whether there is anything to ask for now.
    """

    # Functions, so that only a page that shows it pays for the query.
    def change_request() -> ChangeRequest | None:
        return reopening.latest(g.member.submission)

    def may_ask() -> bool:
        return not g.member.scope and reopening.may_ask(g.member.submission, page.now())

    return {"change_request": change_request, "may_ask": may_ask}
