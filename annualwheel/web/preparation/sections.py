"""The pages one writes on: a section, a theme of it, and one open card of its group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel import jobs
from annualwheel.errors import Closed, Missing
from annualwheel.models import Submission
from annualwheel.questionnaires import answers, carried, deadline, drafts, history, items, published
from annualwheel.questionnaires.answers import Change, Saved
from annualwheel.questionnaires.carried import Earlier
from annualwheel.questionnaires.definition import Question, QuestionType
from annualwheel.questionnaires.drafts import Draft, Place
from annualwheel.questionnaires.values import blank
from annualwheel.web import page
from annualwheel.web.preparation import beside, blueprint, last_year, sheets
from annualwheel.web.preparation.overview import Card, card_of
from annualwheel.web.preparation.sheets import Sheet
from annualwheel.web.preparation.steps import Step, find, standing


@dataclass
class Desk:
    """What lies in front of the person: the step, the sheet for its own questions, the cards, the
    sheet of the open card, and what was submitted the year before.
    """

    submission: Submission
    draft: Draft
    step: Step
    after: Step | None
    earlier: Earlier | None
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
        return (
            self.step.url(redigera=self.open_card.public_id) if self.open_card else self.step.url()
        )


@blueprint.route("/<section>", methods=["GET", "POST"])
@blueprint.route("/<section>/<theme>", methods=["GET", "POST"])
def section(section: str, theme: str | None = None) -> str | Response:
    """A page of questions. The card named by `redigera` is open; the others are folded."""
    submission = g.member.submission
    step, after = find(published.definition_of(submission.questionnaire), section, theme)
    if request.method == "GET" and not deadline.is_open(submission, page.now()):
        return redirect(url_for("preparation.hub"), code=303)
    try:
        desk = _desk(step, after)
        return _page(desk) if request.method == "GET" else _sent(desk)
    except (Closed, Missing) as error:
        if request.method == "GET":
            raise
        return _kept(step, error)


def save_typed(step: Step, after: Step | None, leaving: str = "") -> Response | None:
    """What was typed in the open card comes along when another button of the page is pressed, and
    is saved first, as a draft. The page to show instead of acting when it was not saved: it is too
    old or the card is gone, or a colleague has changed the same answer; the last is no matter on
    the card that is `leaving` itself, and the text that loses is kept.
    """
    try:
        desk = _desk(step, after)
        if not desk.sent.form.accepted():
            return _page(desk, 422 if desk.sent.form.errors else 200)
        saved = _saved(desk, desk.sent.changes())
    except (Closed, Missing) as error:
        return _kept(step, error)
    here = desk.open_card.public_id if desk.open_card else ""
    return _met(desk, saved) if saved.conflicts and here != leaving else None


def _desk(step: Step, after: Step | None) -> Desk:
    """Lays out the page; the posted form is the open card's when the address names one, else the
    page's own.
    """
    submission = g.member.submission
    desk = Desk(submission, drafts.load(submission), step, after, carried.before(submission))
    group, root, chosen = (
        desk.step.section.group,
        desk.draft.filled.root,
        request.args.get("redigera"),
    )
    posted = request.method == "POST"
    asked = _own_questions(desk.step, desk.draft)
    if asked:
        desk.own = sheets.build(
            asked, desk.draft.place(desk.step.part), root, posted and not chosen
        )
    if group is None:
        return desk
    desk.cards = _cards(desk)
    desk.open_card = next((card for card in desk.draft.cards if card.public_id == chosen), None)
    if chosen and desk.open_card is None:
        raise Missing("item_removed")
    if desk.open_card:
        desk.sheet = sheets.build(group.questions, desk.open_card, root, posted)
    return desk


def _cards(desk: Desk) -> list[Card] | None:
    group = desk.step.section.group
    return (
        [
            card_of(group, number, card, desk.draft.filled.root)
            for number, card in enumerate(desk.draft.cards, 1)
        ]
        if group
        else None
    )


def _read_again(desk: Desk) -> None:
    """The answer as it stands after what was just saved, so that a card that stays open is called
    what was typed.
    """
    desk.draft = drafts.load(desk.submission)
    desk.cards = _cards(desk)


def _own_questions(step: Step, draft: Draft) -> tuple[Question, ...]:
    """The section's questions, and "we have none" while there is nothing else or it is ticked."""
    none = step.section.group.none_question if step.section.group else None
    if none is None or (draft.cards and not draft.root.values.get(none.key)):
        return step.section.questions
    return (*step.section.questions, none)


def _sent(desk: Desk) -> str | Response:
    """Saves what was changed; conflicts and faults show the page again with everything that was
    typed.
    """
    sheet, act = desk.sent, page.pressed("act")
    if not sheet.form.accepted():
        return _page(desk, 422 if sheet.form.errors else 200)  # a question may be called "status"
    fetched = _fetched(desk)
    saved = _saved(desk, sheet.changes() | fetched)
    if saved.conflicts:
        return _met(desk, saved)
    if act == "done" and desk.sheet and not sheet.form.validate_fully(desk.draft.filled.root):
        sheet.set_rows(sheet.posted_stamps() | saved.stamps, {})
        _read_again(desk)
        return _page(desk, 422)
    if use := page.pressed("use"):
        return redirect(
            _here(desk, use, **{"hamtat" if use in fetched else "fanns": use}), code=303
        )
    if act in ("done", "next") and sheet.revealed():
        return redirect(_again(desk), code=303)
    return redirect(_next(desk, act), code=303)


