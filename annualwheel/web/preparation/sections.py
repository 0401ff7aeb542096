"""The pages to write on: a section, a theme of it, and one open card of its group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel.errors import Closed, Missing, Unreadable
from annualwheel.models import Submission
from annualwheel.preparation import answers, carry_over, deadline, drafts, history, items
from annualwheel.preparation.answers import Change, SaveResult
from annualwheel.preparation.carry_over import EarlierAnswer
from annualwheel.preparation.drafts import Draft, DraftItem
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Group, Question, QuestionType
from annualwheel.questionnaires.values import is_blank
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.preparation import blueprint, field_context, last_year, question_forms
from annualwheel.web.preparation.overview import Card, card_of
from annualwheel.web.preparation.question_forms import QuestionForm
from annualwheel.web.preparation.steps import Step, find, page_head


@dataclass
class SectionPage:
    """What a page of questions shows.

    It has the step, the form of its own questions, the cards, the form of the open card, and what
    was submitted the year before.
    """

    submission: Submission
    draft: Draft
    step: Step
    after: Step | None
    earlier: EarlierAnswer | None
    own_form: QuestionForm | None = None
    cards: list[Card] | None = None
    open_card: DraftItem | None = None
    card_form: QuestionForm | None = None

    @property
    def sent(self) -> QuestionForm:
        """The form that was sent. Raises `Missing` when the page has none."""
        found = self.card_form or self.own_form
        if found is None:
            raise Missing("no_section")
        return found

    @property
    def url(self) -> str:
        """The address that this page's form is sent to, and that leads back to the page."""
        if self.open_card is None:
            return self.step.url()
        return self.step.url(redigera=self.open_card.public_id)


@blueprint.route("/<section>", methods=["GET", "POST"])
@blueprint.route("/<section>/<theme>", methods=["GET", "POST"])
def section(section: str, theme: str | None = None) -> str | Response:
    """Shows a page of questions, or saves it. The card that `redigera` names is open."""
    submission = g.member.submission
    step, after = find(published.asked_of(submission), section, theme)
    # Only what is opened: a form that is sent too late is shown with its texts, to be copied.
    if request.method == "GET" and not deadline.is_open(submission, page.now()):
        return redirect(url_for("preparation.hub"), code=303)
    try:
        section_page = _read_page(step, after)
        return _page(section_page) if request.method == "GET" else _sent(section_page)
    except (Closed, Missing) as error:
        if request.method == "GET":
            raise
        return _kept(step, error)


def save_typed(step: Step, after: Step | None, leaving: str = "") -> Response | None:
    """Saves what was typed on the page before another of its buttons acts.

    That is the open card, or the section's own questions where none is open.

    It is saved as a draft. Returns the page to show instead of acting when it was not saved: the
    page is too old, the card is gone, or a colleague has changed the same answer. A conflict on the
    card that is `leaving` does not stop its removal, and the history keeps the text that loses.
    """
    try:
        section_page = _read_page(step, after)
        # A colleague's first card takes away the only question of the page: that for having none.
        if not section_page.card_form and not section_page.own_form:
            return None
        if not section_page.sent.form.accepted():
            return _page(section_page, 422 if section_page.sent.form.errors else 200)
        saved = _saved(section_page, section_page.sent.changes())
    except (Closed, Missing) as error:
        return _kept(step, error)
    leaves = section_page.open_card is not None and section_page.open_card.public_id == leaving
    if saved.conflicts and not leaves:
        return _met(section_page, saved)
    return None


def _read_page(step: Step, after: Step | None) -> SectionPage:
    """Reads all that the page shows.

    The posted form is the open card's when the address names one, else the page's own.
    """
    submission = g.member.submission
    draft = drafts.load(submission)
    section_page = SectionPage(submission, draft, step, after, carry_over.before(submission))
    posted, chosen = request.method == "POST", request.args.get("redigera")
    asked, own = _own_questions(step, draft), submission.organisation.code
    if asked:
        own_posted = posted and not chosen
        section_page.own_form = question_forms.build(
            asked, draft.item_of(step.part), draft.filled.root, own_posted, own
        )
    group = step.section.group
    if group is None:
        return section_page
    section_page.cards = _cards(section_page)
    if chosen:
        section_page.open_card = _card(draft, group, chosen)
        section_page.card_form = question_forms.build(
            group.questions, section_page.open_card, draft.filled.root, posted, own
        )
    return section_page


