"""The pages one writes on: a section, a theme of it, and one open card of its group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel.errors import Closed, Missing
from annualwheel.models import Submission
from annualwheel.preparation import answers, carry_over, deadline, drafts, history, items
from annualwheel.preparation.answers import Change, SaveResult
from annualwheel.preparation.carry_over import Earlier
from annualwheel.preparation.drafts import Draft, Place
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Group, Question, QuestionType
from annualwheel.questionnaires.values import is_blank
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.preparation import blueprint, field_context, last_year, sheets
from annualwheel.web.preparation.overview import Card, card_of
from annualwheel.web.preparation.sheets import QuestionForm
from annualwheel.web.preparation.steps import Step, find, standing


@dataclass
class Desk:
    """What lies in front of the person.

    The step, the sheet for its own questions, the cards, the sheet of the open card, and what was
    submitted the year before.
    """

    submission: Submission
    draft: Draft
    step: Step
    after: Step | None
    earlier: Earlier | None
    own: QuestionForm | None = None
    cards: list[Card] | None = None
    open_card: Place | None = None
    sheet: QuestionForm | None = None

    @property
    def sent(self) -> QuestionForm:
        """The sheet a posted form belongs to. Raises `Missing` when the page has none."""
        found = self.sheet or self.own
        if found is None:
            raise Missing("no_section")
        return found

    @property
    def url(self) -> str:
        """Where this page's form is sent to, and where one comes back to."""
        if self.open_card is None:
            return self.step.url()
        return self.step.url(redigera=self.open_card.public_id)


@blueprint.route("/<section>", methods=["GET", "POST"])
@blueprint.route("/<section>/<theme>", methods=["GET", "POST"])
def section(section: str, theme: str | None = None) -> str | Response:
    """A page of questions. The card named by `redigera` is open; the others are folded."""
    submission = g.member.submission
    step, after = find(published.asked_of(submission), section, theme)
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
    """Saves what was typed in the open card before another button of the page acts.

    It is saved as a draft. Returns the page to show instead of acting when it was not saved: it is
    too old or the card is gone, or a colleague has changed the same answer; the last is no matter
    on the card that is `leaving` itself, and the text that loses is kept.
    """
    try:
        desk = _desk(step, after)
        if not desk.sent.form.accepted():
            return _page(desk, 422 if desk.sent.form.errors else 200)
        saved = _saved(desk, desk.sent.changes())
    except (Closed, Missing) as error:
        return _kept(step, error)
    here = desk.open_card.public_id if desk.open_card else ""
    if saved.conflicts and here != leaving:
        return _met(desk, saved)
    return None


def _desk(step: Step, after: Step | None) -> Desk:
    """Lays out the page.

    The posted form is the open card's when the address names one, else the page's own.
    """
    submission = g.member.submission
    draft = drafts.load(submission)
    desk = Desk(submission, draft, step, after, carry_over.before(submission))
    posted, chosen = request.method == "POST", request.args.get("redigera")
    asked = _own_questions(step, draft)
    if asked:
        own_posted = posted and not chosen
        desk.own = sheets.build(asked, draft.place(step.part), draft.filled.root, own_posted)
    group = step.section.group
    if group is None:
        return desk
    desk.cards = _cards(desk)
    if chosen:
        desk.open_card = _card(draft, group, chosen)
        desk.sheet = sheets.build(group.questions, desk.open_card, draft.filled.root, posted)
    return desk


def _card(draft: Draft, group: Group, public_id: str) -> Place:
    """The card of the group that the address names. Raises `Missing` when it has been removed."""
    for card in draft.cards_of(group):
        if card.public_id == public_id:
            return card
    raise Missing("item_removed")


def _cards(desk: Desk) -> list[Card] | None:
    """The cards in a few words each, None on a page that has none."""
    group, draft = desk.step.section.group, desk.draft
    if group is None:
        return None
    root = draft.filled.root
    return [
        card_of(group, number, card, root) for number, card in enumerate(draft.cards_of(group), 1)
    ]


def _read_again(desk: Desk) -> None:
    """Reads the answer as it stands after what was just saved.

    A card that stays open is then called what was typed.
    """
    desk.draft = drafts.load(desk.submission)
    desk.cards = _cards(desk)


def _own_questions(step: Step, draft: Draft) -> tuple[Question, ...]:
    """The section's questions, and "we have none" while there is nothing else or it is ticked."""
    group = step.section.group
    none = group.none_question if group else None
    if group is None or none is None:
        return step.section.questions
    if draft.cards_of(group) and not draft.root.values.get(none.key):
        return step.section.questions
    return (*step.section.questions, none)


