"""The cards of a group: added, removed and brought back, moved. Each is a press of its own, and each can be undone."""
from __future__ import annotations

from flask import g, redirect, request
from werkzeug.wrappers import Response

from annualwheel import jobs
from annualwheel.errors import Refused
from annualwheel.questionnaires import carried, items, published
from annualwheel.web import page
from annualwheel.web.forms import Press
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.steps import Step, find, steps

MOVES = {"up": -1, "down": 1}


@blueprint.post("/<section>/lagg-till")
def add(section: str) -> Response:
    """Adds an empty card and opens it."""
    submission = g.member.submission
    step, _after = find(published.definition_of(submission.questionnaire), section, None)
    if not Press().accepted():
        return redirect(step.url(), code=303)
    item = items.add(submission, section, page.now())
    jobs.commit()
    return redirect(step.url(redigera=item.public_id, _anchor="kort"), code=303)


@blueprint.post("/<section>/forra-aret/<earlier>")
def carry(section: str, earlier: str) -> Response:
    """Says that an initiative of the year before goes on (`still`), has changed (`changed`) or has ended (`ended`)."""
    submission = g.member.submission
    step, _after = find(published.definition_of(submission.questionnaire), section, None)
    if not Press().accepted():
        return redirect(step.url(), code=303)
    item = carried.carry(submission, earlier, page.pressed("way"), g.member.person, page.now())
    jobs.commit()
    if item.carried == "changed":
        return redirect(step.url(redigera=item.public_id, _anchor="kort"), code=303)
    return redirect(step.url(sagt=item.public_id), code=303)


@blueprint.post("/kort/<item>/ta-tillbaka")
def take_back(item: str) -> Response:
    """Takes back what was said about an initiative of the year before: it lies among them again."""
    if Press().accepted():
        items.remove(g.member.submission, item, g.member.person, page.now())
        jobs.commit()
    return redirect(_step().url(_anchor="forra-aret"), code=303)


@blueprint.post("/kort/<item>/ta-bort")
def remove(item: str) -> Response:
    """Takes the card away; the page that follows offers to undo it."""
    if not Press().accepted():
        return redirect(_step().url(), code=303)
    items.remove(g.member.submission, item, g.member.person, page.now())
    jobs.commit()
    return redirect(_step().url(borttaget=item), code=303)


@blueprint.post("/kort/<item>/angra")
def restore(item: str) -> Response:
    """Brings a removed card back and opens it."""
    if not Press().accepted():
        return redirect(_step().url(borttaget=item), code=303)
    items.restore(g.member.submission, item, page.now())
    jobs.commit()
    return redirect(_step().url(redigera=item, _anchor="kort"), code=303)


@blueprint.post("/kort/<item>/flytta")
def move(item: str) -> Response:
    """Moves the card one place up or down."""
    if Press().accepted():
        items.move(g.member.submission, item, MOVES.get(request.form.get("to", ""), 0), page.now())
        jobs.commit()
    return redirect(_step().url(flyttat=item), code=303)


def _step() -> Step:
    """The page of the group."""
    definition = published.definition_of(g.member.submission.questionnaire)
    for step in steps(definition):
        if step.section.group:
            return step
    raise Refused("no_section")
