"""The pages one writes on: a section, a theme of it, and one open card of its group."""
from __future__ import annotations

from dataclasses import dataclass

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel import jobs
from annualwheel.errors import Closed, Missing
from annualwheel.models import Submission
from annualwheel.questionnaires import answers, deadline, drafts, items, published
from annualwheel.questionnaires.definition import Definition, Question
from annualwheel.questionnaires.drafts import Draft, Place
from annualwheel.web import page
from annualwheel.web.preparation import blueprint, sheets
from annualwheel.web.preparation.overview import Card, card_of
from annualwheel.web.preparation.sheets import Sheet
from annualwheel.web.preparation.steps import Step, find, standing


@dataclass
class Desk:
    """What lies in front of the person: the step, the sheet for its own questions, the cards, and the sheet of the open card."""

    submission: Submission
    definition: Definition
    draft: Draft
    step: Step
    after: Step | None
    own: Sheet | None = None
    cards: list[Card] | None = None
    open_card: Place | None = None
    sheet: Sheet | None = None

    @property
    def sent(self) -> Sheet:
        """The sheet a posted form belongs to. Raises `Missing` when the page has none."""
        found = self.sheet or self.own
        if found is None:
            raise Missing("no_section")
        return found

    @property
    def url(self) -> str:
        """Where this page's form is sent to, and where one comes back to."""
        return self.step.url(redigera=self.open_card.public_id) if self.open_card else self.step.url()


@blueprint.route("/<section>", methods=["GET", "POST"])
@blueprint.route("/<section>/<theme>", methods=["GET", "POST"])
def section(section: str, theme: str | None = None) -> str | Response:
    """A page of questions. The card named by `redigera` is open; the others are folded."""
    submission = g.member.submission
    definition = published.definition_of(submission.questionnaire)
    step, after = find(definition, section, theme)
    if request.method == "GET" and not deadline.is_open(submission, page.now()):
        return redirect(url_for("preparation.hub"), code=303)
    try:
        desk = _desk(Desk(submission, definition, drafts.load(submission), step, after))
        return _page(desk) if request.method == "GET" else _sent(desk)
    except (Closed, Missing) as error:
        if request.method == "GET":
            raise
        return _kept(step, definition, error)


def _desk(desk: Desk) -> Desk:
    """Lays out the page; the posted form is the open card's when the address names one, else the page's own."""
    group, root, chosen = desk.step.section.group, desk.draft.filled.root, request.args.get("redigera")
    posted = request.method == "POST"
    asked = _own_questions(desk.step, desk.draft)
    if asked:
        desk.own = sheets.build(asked, desk.draft.place(desk.step.part), root, posted and not chosen)
    if group is None:
        return desk
    desk.cards = [card_of(group, number, card, root, desk.draft) for number, card in enumerate(desk.draft.cards, 1)]
    desk.open_card = next((card for card in desk.draft.cards if card.public_id == chosen), None)
    if chosen and desk.open_card is None:
        raise Missing("item_removed")
    if desk.open_card:
        desk.sheet = sheets.build(group.questions, desk.open_card, root, posted)
    return desk


def _own_questions(step: Step, draft: Draft) -> tuple[Question, ...]:
    """The section's questions, and "we have none" while there is nothing else or it is ticked."""
    none = step.section.group.none_question if step.section.group else None
    if none is None or (draft.cards and not draft.root.values.get(none.key)):
        return step.section.questions
    return (*step.section.questions, none)


def _sent(desk: Desk) -> str | Response:
    """Saves what was changed; conflicts and faults show the page again with everything that was typed."""
    sheet, act = desk.sent, page.pressed("act")
    if not sheet.form.accepted():
        return _page(desk, 422 if sheet.form.errors else 200)  # a question may be called "status"
    saved = answers.save(items.of(desk.submission, sheet.place.public_id), sheet.changes(), g.member.person, page.now())
    jobs.commit()
    if saved.conflicts:
        desk.draft = drafts.load(desk.submission)
        sheet.show_again(saved, _place_again(desk, sheet.place))
        return _page(desk, 409)
    if act == "done" and desk.sheet and not sheet.form.validate_fully(desk.draft.filled.root):
        sheet.set_rows(sheet.posted_stamps() | saved.stamps, {})
        return _page(desk, 422)
    if act in ("done", "next") and sheet.revealed():
        return redirect(_again(desk), code=303)
    return redirect(_next(desk, act), code=303)


def _again(desk: Desk) -> str:
    """Back to the same page: without JavaScript a choice shows its questions only now."""
    shown = {"redigera": desk.open_card.public_id} if desk.open_card else {}
    return desk.step.url(nytt=1, _anchor="kort" if desk.open_card else None, **shown)


def _next(desk: Desk, act: str) -> str:
    if act == "done" and desk.open_card:
        return desk.step.url(klart=desk.open_card.public_id)
    if act == "next":
        return desk.after.url() if desk.after else url_for("preparation.review")
    return desk.url


def _place_again(desk: Desk, place: Place) -> Place:
    everything = (desk.draft.root, *desk.draft.themes.values(), *desk.draft.cards)
    return next(each for each in everything if each.id == place.id)


def _page(desk: Desk, status: int = 200) -> Response:
    removed = request.args.get("borttaget")
    shown = {"step": desk.step, "after": desk.after, "own": desk.own, "cards": desk.cards, "open_card": desk.open_card,
             "sheet": desk.sheet, "group": desk.step.section.group, "latest": desk.draft.latest(desk.step.part), "url": desk.url,
             "form_errors": status == 422, "conflicts": status == 409, "me": g.member, "language_only": g.language_only,
             "removed": items.title_of_removed(desk.submission, removed) if removed else None, "removed_id": removed,
             "done_id": request.args.get("klart"), "revealed": "nytt" in request.args, "many": len(desk.submission.members)}
    return make_response(render_template("preparation/section.html", **shown, **standing(desk.submission)), status)


def _kept(step: Step, definition: Definition, error: Closed | Missing) -> Response:
    """What was typed for a page that can no longer be saved: shown, so that it can be copied."""
    typed = [(question.label.to(page.language()), request.form[question.key]) for question in step.section.all_questions()
             if request.form.get(question.key) and question.type in sheets.TYPED]
    return make_response(render_template(
        "preparation/kept.html", step=step, typed=typed, error=error, gone=request.args.get("redigera"),
        **standing(g.member.submission)), error.status)
