"""Who wrote what, and the former texts of each field.

All who write may read them, and take them back while the answer is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from annualwheel.errors import Missing, Unreadable
from annualwheel.preparation import answers, deadline, drafts, history, items, submission
from annualwheel.preparation.answers import SaveResult
from annualwheel.preparation.drafts import Draft, DraftAnswer, DraftItem
from annualwheel.questionnaires import path, published
from annualwheel.questionnaires.definition import Definition, Group, Question, answer_fields
from annualwheel.questionnaires.path import FilledItem
from annualwheel.questionnaires.values import Value, is_blank, keys
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.overview import unnamed
from annualwheel.web.preparation.question_forms import spoken
from annualwheel.web.preparation.steps import Step, page_head, steps


@dataclass(frozen=True)
class FieldPosition:
    """Where fields are asked: a page, or a card on it with its name.

    `fields` are those that are shown there now.
    """

    step: Step
    card: str
    item: DraftItem
    fields: tuple[Question, ...]

    @property
    def title(self) -> str:
        """The name of the page, with that of the card, in a list of all positions."""
        return f"{self.step.name}: {self.card}" if self.card else self.step.name


@dataclass(frozen=True)
class WrittenField:
    """A field that somebody has written in. `former`: it has former texts to see."""

    label: str
    item: str
    key: str
    stored: DraftAnswer | None
    former: bool


@blueprint.get("/vem-skrev-vad")
def authors() -> str:
    """Lists every answered question with who wrote it last and when."""
    answer = g.member.submission
    definition, draft = published.asked_of(answer), drafts.load(answer)
    former = history.fields_with_past(answer, page.now())
    parts = []
    for spot in _spots(definition, draft):
        fields = _written(spot, former.get(spot.item.id, set()))
        if fields:
            parts.append((spot.title, fields))
    return render_template(
        "preparation/authors.html", parts=parts, me=g.member, **page_head(answer)
    )


@blueprint.route("/tidigare-texter/<item>/<key>", methods=["GET", "POST"])
def former_texts(item: str, key: str) -> Response:
    """Shows the text of a field and its former texts.

    A press takes a former text back, unless a colleague has just written.
    """
    form, status = Press(), 200
    row = items.of(g.member.submission, item)
    if form.accepted():
        former = _number("text")
        base = answers.base_of(request.form.get("base", ""))
        saved = carry_out(lambda: _restored(item, key, former, base))
        if not saved.conflicts:
            here = url_for("preparation.former_texts", item=item, key=key, tagen=1)
            return redirect(here, code=303)
        # A colleague has written since the page was made: it is shown anew, with their text, to
        # choose again.
        status = 409
    elif request.method == "POST":
        status = form.status
    trail = history.of(row, key, page.now())
    values = [each.value for each in (trail.current, *trail.past) if each]
    html = render_template(
        "preparation/former.html",
        trail=trail,
        spot=_spot(item, key),
        item=item,
        key=key,
        texts=_texts(trail.question, values),
        me=g.member,
        form=form,
        taken="tagen" in request.args,
        status=status,
        form_errors=status == 422,
        may=deadline.is_open(g.member.submission, page.now()),
        **page_head(g.member.submission),
    )
    return make_response(html, status)


def _restored(item: str, key: str, former: int, base: int) -> SaveResult:
    row = items.of(g.member.submission, item)
    return history.restore(row, key, former, base, g.member.person, page.now())


def _number(name: str) -> int:
    value = request.form.get(name, "")
    # `isdigit` accepts ² too, which `int` refuses, as it refuses numbers of thousands of digits.
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise Unreadable("unreadable_version")
    return int(value)


def _spots(definition: Definition, draft: Draft) -> Iterator[FieldPosition]:
    root = draft.filled.root
    for step in steps(definition):
        own, group = draft.item_of(step.part), step.section.group
        asked = path.visible_questions(step.section, own.values, root)
        if group and group.none_question:
            asked = (*asked, group.none_question)
        yield FieldPosition(step, "", own, _fields(asked))
        if group:
            yield from _spots_of_cards(step, group, draft)


def _spots_of_cards(step: Step, group: Group, draft: Draft) -> Iterator[FieldPosition]:
    for number, card in enumerate(draft.cards_of(group), 1):
        item = FilledItem(card.public_id, card.values, group=group.key)
        title = path.item_title(group, item) or unnamed(group, number)
        asked = path.visible_questions(group, card.values, draft.filled.root)
        yield FieldPosition(step, title, card, _fields(asked))


def _fields(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    return tuple(field for question in questions for field in answer_fields(question))


def _written(spot: FieldPosition, former: set[str]) -> list[WrittenField]:
    """The fields of a position that somebody has written in, or that have former texts."""
    row, language = spot.item, page.language()
    found = []
    for field in spot.fields:
        key = field.key
        stored = row.stored.get(key)
        filled = stored is not None and not is_blank(stored.value)
        # An answer that was emptied has former texts too, and this page is the way to them.
        if filled or key in former:
            label = field.label.to(language)
            found.append(WrittenField(label, row.public_id, key, stored, key in former))
    return found


def _spot(item: str, key: str) -> FieldPosition:
    """The position of a field of an item. Raises `Missing` where it is not asked now."""
    answer = g.member.submission
    # A field that a choice hides now has no page to lead back to.
    for spot in _spots(published.asked_of(answer), drafts.load(answer)):
        asked = {field.key for field in spot.fields}
        if spot.item.public_id == item and key in asked:
            return spot
    raise Missing("no_question")


def _texts(question: Question, values: list[Value]) -> list[str]:
    """The values in words, in the same order."""
    codes: set[str] = set()
    if submission.from_organisations(question):
        codes = {code for value in values for code in keys(value)}
    names = {option.key: option.label.sv for option in submission.organisations(sorted(codes))}
    return [spoken(question, value, names, page.language()) for value in values]