def _sent(desk: Desk) -> str | Response:
    """Saves what was changed.

    Conflicts and faults show the page again with everything that was typed.
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
    return redirect(_after_saving(desk, act, fetched), code=303)


def _after_saving(desk: Desk, act: str, fetched: Mapping[str, Change]) -> str:
    """Where a form that was saved leads.

    `fetched` has the field that was just filled with the text of the year before.
    """
    use = page.pressed("use")
    if use:
        said = "hamtat" if use in fetched else "fanns"
        return _here(desk, use, **{said: use})
    if act in ("done", "next") and desk.sent.revealed():
        return _again(desk)
    return _next(desk, act)


def _saved(desk: Desk, changes: Mapping[str, Change]) -> SaveResult:
    item = desk.sent.place.public_id

    def save() -> SaveResult:
        place = items.of(desk.submission, item)
        return answers.save(place, changes, g.member.person, page.now())

    return carry_out(save)


def _met(desk: Desk, saved: SaveResult) -> Response:
    """The page again with both texts, where a colleague has changed the same answer."""
    _read_again(desk)
    desk.sent.show_again(saved, _place_again(desk, desk.sent.place))
    return _page(desk, 409)


def _fetched(desk: Desk) -> dict[str, Change]:
    """The text of the year before that was asked for, as a change of its field.

    None when something is written there already.
    """
    key, sheet = page.pressed("use"), desk.sent
    text = _earlier_texts(desk, desk.sheet is not None).get(key, "")
    takes_text = {each.key for each in sheet.fields if each.type is QuestionType.LONG_TEXT}
    if key not in takes_text or not text or not is_blank(sheet.form[key].data):
        return {}
    return {key: Change(text, answers.base_of(request.form.get(f"base-{key}", "")))}


def _earlier_texts(desk: Desk, card: bool) -> Mapping[str, str]:
    """What was written the year before on this page.

    Or on the open card, when it is about the same initiative.
    """
    if desk.earlier is None:
        return {}
    if not card:
        return desk.earlier.on_page(desk.step.part)
    if desk.open_card is None:
        return {}
    found = desk.earlier.item_of(desk.open_card.initiative_id)
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
    chosen = act.removeprefix("card:")
    if chosen in {card.public_id for card in desk.cards or ()}:
        return desk.step.url(redigera=chosen, _anchor="kort")
    if act == "next":
        return desk.after.url() if desk.after else url_for("preparation.review")
    return desk.url


def _place_again(desk: Desk, place: Place) -> Place:
    return next(each for each in desk.draft.places if each.id == place.id)


def _beside(desk: Desk) -> dict[str, Any]:
    """What stands beside the fields and the cards: authors, former texts, and the year before."""
    several, asked = desk.draft.by_several, request.args
    former = history.fields_with_past(desk.submission, page.now())
    on_page, on_card = _earlier_texts(desk, False), _earlier_texts(desk, True)
    shown: dict[str, Any] = {
        "earlier": desk.earlier,
        "beside_own": field_context.of(desk.own, several, former, on_page, asked),
        "beside_card": field_context.of(desk.sheet, several, former, on_card, asked),
    }
    if desk.step.section.group:
        shown |= _beside_cards(desk, desk.step.section.group)
    return shown


def _removed_title(desk: Desk) -> str | None:
    """What the card was called that has just been removed; None when there is none."""
    removed, group = request.args.get("borttaget"), desk.step.section.group
    if not removed or group is None:
        return None
    return items.title_of_removed(desk.submission, group, removed)


def _beside_cards(desk: Desk, group: Group) -> dict[str, Any]:
    submission, draft, earlier = desk.submission, desk.draft, desk.earlier
    just_said = request.args.get("sagt")
    return {
        "offers": last_year.offers(submission, group, earlier, draft),
        "ended": draft.filled.only(group).ended,
        "said": last_year.said(submission, group, earlier, draft, just_said),
        "lost": last_year.lost(submission, group, earlier, desk.open_card),
        "bin": items.removed(submission, group, page.now()),
    }


def _page(desk: Desk, status: int = 200) -> Response:
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
        "removed": _removed_title(desk),
        "removed_id": request.args.get("borttaget"),
        "done_id": request.args.get("klart"),
        "revealed": "nytt" in request.args,
        "many": len(desk.submission.members),
    }
    html = render_template(
        "preparation/section.html", **shown, **_beside(desk), **standing(desk.submission)
    )
    return make_response(html, status)


def _kept(step: Step, error: Closed | Missing) -> Response:
    """What was typed for a page that can no longer be saved: shown, so that it can be copied."""
    typed = [
        (question.label.to(page.language()), request.form[question.key])
        for question in step.section.all_questions()
        if request.form.get(question.key) and question.type in sheets.TYPED
    ]
    html = render_template(
        "preparation/kept.html",
        step=step,
        typed=typed,
        error=error,
        gone=request.args.get("redigera"),
        **standing(g.member.submission),
    )
    return make_response(html, error.status)
