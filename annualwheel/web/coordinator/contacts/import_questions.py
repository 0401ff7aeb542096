"""The questions that the preview of an import asks, as a form, and what was answered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from annualwheel.contacts import organisations
from annualwheel.contacts.folding import fold
from annualwheel.contacts.imports.decisions import Choice, Decisions
from annualwheel.contacts.imports.likeness import BY_ADDRESS, BY_NAME, Alike
from annualwheel.contacts.imports.preview import Preview, PreviewRow, UnknownOrganisation
from annualwheel.cycle import years
from annualwheel.models import Category, Import
from annualwheel.web.coordinator import categories
from annualwheel.web.forms import BaseForm
from annualwheel.web.wording import import_words

ADD, SAME, READ, LEAVE_OUT = "ny", "samma", "ja", "nej"
# In front of what stands for another organisation of the file.
IN_FILE = "fil-"
# So many rows are asked about one by one, and so many names are written out.
MOST_QUESTIONS, MOST_NAMED = 30, 20


def field_key(folded: str) -> str:
    """The part of a field's name that stands for an organisation.

    It is a digest of the organisation's name, so that the order of the list does not matter.
    """
    return hashlib.sha256(folded.encode()).hexdigest()[:12]


def lead_field(several: Sequence[PreviewRow]) -> str:
    """The name of the field that asks which of several rows has the organisation's lead."""
    return f"lead_{several[0].contact.row}"


def person_field(one: Alike) -> str:
    """The name of the field that asks whether a row is about somebody else."""
    return f"person_{one.contact.row}"


def people_fields(form: Any) -> list[Any]:
    """The fields of a form that ask about people and rows, in the order of the file."""
    return [field for field in form if field.name.startswith(("person", "alone", "hidden"))]


def choices_form(kept: Import, shown: Preview) -> type[BaseForm]:
    """The class of a form with the questions that the preview asks.

    It asks whether an organisation is one that we know, of what kind a new one is, who leads where
    the file names several, about whom a row is, and what of the file is meant at all.
    """
    fields: dict[str, Any] = {}
    kinds = categories.choices()
    for folded, one in shown.unknown.items():
        key = field_key(folded)
        if one.near or one.near_in_file:
            fields[f"same_{key}"] = _same_field(one)
        if one.category is None and len(kinds) > 1:
            fields[f"category_{key}"] = SelectField(
                _("Typ av organisation för %(name)s", name=one.name),
                [_Typed(f"same_{key}", _("Välj typ för %(name)s", name=one.name))],
                choices=kinds,
                description=_unread(one),
                validate_choice=False,
            )
    fields |= {lead_field(several): _lead_field(several) for several in shown.leads}
    fields |= _person_fields(shown)
    if shown.alone:
        fields["alone"] = _alone_field([one.name for one in shown.alone])
    if hidden := kept.trace.get("hidden"):
        fields["hidden"] = _hidden_field(len(hidden))
    return type("ChoicesForm", (BaseForm,), fields)


def decisions_of(form: Any, kept: Import, shown: Preview) -> Decisions:
    """What was answered."""
    left_out: set[int] = set()
    if _answer(form, "alone") == LEAVE_OUT:
        left_out |= {one.row for one in shown.alone}
    if _answer(form, "hidden") == LEAVE_OUT:
        left_out |= set(kept.trace["hidden"])
    return Decisions(
        organisations=_choices(form, shown),
        leads={int(form[lead_field(several)].data) for several in shown.leads},
        left_out=left_out,
        same={
            one.contact.row: one.same
            for one in shown.alike
            if SAME in (_answer(form, person_field(one)), _answer(form, f"persons_{one.by}"))
        },
    )


def _person_fields(shown: Preview) -> dict[str, Any]:
    """One question for each row, or where they are many one for all that are alike in one way."""
    fields: dict[str, Any] = {}
    for by in (BY_ADDRESS, BY_NAME):
        alike = [one for one in shown.alike if one.by == by]
        if len(alike) > MOST_QUESTIONS:
            fields[f"persons_{by}"] = _persons_field(alike, by)
        else:
            fields |= {person_field(one): _person_field(one) for one in alike}
    return fields


def _person_field(one: Alike) -> RadioField:
    about = {
        BY_ADDRESS: _("De har samma adress, %(address)s.", address=one.contact.email),
        BY_NAME: _(
            "De har samma namn och organisation. Adresserna är %(other)s och %(address)s.",
            other=one.other.email,
            address=one.contact.email,
        ),
    }
    return RadioField(
        _(
            "Är %(name)s på rad %(row)s samma person som %(other)s?",
            name=one.contact.name,
            row=one.contact.row,
            other=import_words.other_person(one),
        ),
        [_Chosen(_("Välj om %(name)s är samma person", name=one.contact.name))],
        choices=[
            SelectChoice(SAME, _("Ja, samma person. Det namn och den adress vi har gäller")),
            SelectChoice(ADD, _("Nej, en annan person")),
        ],
        description=about[one.by],
        validate_choice=False,
    )


