"""A page's questions as a form.

It knows which are shown, which version each field was built on, and what the person has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import Field

from annualwheel.preparation import answers, submission
from annualwheel.preparation.answers import Change, Conflict, SaveResult
from annualwheel.preparation.drafts import DraftItem
from annualwheel.questionnaires import form
from annualwheel.questionnaires.definition import (
    CHOOSING,
    WRITING,
    Option,
    Question,
    QuestionType,
    answer_fields,
)
from annualwheel.questionnaires.path import visible
from annualwheel.questionnaires.values import Value, Values, keys
from annualwheel.web import page
from annualwheel.web.forms import BaseForm
from annualwheel.wording import dates
from annualwheel.wording.collation import swedish

# What people would miss when a page is too old: everything that is typed, not what is ticked.
TYPED = frozenset(set(QuestionType) - CHOOSING)


@dataclass
class Row:
    """A field as the page shows it.

    `stamp` is the version it was built on. `when` and `among` name the choice on the same page that
    it waits for. `conflict` has the words of the conflict box, `theirs` the other text's stamp.
    """

    field: Field
    stamp: str
    shown: bool
    when: str = ""
    among: str = ""
    conflict: dict[str, Any] | None = None
    theirs: str = ""


@dataclass
class QuestionForm:
    """The form of one item. `asked` are all its questions, also those that are hidden now."""

    asked: tuple[Question, ...]
    item: DraftItem
    root: Values
    form: Any
    rows: list[Row] = field(default_factory=list)

    @property
    def fields(self) -> list[Question]:
        """The questions and the free texts that belong to their options."""
        return [each for question in self.asked for each in answer_fields(question)]

    def set_rows(self, stamps: Mapping[str, str], conflicts: Mapping[str, Conflict]) -> None:
        """Makes the rows again after the form's data or a conflict has changed.

        A stamp that is not given comes from what is stored.
        """
        shown = self._visible(self.form.answers())
        self.rows = []
        for question in self.asked:
            when, among = self._condition(question)
            for each in answer_fields(question):
                stamp = stamps.get(each.key) or self.stored_stamp(each.key)
                row = Row(self.form[each.key], stamp, question.key in shown, when, among)
                theirs = conflicts.get(each.key)
                if theirs:
                    row.conflict = _box(row.field, each, theirs)
                    row.theirs = answers.stamp(theirs.version, theirs.value)
                self.rows.append(row)

    def _condition(self, question: Question) -> tuple[str, str]:
        """The choice on the same page that a question waits for, and among which answers."""
        condition = question.show_if
        on_page = {other.key for other in self.asked}
        # The script can follow only choices on its own page; the server has followed the others.
        if condition is None or condition.question not in on_page:
            return "", ""
        return condition.question, "|".join(condition.values)

    def _visible(self, values: Values) -> set[str]:
        return {question.key for question in visible(self.asked, values, self.root)}

    def revealed(self) -> bool:
        """Whether the choices just sent show questions that the person has not seen.

        On a page whose script showed them at once the person has seen them.
        """
        if "live" in request.form:
            return False
        before, after = self._visible(self.item.values), self._visible(self.form.answers())
        return bool(after - before)

    def stored_stamp(self, key: str) -> str:
        """The stamp of what was stored when the page was made."""
        stored = self.item.stored.get(key)
        return answers.stamp(stored.version, stored.value) if stored else answers.stamp(0, "")

    def posted_stamps(self) -> dict[str, str]:
        """The stamps that came with the posted form."""
        return {
            each.key: request.form[f"base-{each.key}"]
            for each in self.fields
            if f"base-{each.key}" in request.form
        }

    def changes(self) -> dict[str, Change]:
        """What the person has changed, or decided in a conflict.

        A field that still holds what it was shown with is no change, whatever a colleague has
        written in it since.
        """
        key, _colon, how = request.form.get("resolve", "").partition(":")
        values, found = self.form.answers(), {}
        for each in self.fields:
            stamped = request.form.get(f"base-{each.key}")
            # A field that the page did not show was not emptied by anybody.
            if stamped is None:
                continue
            value = answers.normalise(each, values[each.key])
            if each.key == key:
                if how == "theirs":
                    continue
                # They have seen the colleague's text and choose: the save is made on that version.
                stamped = request.form.get(f"theirs-{key}", stamped)
                if how == "both":
                    value = _both(each, value, self.item.values.get(key, ""))
            elif answers.untouched(stamped, value):
                continue
            # What the script sent without hearing an answer: finding it stored is no conflict with
            # oneself.
            sent = request.form.get(f"sent-{each.key}")
            found[each.key] = Change(value, answers.base_of(stamped), sent)
        return found

    def show_again(self, saved: SaveResult, current: DraftItem) -> None:
        """Shows the form again after a save with conflicts.

        A saved field carries its new version, a resolved one shows the stored text, the rest shows
        what was typed.
        """
        key, _colon, how = request.form.get("resolve", "").partition(":")
        # The posted stamps stay for the rest: with newer ones a conflict would be overwritten
        # unseen.
        stamps = self.posted_stamps() | saved.stamps
        for name, value in saved.values.items():
            self.form[name].data = value
        if how == "theirs" and key in current.stored:
            self.form[key].data = current.values[key]
            stamps.pop(key, None)
        self.item = current
        self.set_rows(stamps, saved.conflicts)


def build(
    asked: tuple[Question, ...], draft_item: DraftItem, root: Values, posted: bool, own: str
) -> QuestionForm:
    """The form for questions that are answered in `draft_item`.

    `posted`: the form was sent, so it shows what was typed. `own` is the code of the organisation
    that answers, which nobody chooses as a partner.
    """
    options: tuple[Option, ...] = ()
    if any(submission.from_organisations(question) for question in asked):
        options = _organisations()
    form_class = _form(asked, options, page.language())
    # A page has two forms at most; without this the library would fill both with what one sent.
    settings = {} if posted else {"formdata": None}
    built = QuestionForm(
        asked, draft_item, root, form_class(data=dict(draft_item.values), **settings)
    )
    _leave_out(built, own)
    built.set_rows(built.posted_stamps() if posted else {}, {})
    return built


def _leave_out(built: QuestionForm, own: str) -> None:
    """Takes the organisation that answers out of the organisations to choose among.

    One that is chosen already stays, so that it can be unticked.
    """
    for question in built.asked:
        if submission.from_organisations(question):
            shown = built.form[question.key]
            kept = keys(shown.data)
            shown.choices = [one for one in shown.choices if one.value != own or own in kept]


def quoted(option: str) -> str:
    """An option in quotation marks, as the page's language has them."""
    # A text of its own, since English quotes in another way. It is not asked for within another
    # text: what gathers the texts for translation does not see it there.
    return str(_("”%(option)s”", option=option))