def _saved(desk: Desk, changes: Mapping[str, Change]) -> Saved:
    saved = answers.save(
        items.of(desk.submission, desk.sent.place.public_id), changes, g.member.person, page.now()
    )
    jobs.commit()
    return saved


def _met(desk: Desk, saved: Saved) -> Response:
    """The page again with both texts, where a colleague has changed the same answer."""
    _read_again(desk)
    desk.sent.show_again(saved, _place_again(desk, desk.sent.place))
    return _page(desk, 409)


def _fetched(desk: Desk) -> dict[str, Change]:
    """The text of the year before that was asked for, as a change of its field; none when something
    is written there already.
    """
    key, sheet = page.pressed("use"), desk.sent
    text = _earlier_texts(desk, desk.sheet is not None).get(key, "")
    asked = any(
        question.key == key and question.type is QuestionType.LONG_TEXT for question in sheet.fields
    )
    if not asked or not text or not blank(sheet.form[key].data):
        return {}
    return {key: Change(text, answers.base_of(request.form.get(f"base-{key}", "")))}


def _earlier_texts(desk: Desk, card: bool) -> Mapping[str, str]:
    """What was written the year before on this page, or on the open card when it is about the same
    initiative.
    """
    if desk.earlier is None:
        return {}
    if not card:
        return desk.earlier.on_page(desk.step.part)
    found = desk.earlier.item_of(desk.open_card.initiative_id) if desk.open_card else None
    return {key: found.text(key) for key in found.answers} if found else {}


def _again(desk: Desk) -> str:
    """Back to the same page: without JavaScript a choice shows its questions only now."""
    return _here(desk, "kort" if desk.open_card else None, nytt=1)


def _here(desk: Desk, anchor: str | None, **said: Any) -> str:
    shown = {"redigera": desk.open_card.public_id} if desk.open_card else {}
    return desk.step.url(_anchor=anchor, **said, **shown)


def _next(desk: Desk, act: str) -> str:
    if act == "done" and desk.open_card:
        return desk.step.url(klart=desk.open_card.public_id)
    if (chosen := act.removeprefix("card:")) in {card.public_id for card in desk.cards or ()}:
        return desk.step.url(redigera=chosen, _anchor="kort")
    if act == "next":
        return desk.after.url() if desk.after else url_for("preparation.review")
    return desk.url


def _place_again(desk: Desk, place: Place) -> Place:
    return next(each for each in desk.draft.places if each.id == place.id)


def _beside(desk: Desk) -> dict[str, Any]:
    """What stands beside the fields and the cards: authors, former texts, and the year before."""
    group, earlier, draft, several = (
        desk.step.section.group,
        desk.earlier,
        desk.draft,
        desk.draft.by_several,
    )
    former = history.fields_with_past(desk.submission, page.now())
    shown: dict[str, Any] = {
        "earlier": earlier,
        "beside_own": beside.of(
            desk.own, several, former, _earlier_texts(desk, False), request.args
        ),
        "beside_card": beside.of(
            desk.sheet, several, former, _earlier_texts(desk, True), request.args
        ),
    }
    if group:
        shown |= {
            "offers": last_year.offers(earlier, draft, group),
            "ended": draft.filled.ended,
            "said": last_year.said(
                desk.submission, group, earlier, draft, request.args.get("sagt")
            ),
            "lost": last_year.lost(desk.submission, group, earlier, desk.open_card),
            "bin": items.removed(desk.submission, page.now()),
        }
    return shown


def _page(desk: Desk, status: int = 200) -> Response:
    removed = request.args.get("borttaget")
    shown = {
        "step": desk.step,
        "after": desk.after,
        "own": desk.own,
        "cards": desk.cards,
        "open_card": desk.open_card,
        "sheet": desk.sheet,
        "group": desk.step.section.group,
        "latest": desk.draft.latest(desk.step.part),
        "url": desk.url,
        "form_errors": status == 422,
        "conflicts": status == 409,
        "me": g.member,
        "language_only": g.language_only,
        "removed": items.title_of_removed(desk.submission, removed) if removed else None,
        "removed_id": removed,
        "done_id": request.args.get("klart"),
        "revealed": "nytt" in request.args,
        "many": len(desk.submission.members),
    }
    return make_response(
        render_template(
            "preparation/section.html", **shown, **_beside(desk), **standing(desk.submission)
        ),
        status,
    )


def _kept(step: Step, error: Closed | Missing) -> Response:
    """What was typed for a page that can no longer be saved: shown, so that it can be copied."""
    typed = [
        (question.label.to(page.language()), request.form[question.key])
        for question in step.section.all_questions()
        if request.form.get(question.key) and question.type in sheets.TYPED
    ]
    return make_response(
        render_template(
            "preparation/kept.html",
            step=step,
            typed=typed,
            error=error,
            gone=request.args.get("redigera"),
            **standing(g.member.submission),
        ),
        error.status,
    )