def _persons_field(alike: Sequence[Alike], by: str) -> RadioField:
    first = ", ".join(one.contact.name for one in alike[:MOST_NAMED])
    labels = {
        BY_ADDRESS: _(
            "%(count)s rader har samma adress som någon annan, med ett namn som liknar. Är de "
            "samma personer?",
            count=len(alike),
        ),
        BY_NAME: _(
            "%(count)s rader har samma namn och organisation som någon annan, men en annan adress. "
            "Är de samma personer?",
            count=len(alike),
        ),
    }
    return RadioField(
        labels[by],
        [_Chosen(_("Välj om de är samma personer"))],
        choices=[
            SelectChoice(SAME, _("Ja, alla. De namn och adresser vi har gäller")),
            SelectChoice(ADD, _("Nej, de är andra personer")),
        ],
        description=_("De första: %(names)s", names=first),
        validate_choice=False,
    )


def _alone_field(names: Sequence[str]) -> RadioField:
    return RadioField(
        ngettext(
            "%(num)s rad har bara ett namn. Ska den läsas in?",
            "%(num)s rader har bara ett namn. Ska de läsas in?",
            len(names),
        ),
        [_Chosen(_("Välj om rader med bara ett namn ska läsas in"))],
        choices=[
            SelectChoice(READ, _("Ja, med det namn som står i filen")),
            SelectChoice(LEAVE_OUT, _("Nej, hoppa över")),
        ],
        description=", ".join(names[:MOST_NAMED]),
        validate_choice=False,
    )


def _hidden_field(count: int) -> RadioField:
    return RadioField(
        ngettext(
            "%(num)s rad är dold eller bortfiltrerad i Excel. Ska den läsas in?",
            "%(num)s rader är dolda eller bortfiltrerade i Excel. Ska de läsas in?",
            count,
        ),
        [_Chosen(_("Välj om dolda rader ska läsas in"))],
        choices=[
            SelectChoice(READ, _("Ja, läs in allt som står på bladet")),
            SelectChoice(LEAVE_OUT, _("Nej, bara det som syns")),
        ],
        validate_choice=False,
    )


def _lead_field(several: Sequence[PreviewRow]) -> RadioField:
    contacts, known = [one.contact for one in several], several[0].organisation
    name = known.name if known else contacts[0].organisation
    return RadioField(
        _("Vem är samordnare för %(organisation)s?", organisation=name),
        [_Chosen(_("Välj en samordnare för %(organisation)s", organisation=name))],
        choices=[
            SelectChoice(str(one.row), _("%(name)s, rad %(row)s", name=one.name, row=one.row))
            for one in contacts
        ],
        validate_choice=False,
    )


def _same_field(one: UnknownOrganisation) -> RadioField:
    known = [SelectChoice(near.public_id, _("Ja, %(name)s", name=near.name)) for near in one.near]
    in_file = [
        SelectChoice(
            IN_FILE + field_key(fold(near.name)),
            _("Ja, %(name)s, som också står i filen", name=near.name),
        )
        for near in one.near_in_file
    ]
    label = (
        _("Är %(name)s en organisation vi redan har?", name=one.name)
        if known
        else _("Är %(name)s samma organisation som en annan i filen?", name=one.name)
    )
    return RadioField(
        label,
        [_Chosen(_("Välj om %(name)s är ny", name=one.name))],
        choices=[*known, *in_file, SelectChoice(ADD, _("Nej, lägg till den som ny"))],
        validate_choice=False,
    )


def _unread(one: UnknownOrganisation) -> str:
    text = one.category_text
    if not text:
        return ""
    return str(_("I filen står det ”%(text)s”, som inte är någon typ vi har", text=text))


class _Chosen:
    """Refuses what is not one of the choices."""

    def __init__(self, message: str) -> None:
        self.message, self.field_flags = message, dict[str, Any]()

    def __call__(self, form: Any, field: Any) -> None:
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(self.message)


class _Typed(_Chosen):
    """Refuses an empty category, unless the organisation is one that we have."""

    def __init__(self, same: str, message: str) -> None:
        super().__init__(message)
        self.same = same

    def __call__(self, form: Any, field: Any) -> None:
        # An organisation that is one we have keeps its own kind, so the question is not asked.
        is_new = self.same not in form or form[self.same].data == ADD
        if is_new and not field.data:
            raise ValidationError(self.message)
        super().__call__(form, field)


def _choices(form: Any, shown: Preview) -> dict[str, Choice]:
    kinds = {one.key: one for one in years.reference(Category)}
    in_file = {IN_FILE + field_key(folded): folded for folded in shown.unknown}
    decided = {}
    for folded in shown.unknown:
        key = field_key(folded)
        same, category = _answer(form, f"same_{key}"), _answer(form, f"category_{key}")
        if same in in_file:
            decided[folded] = Choice(same_in_file=in_file[same])
            continue
        known = organisations.organisation_by_id(same) if same and same != ADD else None
        decided[folded] = Choice(known, kinds.get(category))
    return decided


def _answer(form: Any, name: str) -> Any:
    """What was chosen, "" for a question that the form does not ask."""
    return form[name].data if name in form else ""