def spoken(
    question: Question, value: Value | None, organisations: Mapping[str, str], language: str
) -> str:
    """A value in words: the labels of what was chosen, or the text."""
    if question.type not in CHOOSING:
        return value if isinstance(value, str) else ""
    names = {option.key: option.label.to(language) for option in question.options}
    return ", ".join(names.get(key) or organisations.get(key, key) for key in keys(value))


@lru_cache(maxsize=256)
def _form(
    asked: tuple[Question, ...], organisations: tuple[Option, ...], language: str
) -> type[Any]:
    """The form class of a page in a language.

    It is cached, since building it takes longer than filling it in.
    """
    return form.build(asked, BaseForm, organisations, language, _)


def _organisations() -> tuple[Option, ...]:
    return tuple(sorted(submission.organisations(), key=lambda option: swedish(option.label.sv)))


def _both(question: Question, mine: Value, theirs: Value) -> Value:
    """What both have chosen, or one text after the other; a single line holds no line ends.

    It does the same as `together` in conflict.js.
    """
    if isinstance(mine, list) or isinstance(theirs, list):
        own = keys(mine)
        return [*own, *(key for key in keys(theirs) if key not in own)]
    between = ", " if question.type is QuestionType.TEXT else "\n\n"
    return between.join(text for text in (mine, theirs) if text)


def _box(asked: Field, question: Question, theirs: Conflict) -> dict[str, Any]:
    """The conflict box's words. `both` is offered where two answers can stand together."""
    labels = {}
    if question.type in CHOOSING:
        labels = {str(choice.value): str(choice.label) for choice in asked.iter_choices()}
    text = spoken(question, theirs.value, labels, page.language())
    return {
        "who": theirs.who,
        "own": theirs.own,
        "at": dates.time(theirs.at, page.language()),
        "text": text,
        "both": question.type in WRITING or question.type is QuestionType.CHOICES,
    }
