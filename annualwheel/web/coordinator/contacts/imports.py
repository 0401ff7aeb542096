"""Importing people: upload, preview, write, the outcome, undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from annualwheel import listing, services
from annualwheel.contacts.imports import (
    bounded,
    leases,
    preview,
    storing,
    template,
    undoing,
    writing,
)
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.contacts.imports.preview import STATUSES, Preview
from annualwheel.contacts.imports.states import FAILED, GOING_BACK, UNDER_WAY
from annualwheel.cycle import years
from annualwheel.errors import Missing, Unreadable
from annualwheel.leases import is_lost
from annualwheel.models import Import
from annualwheel.uploads.bounded import SECONDS
from annualwheel.uploads.cells import FILE_LIMIT
from annualwheel.web import error_messages, lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.contacts.import_questions import (
    choices_form,
    decisions_of,
    field_key,
    lead_field,
    people_fields,
)
from annualwheel.web.coordinator.contacts.people import actor
from annualwheel.web.forms import BaseForm, Press, strip
from annualwheel.web.lists import Column
from annualwheel.web.wording import import_words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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

    listed: storing.Listed

    def validate_file(self, field: FileField) -> None:
        """Refuses an empty field, and reads the file."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Välj en fil"))
        try:
            # Here, and not in the act: it may take seconds, and the act would keep SQLite's lock.
            self.listed = storing.listed(bounded.lists(field.data.read()))
        except Unreadable as problem:
            raise ValidationError(error_messages.sentence(problem)) from problem


class ListForm(BaseForm):
    """Which other list of the file to read instead."""

    list = RadioField(_l("Läs en annan lista"))


