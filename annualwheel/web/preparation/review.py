"""Looking over the whole answer, submitting it, and the receipt."""

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
    """The answer as it would be submitted, what stops it and what is missing."""
    if not deadline.is_open(g.member.submission, page.now(), years.GRACE):
        return redirect(url_for("preparation.hub"), code=303)
    definition, draft = _answer()
    return _page(definition, draft, Press(formdata=None))


@blueprint.post("/granska")
def submit() -> Response:
    """Submits what was looked over.

    An answer that a colleague has changed meanwhile is shown once more; after the last day and its
    grace nothing is submitted, whatever stands in it.
    """
    deadline.require_open(g.member.submission, page.now())
    form = Press()
    if not form.accepted():
        return _page(*_answer(), form, form.status)
    seen = request.form.get("seen", "")
    try:
        carry_out(lambda: submission.submit(g.member, page.now(), seen, page.language()))
    except Refused:
        definition, draft = _answer()
        blocking, _missing = overview.gaps(definition, draft)
        return _page(definition, draft, form, 422 if blocking else 409)
    return redirect(url_for("preparation.receipt"), code=303)


@blueprint.get("/inskickat")
def receipt() -> Response:
    """What was submitted when and by whom, and how to change it."""
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
    blocking, missing = overview.gaps(definition, draft)
    html = render_template(
        "preparation/review.html",
        form=form,
        blocks=overview.blocks(definition, draft),
        blocking=blocking,
        missing=missing,
        seen="" if blocking else _mark(definition, draft),
        pressed=request.method == "POST" and not g.language_only,
        status=status,
        form_errors=status == 422,
        **page_head(g.member.submission),
    )
    return make_response(html, status)


def _mark(definition: Definition, draft: Draft) -> str:
    return submission.mark(submission.content_of(definition, draft))
