"""The review of the whole answer, its submission, and the receipt."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel.cycle import years
from annualwheel.errors import Refused
from annualwheel.preparation import deadline, drafts, notices, submission
from annualwheel.preparation.drafts import Draft
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Definition
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.preparation import blueprint, overview
from annualwheel.web.preparation.steps import page_head


@blueprint.get("/granska")
def review() -> Response:
    """Shows the answer as it would be submitted, what stops it and what is missing."""
    if not deadline.is_open(g.member.submission, page.now(), years.GRACE):
        return redirect(url_for("preparation.hub"), code=303)
    definition, draft = _answer()
    return _page(definition, draft, Press(formdata=None))


@blueprint.post("/granska")
def submit() -> Response:
    """Submits the answer that was reviewed.

    When a colleague has changed it meanwhile, the page shows it once more. After the last day and
    its grace nothing is submitted.
    """
    deadline.require_open(g.member.submission, page.now())
    form = Press()
    if not form.accepted():
        return _page(*_answer(), form, form.status)
    # The mark of what the page showed, so that nobody submits a text they have not seen.
    seen = request.form.get("seen", "")
    try:
        carry_out(lambda: submission.submit(g.member, page.now(), seen, page.language()))
    except Refused:
        # Read after the act was undone: it holds what a colleague has saved.
        definition, draft = _answer()
        blocking = overview.blocking_gaps(definition, draft)
        return _page(definition, draft, form, 422 if blocking else 409)
    return redirect(url_for("preparation.receipt"), code=303)


@blueprint.get("/inskickat")
def receipt() -> Response:
    """Says what was submitted, when and by whom, and how to change it."""
    version = submission.latest(g.member.submission)
    if version is None:
        return redirect(url_for("preparation.hub"), code=303)
    html = render_template(
        "preparation/receipt.html",
        version=version,
        receipts=notices.receipts_of(version),
        me=g.member,
        **page_head(g.member.submission),
    )
    return make_response(html)


def _answer() -> tuple[Definition, Draft]:
    submission_of = g.member.submission
    return published.asked_of(submission_of), drafts.load(submission_of)


def _page(definition: Definition, draft: Draft, form: Press, status: int = 200) -> Response:
    parts, blocking = overview.reviewed(definition, draft)
    html = render_template(
        "preparation/review.html",
        form=form,
        parts=parts,
        blocking=blocking,
        # An answer that blocks may hold what no version can: `content_of` would raise.
        seen="" if blocking else _mark(definition, draft),
        # The switch of language sends the form too, and is no press on *Skicka in*.
        pressed=request.method == "POST" and not g.language_only,
        status=status,
        form_errors=status == 422,
        **page_head(g.member.submission),
    )
    return make_response(html, status)


def _mark(definition: Definition, draft: Draft) -> str:
    return submission.mark(submission.content_of(definition, draft))