@blueprint.route("/personer/import", methods=["GET", "POST"])
def import_start() -> AnyResponse:
    """Takes the file; shows previews that wait and earlier imports."""
    form = UploadForm()
    outcome = carried_out(form, lambda: _keep(form))
    if outcome:
        shown = url_for("coordinator.import_show", public_id=outcome.result.public_id)
        return redirect(shown, code=303)
    asked = lists.ListRequest(COLUMNS, storing.NEWEST)
    html = render_template(
        "coordinator/import_start.html",
        active="people",
        form=form,
        year=years.latest(),
        earlier=asked.shown(storing.earlier(asked.number, asked.order)),
        waiting=storing.waiting(),
        has_failed=FAILED,
        most=FILE_LIMIT,
        seconds=SECONDS,
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
    """Shows a preview, how far the import has come, or its outcome."""
    kept = storing.by_public_id(public_id)
    if kept.state == "preview":
        shown = preview.build(kept)
        return _preview_page(kept, shown, choices_form(kept, shown)(formdata=None))
    if kept.state in UNDER_WAY:
        return _progress_page(kept)
    if kept.state in FAILED:
        return _failed_page(kept)
    html = render_template(
        "coordinator/import_done.html",
        active="people",
        kept=kept,
        shown=preview.build(kept),
        # Told before anybody presses: an import that others have built on cannot be undone.
        obstacles=undoing.obstacles(kept) if kept.state == "written" else {},
        words=import_words,
    )
    return make_response(html)


@blueprint.post("/personer/import/<public_id>")
def import_write(public_id: str) -> AnyResponse:
    """Writes what the preview showed. A second press shows what the first one did."""
    kept = storing.by_public_id(public_id)
    if kept.state == "preview":
        # Read and compared before the write: looking for names that are alike takes long, and
        # others would wait for the lock.
        shown = preview.build(kept)
        form = choices_form(kept, shown)()
        outcome = carried_out(form, lambda: _written(public_id, decisions_of(form, kept, shown)))
        if not outcome:
            return _preview_page(kept, shown, form)
        if outcome.result.state == "written":
            flash(_("Importen är klar."))
        else:
            services.enqueue("carry_on_import", outcome.result.id)
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


@blueprint.post("/personer/import/<public_id>/lista")
def import_choose(public_id: str) -> AnyResponse:
    """Shows another list of the file: another sheet, or the text in another encoding."""
    kept = storing.by_public_id(public_id)
    form = ListForm()
    form.list.choices = _other_lists(kept)
    if form.accepted():
        number = int(form.list.data)
        carry_out(lambda: storing.choose(storing.by_public_id(public_id, locked=True), number))
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


@blueprint.post("/personer/import/<public_id>/avbryt")
def import_cancel(public_id: str) -> AnyResponse:
    """Stops an import that is being written, and takes back what it has written."""
    if Press().accepted():
        kept = carry_out(lambda: _cancelled(public_id))
        services.enqueue("carry_on_import", kept.id)
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


@blueprint.post("/personer/import/<public_id>/igen")
def import_try_again(public_id: str) -> AnyResponse:
    """Goes on with an import that has failed, from where it stopped."""
    if Press().accepted():
        kept = carry_out(lambda: _tried_again(public_id))
        services.enqueue("carry_on_import", kept.id)
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


@blueprint.post("/personer/import/<public_id>/kasta")
def import_discard(public_id: str) -> AnyResponse:
    """Discards a preview."""
    if Press().accepted():
        carry_out(lambda: storing.discard(storing.by_public_id(public_id, locked=True)))
        flash(_("Filen är borttagen. Inget sparades."))
    return redirect(url_for("coordinator.import_start"), code=303)


@blueprint.post("/personer/import/<public_id>/angra")
def import_undo(public_id: str) -> AnyResponse:
    """Undoes an import."""
    if Press().accepted():
        # Looked for before the write: of thousands of rows it takes a while.
        kept = storing.by_public_id(public_id)
        in_the_way = undoing.obstacles(kept) if kept.state == "written" else {}
        kept = carry_out(lambda: _undone(public_id, in_the_way))
        if kept.state == "undone":
            flash(_("Importen är ångrad. Det som den lade till är borttaget."))
        else:
            services.enqueue("carry_on_import", kept.id)
    return redirect(url_for("coordinator.import_show", public_id=public_id), code=303)


def _written(public_id: str, decided: Decisions) -> Import:
    # A second press waits here for the first, and then finds an import that is begun or written.
    kept = storing.by_public_id(public_id, locked=True)
    if kept.state != "preview":
        return kept
    if len(kept.rows) <= writing.SMALL:
        writing.write(kept, decided, actor(), page.now())
    else:
        writing.begin(kept, decided, actor(), page.now())
    return kept


def _undone(public_id: str, in_the_way: Mapping[str, int]) -> Import:
    kept = storing.by_public_id(public_id, locked=True)
    if kept.state == "written" and undoing.is_small(kept):
        undoing.undo(kept, actor(), page.now())
    else:
        undoing.begin(kept, in_the_way, actor())
    return kept


def _cancelled(public_id: str) -> Import:
    kept = storing.by_public_id(public_id, locked=True)
    undoing.cancel(kept, actor())
    return kept


def _tried_again(public_id: str) -> Import:
    kept = storing.by_public_id(public_id, locked=True)
    leases.try_again(kept, page.now(), actor())
    return kept


def _keep(form: UploadForm) -> Import:
    # Categories belong to a year, so a list cannot be read before there is one.
    year = years.latest()
    if year is None:
        raise Missing("no_year")
    return storing.keep(
        form.listed,
        # The end of a long name, so that the ending stays.
        strip(form.file.data.filename)[-LONGEST_FILE_NAME:],
        year,
        g.staff.name,
        actor(),
        page.now(),
    )


def _progress_page(kept: Import) -> AnyResponse:
    """How far an import that a job works on has come."""
    html = render_template(
        "coordinator/import_progress.html",
        active="people",
        kept=kept,
        total=_steps(kept),
        stands_still=is_lost(kept.lease_until, page.now()),
    )
    response = make_response(html)
    # A header and no script: the page follows the job in every browser.
    response.headers["Refresh"] = "2"
    return response


def _failed_page(kept: Import) -> AnyResponse:
    """That nobody comes further with an import, why, how far it has come, and what can be done."""
    html = render_template(
        "coordinator/import_failed.html",
        active="people",
        kept=kept,
        total=_steps(kept),
        goes_back=kept.state in GOING_BACK,
    )
    return make_response(html)


def _steps(kept: Import) -> int:
    """The number that an import comes to when all is done."""
    return undoing.steps_of(kept) if kept.state in GOING_BACK else storing.last_row(kept)


def _other_lists(kept: Import) -> list[SelectChoice]:
    return [
        SelectChoice(str(number), import_words.list_name(other))
        for number, other in enumerate(kept.others)
    ]


def _preview_page(kept: Import, shown: Preview, form: Any) -> AnyResponse:
    counts = shown.counts
    status = SHOWN.get(request.args.get("visa", "")) or _first_shown(counts)
    entries = [entry for entry in shown.entries if entry.status == status]
    tabs = [(word, name, counts[name]) for word, name in SHOWN.items() if counts[name]]
    another = ListForm(formdata=None, list="0")
    another.list.choices = _other_lists(kept)
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
        another=another,
        key=field_key,
        lead_field=lead_field,
        about_people=people_fields(form),
        name_of=categories.name_of,
        statuses=STATUSES,
    )
    return make_response(html, form.status)


def _first_shown(counts: Mapping[str, int]) -> str:
    """The rows that are shown before anybody has chosen: those with errors first."""
    return next((name for name in ("unreadable", "new", "there") if counts[name]), "new")
