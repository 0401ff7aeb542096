"""Importing people: upload, preview, write, the outcome, undo."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from annualwheel import listing
from annualwheel.contacts import organisations
from annualwheel.contacts.imports import preview, reading, template, undoing, writing
from annualwheel.contacts.imports.preview import (
    STATUSES,
    Preview,
    PreviewRow,
    UnknownOrganisation,
)
from annualwheel.contacts.imports.reading import Sheet
from annualwheel.contacts.imports.values import Contact
from annualwheel.contacts.imports.writing import Choice
from annualwheel.cycle import years
from annualwheel.errors import Missing, Unreadable
from annualwheel.models import Category, Import
from annualwheel.web import error_messages, lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.contacts.people import actor
from annualwheel.web.forms import BaseForm, Press, strip
from annualwheel.web.lists import Column
from annualwheel.web.wording import import_words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ADD = "ny"
LONGEST_FILE_NAME = 200
# Which rows the list shows, by the word in the address.
SHOWN = {"fel": "unreadable", "nya": "new", "finns": "there", "dubbla": "same"}
COLUMNS = (
    Column("file", "fil", _l("Fil")),
    Column("when", "nar", _l("När"), "time"),
    Column("by", "av", _l("Av")),
    Column("new", "nya", _l("Nya personer"), "number"),
    Column("state", "lage", _l("Läge"), "rank"),
)


class UploadForm(BaseForm):
    """The file to import."""

    file = FileField(_l("Fil med personer"), description=_l("Excel (.xlsx) eller CSV, högst 10 MB"))

    sheet: Sheet

    def validate_file(self, field: FileField) -> None:
        """Refuses an empty field, and reads the file."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Välj en fil"))
        try:
            # Here, and not in the act: reading a large file would keep SQLite's lock for seconds.
            self.sheet = reading.read(field.data.read())
        except Unreadable as problem:
            raise ValidationError(error_messages.sentence(problem)) from problem


@blueprint.route("/personer/import", methods=["GET", "POST"])
def import_start() -> AnyResponse:
    """Takes the file; shows previews that wait and earlier imports."""
    form = UploadForm()
    outcome = carried_out(form, lambda: _keep(form))
    if outcome:
        shown = url_for("coordinator.import_show", public_id=outcome.result.public_id)
        return redirect(shown, code=303)
    asked = lists.ListRequest(COLUMNS, preview.NEWEST)
    html = render_template(
        "coordinator/import_start.html",
        active="people",
        form=form,
        year=years.latest(),
        earlier=asked.shown(preview.earlier(asked.number, asked.order)),
        waiting=preview.waiting(),
    )
    return make_response(html, form.status)