def _card(draft: Draft, group: Group, public_id: str) -> DraftItem:
    """The card of the group that the address names. Raises `Missing` when it has been removed."""
    for card in draft.cards_of(group):
        if card.public_id == public_id:
            return card
    raise Missing("item_removed")


def _cards(section_page: SectionPage) -> list[Card] | None:
    """The cards in a few words each, None on a page without cards."""
    group, draft = section_page.step.section.group, section_page.draft
    if group is None:
        return None
    root = draft.filled.root
    return [
        card_of(group, number, card, root) for number, card in enumerate(draft.cards_of(group), 1)
    ]


def _read_again(section_page: SectionPage) -> None:
    """Reads the answer again after a save.

    A card that stays open then has the name that was just typed.
    """
    section_page.draft = drafts.load(section_page.submission)
    section_page.cards = _cards(section_page)


def _own_questions(step: Step, draft: Draft) -> tuple[Question, ...]:
    """The section's questions, and "we have none" while there are no cards or it is ticked."""
    group = step.section.group
    none = group.none_question if group else None
    if group is None or none is None:
        return step.section.questions
    # Ticked by one and contradicted by another's card, it must be there to be unticked.
    if draft.cards_of(group) and not draft.root.values.get(none.key):
        return step.section.questions
    return (*step.section.questions, none)


def _sent(section_page: SectionPage) -> str | Response:
    """Saves what was changed.

    Conflicts and problems show the page again with everything that was typed.
    """
    sent, act = section_page.sent, page.pressed("act")
    if not sent.form.accepted():
        return _page(
            section_page, 422 if sent.form.errors else 200
        )  # not `form.status`: a question may have that name
    # Before the save, from what was posted: the field counts as empty only while nobody has typed
    # in it.
    fetched = _fetched(section_page)
    saved = _saved(section_page, sent.changes() | fetched)
    if saved.conflicts:
        return _met(section_page, saved)
    if (
        # A draft may hold anything; only *Klar* asks for what is missing, after it has been saved.
        act == "done"
        and section_page.card_form
        and not sent.form.validate_fully(section_page.draft.filled.root)
    ):
        sent.set_rows(sent.posted_stamps() | saved.stamps, {})
        _read_again(section_page)
        return _page(section_page, 422)
    return redirect(_after_saving(section_page, act, fetched), code=303)


def _after_saving(section_page: SectionPage, act: str, fetched: Mapping[str, Change]) -> str:
    """The address that a saved form leads to.

    `fetched` has the field that was just filled with the text of the year before.
    """
    use = page.pressed("use")
    if use:
        said = "hamtat" if use in fetched else "fanns"
        return _here(section_page, use, **{said: use})
    # Else somebody without a script would leave questions that they have never seen.
    if act in ("done", "next") and section_page.sent.revealed():
        return _again(section_page)
    return _next(section_page, act)


def _saved(section_page: SectionPage, changes: Mapping[str, Change]) -> SaveResult:
    item = section_page.sent.item.public_id

    def save() -> SaveResult:
        # Inside the act: the row is read again in the transaction that writes.
        row = items.of(section_page.submission, item)
        return answers.save(row, changes, g.member.person, page.now())

    return carry_out(save)


def _met(section_page: SectionPage, saved: SaveResult) -> Response:
    """Shows the page again with both texts, where a colleague has changed the same answer."""
    _read_again(section_page)
    section_page.sent.show_again(saved, _item_again(section_page, section_page.sent.item))
    return _page(section_page, 409)


def _fetched(section_page: SectionPage) -> dict[str, Change]:
    """The text of the year before that was asked for, as a change of its field.

    Empty when something is written in the field already.
    """
    key, sent = page.pressed("use"), section_page.sent
    text = _earlier_texts(section_page, section_page.card_form is not None).get(key, "")
    takes_text = {each.key for each in sent.fields if each.type is QuestionType.LONG_TEXT}
    if key not in takes_text or not text or not is_blank(sent.form[key].data):
        return {}
    return {key: Change(text, answers.base_of(request.form.get(f"base-{key}", "")))}


def _earlier_texts(section_page: SectionPage, card: bool) -> Mapping[str, str]:
    """What was written the year before on this page.

    With `card`, what was written about the same initiative as the open card's.
    """
    if section_page.earlier is None:
        return {}
    if not card:
        return section_page.earlier.on_page(section_page.step.part, page.language())
    if section_page.open_card is None:
        return {}
    found = section_page.earlier.item_of(section_page.open_card.initiative_id)
    return {key: found.text(key) for key in found.answers} if found else {}


