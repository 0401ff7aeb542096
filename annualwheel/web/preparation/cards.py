"""The cards of a group: added, removed and brought back, moved.

Each button can be undone. It sends what was typed on the page too, in the open card or in the
section's own questions, and that is saved before anything else happens.
"""

from __future__ import annotations

from flask import g, redirect, request
from werkzeug.wrappers import Response

from annualwheel.errors import Missing
from annualwheel.preparation import carry_over, items
from annualwheel.questionnaires import published
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.preparation import blueprint, sections
from annualwheel.web.preparation.steps import Step, find

MOVES = {"up": -1, "down": 1}


@blueprint.post("/<section>/lagg-till")
def add(section: str) -> Response:
    """Adds an empty card and opens it."""
    submission = g.member.submission
    step, _after = find(published.asked_of(submission), section, None)
    if answer := _instead(step.url(), step):
        return answer
    item = carry_out(lambda: items.add(submission, section, page.now()))
    return redirect(step.url(redigera=item.public_id, _anchor="kort"), code=303)


@blueprint.post("/<section>/forra-aret/<earlier>")
def carry(section: str, earlier: str) -> Response:
    """Notes what became of an initiative of the year before.

    It goes on (`still`), has changed (`changed`) or has ended (`ended`).
    """
    submission = g.member.submission
    step, _after = find(published.asked_of(submission), section, None)
    if answer := _instead(step.url(), step):
        return answer
    way, person = page.pressed("way"), g.member.person
    item = carry_out(
        lambda: carry_over.carry(submission, earlier, way, person, page.now(), section)
    )
    if item.carried == "changed":
        return redirect(step.url(redigera=item.public_id, _anchor="kort"), code=303)
    return redirect(step.url(sagt=item.public_id), code=303)


@blueprint.post("/kort/<item>/ta-tillbaka")
def take_back(item: str) -> Response:
    """Takes back what was said about an initiative of the year before: it is offered again."""
    step = _step(item)
    back = step.url(_anchor="forra-aret")
    if answer := _instead(back, step):
        return answer
    carry_out(lambda: items.remove(g.member.submission, item, g.member.person, page.now()))
    return redirect(back, code=303)


@blueprint.post("/kort/<item>/ta-bort")
def remove(item: str) -> Response:
    """Removes the card; the page that follows offers to undo it."""
    step = _step(item)
    if answer := _instead(step.url(), step, leaving=item):
        return answer
    carry_out(lambda: items.remove(g.member.submission, item, g.member.person, page.now()))
    # Undone, the card is open or folded as it was.
    was_open = 1 if request.args.get("redigera") == item else None
    return redirect(step.url(borttaget=item, oppet=was_open), code=303)


@blueprint.post("/kort/<item>/angra")
def restore(item: str) -> Response:
    """Brings a removed card back, open where it was open."""
    step = _step(item)
    if answer := _instead(step.url(borttaget=item), step):
        return answer
    carry_out(lambda: items.restore(g.member.submission, item, page.now()))
    if "oppet" in request.args:
        return redirect(step.url(redigera=item, _anchor="kort"), code=303)
    return redirect(step.url(klart=item), code=303)


@blueprint.post("/kort/<item>/flytta")
def move(item: str) -> Response:
    """Moves the card one step up or down; the page that follows says where it stands."""
    step, way = _step(item), page.pressed("act")
    if answer := _instead(step.url(), step):
        return answer
    # Zero steps leave the card where it is: the form could say anything.
    by = MOVES.get(way, 0)
    carry_out(lambda: items.move(g.member.submission, item, by, page.now()))
    return redirect(step.url(flyttat=item, at=way if by else None), code=303)


def _instead(back: str, step: Step, leaving: str = "") -> Response | None:
    """The answer that takes the place of the act on the page `step`, None when the act may go on.

    It is the page with what was typed when that could not be saved, or the way back when the page
    was too old. `leaving`: a card that is about to be removed (see `save_typed`).
    """
    # Without a script nothing else would save it: the buttons belong to the form that is filled in
    # on the page, the open card's or that of the section's own questions.
    if "redigera" in request.args or "fragor" in request.args:
        definition = published.asked_of(g.member.submission)
        answer = sections.save_typed(*find(definition, *step.keys), leaving)
        if answer:
            return answer
    # Checked here too: where nothing is filled in, no other form has looked at the token.
    return None if Press().accepted() else redirect(back, code=303)


def _step(item: str) -> Step:
    """The page of the group that a card belongs to.

    For a card that is not kept any more it is the page of the card that is open, so that what was
    typed there is saved before the press is refused.
    """
    submission = g.member.submission
    try:
        section = items.section_of(submission, item)
    except Missing:
        section = items.section_of(submission, request.args.get("redigera", ""))
    step, _after = find(published.asked_of(submission), section.key, None)
    return step
