"""The cards of a group: added, removed and brought back, moved.

Each is a press of its own, and each can be undone. What was typed in the card that is open comes
along with the press, and is saved before anything else.
"""

from __future__ import annotations

from flask import g, redirect, request
from werkzeug.wrappers import Response

from annualwheel.errors import Refused
from annualwheel.preparation import carry_over, items
from annualwheel.questionnaires import published
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.preparation import blueprint, sections
from annualwheel.web.preparation.steps import Step, find, steps

MOVES = {"up": -1, "down": 1}


@blueprint.post("/<section>/lagg-till")
def add(section: str) -> Response:
    """Adds an empty card and opens it."""
    submission = g.member.submission
    step, _after = find(published.definition_of(submission.questionnaire), section, None)
    if answer := _instead(step.url()):
        return answer
    item = carry_out(lambda: items.add(submission, section, page.now()))
    return redirect(step.url(redigera=item.public_id, _anchor="kort"), code=303)


@blueprint.post("/<section>/forra-aret/<earlier>")
def carry(section: str, earlier: str) -> Response:
    """Says what became of an initiative of the year before.

    It goes on (`still`), has changed (`changed`) or has ended (`ended`).
    """
    submission = g.member.submission
    step, _after = find(published.definition_of(submission.questionnaire), section, None)
    if not Press().accepted():
        return redirect(step.url(), code=303)
    way, person = page.pressed("way"), g.member.person
    item = carry_out(lambda: carry_over.carry(submission, earlier, way, person, page.now()))
    if item.carried == "changed":
        return redirect(step.url(redigera=item.public_id, _anchor="kort"), code=303)
    return redirect(step.url(sagt=item.public_id), code=303)


@blueprint.post("/kort/<item>/ta-tillbaka")
def take_back(item: str) -> Response:
    """Takes back what was said about an initiative of the year before: it lies among them again."""
    back = _step()[0].url(_anchor="forra-aret")
    if answer := _instead(back):
        return answer
    carry_out(lambda: items.remove(g.member.submission, item, g.member.person, page.now()))
    return redirect(back, code=303)


@blueprint.post("/kort/<item>/ta-bort")
def remove(item: str) -> Response:
    """Takes the card away; the page that follows offers to undo it."""
    if answer := _instead(_step()[0].url(), item):
        return answer
    carry_out(lambda: items.remove(g.member.submission, item, g.member.person, page.now()))
    return redirect(_step()[0].url(borttaget=item), code=303)


@blueprint.post("/kort/<item>/angra")
def restore(item: str) -> Response:
    """Brings a removed card back and opens it."""
    if answer := _instead(_step()[0].url(borttaget=item)):
        return answer
    carry_out(lambda: items.restore(g.member.submission, item, page.now()))
    return redirect(_step()[0].url(redigera=item, _anchor="kort"), code=303)


@blueprint.post("/kort/<item>/flytta")
def move(item: str) -> Response:
    """Moves the card one place up or down."""
    back = _step()[0].url(flyttat=item)
    if answer := _instead(back):
        return answer
    by = MOVES.get(page.pressed("act"), 0)
    carry_out(lambda: items.move(g.member.submission, item, by, page.now()))
    return redirect(back, code=303)


def _instead(back: str, leaving: str = "") -> Response | None:
    """What to answer instead of acting.

    The page with what was typed when that could not be saved, or back when the page was too old.
    `leaving`: a card that is about to go (see `save_typed`).
    """
    if "redigera" in request.args:
        answer = sections.save_typed(*_step(), leaving)
        if answer:
            return answer
    return None if Press().accepted() else redirect(back, code=303)


def _step() -> tuple[Step, Step | None]:
    """The page of the group, and the one after it."""
    definition = published.definition_of(g.member.submission.questionnaire)
    for step in steps(definition):
        if step.section.group:
            return find(definition, step.section.key, None)
    raise Refused("no_section")