def _again(section_page: SectionPage) -> str:
    """Back to the same page: without JavaScript a choice shows its questions only now."""
    return _here(section_page, "kort" if section_page.open_card else None, nytt=1)


def _here(section_page: SectionPage, anchor: str | None, **said: Any) -> str:
    shown = {"redigera": section_page.open_card.public_id} if section_page.open_card else {}
    return section_page.step.url(_anchor=anchor, **said, **shown)


def _next(section_page: SectionPage, act: str) -> str:
    if act == "done" and section_page.open_card:
        return section_page.step.url(klart=section_page.open_card.public_id)
    chosen = act.removeprefix("card:")
    # Any button may send any text: only a card of this page is opened.
    if chosen in {card.public_id for card in section_page.cards or ()}:
        return section_page.step.url(redigera=chosen, _anchor="kort")
    if act == "next":
        return section_page.after.url() if section_page.after else url_for("preparation.review")
    return section_page.url


def _item_again(section_page: SectionPage, item: DraftItem) -> DraftItem:
    return next(each for each in section_page.draft.items if each.id == item.id)


def _context(section_page: SectionPage) -> dict[str, Any]:
    """What is shown next to the fields and cards: authors, former texts, and the year before."""
    several, asked = section_page.draft.by_several, request.args
    former = history.fields_with_past(section_page.submission, page.now())
    on_page, on_card = _earlier_texts(section_page, False), _earlier_texts(section_page, True)
    shown: dict[str, Any] = {
        "earlier": section_page.earlier,
        "own_context": field_context.of(section_page.own_form, several, former, on_page, asked),
        "card_context": field_context.of(section_page.card_form, several, former, on_card, asked),
    }
    if section_page.step.section.group:
        shown |= _cards_context(section_page, section_page.step.section.group)
    return shown


def _removed_title(section_page: SectionPage) -> str | None:
    """The name of the card that has just been removed; None when there is none."""
    removed, group = request.args.get("borttaget"), section_page.step.section.group
    if not removed or group is None:
        return None
    return items.title_of_removed(section_page.submission, group, removed)


def _cards_context(section_page: SectionPage, group: Group) -> dict[str, Any]:
    submission, draft, earlier = section_page.submission, section_page.draft, section_page.earlier
    just_said = request.args.get("sagt")
    return {
        "offers": last_year.offers(submission, group, earlier, draft),
        "ended": draft.filled.only(group).ended,
        "said": last_year.said(submission, group, earlier, draft, just_said),
        "lost": last_year.lost(submission, group, earlier, section_page.open_card),
        "bin": items.removed(submission, group, page.now()),
    }


def _page(section_page: SectionPage, status: int = 200) -> Response:
    shown = {
        "step": section_page.step,
        "after": section_page.after,
        "own_form": section_page.own_form,
        "cards": section_page.cards,
        "open_card": section_page.open_card,
        "card_form": section_page.card_form,
        "group": section_page.step.section.group,
        "latest": section_page.draft.latest(section_page.step.part),
        "url": section_page.url,
        "form_errors": status == 422,
        "conflicts": status == 409,
        "me": g.member,
        "language_only": g.language_only,
        "removed": _removed_title(section_page),
        "removed_id": request.args.get("borttaget"),
        "done_id": request.args.get("klart"),
        "moved_id": request.args.get("flyttat"),
        "moved_by": request.args.get("at"),
        "was_open": "oppet" in request.args,
        "revealed": "nytt" in request.args,
        "many": len(section_page.submission.members),
    }
    html = render_template(
        "preparation/section.html",
        **shown,
        **_context(section_page),
        **page_head(section_page.submission),
    )
    return make_response(html, status)


def _kept(step: Step, error: Closed | Missing) -> Response:
    """Shows what was typed on a page that can no longer be saved, so that it can be copied."""
    typed = [
        (question.label.to(page.language()), request.form[question.key])
        for question in step.section.all_questions()
        if request.form.get(question.key) and _is_lost(question)
    ]
    html = render_template(
        "preparation/kept.html",
        step=step,
        typed=typed,
        error=error,
        gone=request.args.get("redigera"),
        **page_head(g.member.submission),
    )
    return make_response(html, error.status)


def _is_lost(question: Question) -> bool:
    """Whether a text was typed on the page, and not shown there as it is stored."""
    if question.type not in question_forms.TYPED:
        return False
    stamped = request.form.get(f"base-{question.key}", "")
    try:
        return not answers.untouched(
            stamped, answers.normalise(question, request.form[question.key])
        )
    # Nothing that was sent in an odd way may be lost for that.
    except Unreadable:
        return True