@blueprint.get("/personer/import/mall")
def import_template() -> Response:
    """Gives the workbook to fill in."""
    name = {"sv": "kontakter.xlsx", "en": "contacts.xlsx"}[page.language()]
    return Response(
        template.workbook(page.language()),
        mimetype=XLSX,
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@blueprint.get("/personer/import/<public_id>")
def import_show(public_id: str) -> AnyResponse:
    """Shows a preview, or the outcome of the import."""
    kept = preview.by_public_id(public_id)
    if kept.state != "preview":
        shown = preview.build(kept)
        # Told before anybody presses: an import that others have built on cannot be undone.
        in_the_way = undoing.obstacles(kept) if kept.state == "written" else {}
        html = render_template(
            "coordinator/import_done.html",
            active="people",
            kept=kept,
            shown=shown,
            obstacles=in_the_way,
            words=import_words,
        )
        return make_response(html)
    shown = preview.build(kept)
    return _preview_page(kept, shown, _choices_form(shown)(formdata=None))


@blueprint.post("/personer/import/<public_id>")
def import_write(public_id: str) -> AnyResponse:
    """Writes what the preview showed. A second press shows what the first one did."""
    kept = preview.by_public_id(public_id)
    if kept.state == "preview":
        # Read and compared before the write: looking for names that are alike takes long, and
        # others would wait for the lock.
        rows = preview.contacts_of(kept)
        shown = preview.build(kept, rows)
        form = _choices_form(shown)()
        if not carried_out(form, lambda: _written(public_id, form, shown, rows)):
            return _preview_page(kept, shown, form)
        flash(_("Importen är klar."))
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


@blueprint.post("/personer/import/<public_id>/kasta")
def import_discard(public_id: str) -> AnyResponse:
    """Discards a preview."""
    if Press().accepted():
        carry_out(lambda: preview.discard(preview.by_public_id(public_id, locked=True)))
        flash(_("Filen är borttagen. Inget sparades."))
    return redirect(url_for("coordinator.import_start"), code=303)


@blueprint.post("/personer/import/<public_id>/angra")
def import_undo(public_id: str) -> AnyResponse:
    """Undoes an import."""
    if Press().accepted():
        carry_out(lambda: _undone(public_id))
        flash(_("Importen är ångrad. Det som den lade till är borttaget."))
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


def _written(public_id: str, form: Any, shown: Preview, rows: list[Contact]) -> None:
    # A second press waits here for the first, and then finds an import that is written.
    kept = preview.by_public_id(public_id, locked=True)
    leads = {int(form[lead_field(several)].data) for several in shown.leads}
    writing.write(kept, _choices(form, shown), actor(), page.now(), rows, leads)


def _undone(public_id: str) -> None:
    undoing.undo(preview.by_public_id(public_id, locked=True), actor(), page.now())


def _keep(form: UploadForm) -> Import:
    # Categories belong to a year, so a list cannot be read before there is one.
    year = years.latest()
    if year is None:
        raise Missing("no_year")
    return preview.keep(
        form.sheet,
        # The end of a long name, so that the ending stays.
        strip(form.file.data.filename)[-LONGEST_FILE_NAME:],
        year,
        g.staff.name,
        actor(),
        page.now(),
    )


def _preview_page(kept: Import, shown: Preview, form: Any) -> AnyResponse:
    counts = shown.counts
    status = SHOWN.get(request.args.get("visa", "")) or _first_shown(counts)
    entries = [entry for entry in shown.entries if entry.status == status]
    tabs = [(word, name, counts[name]) for word, name in SHOWN.items() if counts[name]]
    html = render_template(
        "coordinator/import_preview.html",
        active="people",
        kept=kept,
        shown=shown,
        counts=counts,
        status=status,
        tabs=tabs,
        found=lists.ListPage(listing.page_in(entries, lists.number())),
        form=form,
        words=import_words,
        key=field_key,
        lead_field=lead_field,
        name_of=categories.name_of,
        statuses=STATUSES,
    )
    return make_response(html, form.status)


def _first_shown(counts: Mapping[str, int]) -> str:
    """The rows that are shown before anybody has chosen: those with errors first."""
    return next((name for name in ("unreadable", "new", "there") if counts[name]), "new")


def field_key(folded: str) -> str:
    """The part of a field's name that stands for an organisation.

    It is a digest of the organisation's name, so that the order of the list does not matter.
    """
    return hashlib.sha256(folded.encode()).hexdigest()[:12]


def lead_field(several: Sequence[PreviewRow]) -> str:
    """The name of the field that asks which of several rows has the organisation's lead."""
    return f"lead_{several[0].contact.row}"


def _choices_form(shown: Preview) -> type[BaseForm]:
    """The class of a form with the questions that the preview asks.

    It asks whether an organisation is one that we know, of what kind a new one is, and who leads
    where the file names several.
    """
    fields: dict[str, Any] = {}
    kinds = categories.choices()
    for folded, one in shown.unknown.items():
        key = field_key(folded)
        if one.near:
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
    return type("ChoicesForm", (BaseForm,), fields)


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
    return RadioField(
        _("Är %(name)s en organisation vi redan har?", name=one.name),
        [_Chosen(_("Välj om %(name)s är ny", name=one.name))],
        choices=[*known, SelectChoice(ADD, _("Nej, lägg till den som ny"))],
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
    decided = {}
    for folded in shown.unknown:
        key = field_key(folded)
        same, category = _answer(form, f"same_{key}"), _answer(form, f"category_{key}")
        known = organisations.organisation_by_id(same) if same and same != ADD else None
        decided[folded] = Choice(known, kinds.get(category))
    return decided


def _answer(form: Any, name: str) -> Any:
    """What was chosen, "" for a question that the form does not ask."""
    return form[name].data if name in form else ""
