"""`flask --app wsgi contacts`: imports a list of people from a file.

It shows the same preview as the page.
"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from annualwheel import unit_of_work
from annualwheel.audit import SYSTEM
from annualwheel.contacts.imports import bounded, preview, storing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.contacts.imports.preview import Preview, UnknownOrganisation
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import DomainError, Missing
from annualwheel.jobs import importing
from annualwheel.models import Import
from annualwheel.services import services
from annualwheel.transactions import reading
from annualwheel.web import error_messages
from annualwheel.web.wording import import_words

contacts_group = AppGroup("contacts", help="Personer och organisationer.")
BY = "kommandoraden"


@contacts_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Läs in personerna. Utan den här flaggan sparas inget.")
def contacts_import(file: Path, write: bool) -> None:
    """Visar vad som skulle hända om FILE (.xlsx eller .csv) lästes in. Med --write läses den in."""
    with import_words.in_swedish():
        try:
            kept = _keep(file)
            # Others write meanwhile: comparing thousands of rows takes seconds.
            unit_of_work.commit()
            with reading():
                shown = preview.build(kept)
                _print(kept, shown)
                db.session.commit()
            if not write:
                # The preview is a row too: a look at a list leaves nothing behind.
                storing.discard(kept)
                unit_of_work.commit()
                click.echo("Inget är sparat. Lägg till --write för att läsa in.")
                return
            writing.begin(kept, Decisions(), SYSTEM, services().clock.now())
        except DomainError as error:
            db.session.rollback()
            raise click.ClickException(error_messages.sentence(error)) from error
        # The job writes in batches, since others write too.
        unit_of_work.commit()
        importing.carry_on(kept.id)
        db.session.refresh(kept)
        if kept.state != "written":
            raise click.ClickException("Importen stannade. Den går vidare automatiskt.")
        counts = kept.trace["counts"]
        click.echo(
            f"Inläst: {counts['new']} nya personer, {counts['organisations']} nya organisationer."
        )


def _keep(file: Path) -> Import:
    year = years.latest()
    if year is None:
        raise Missing("no_year")
    return storing.keep(
        storing.listed(bounded.lists(file.read_bytes())),
        file.name,
        year,
        BY,
        SYSTEM,
        services().clock.now(),
    )


def _print(kept: Import, shown: Preview) -> None:
    click.echo(f"{kept.file_name}: {import_words.summary(shown)}.")
    if kept.trace["ignored"]:
        click.echo(f"Kolumner som inte läses in: {', '.join(kept.trace['ignored'])}")
    for one in shown.unknown.values():
        click.echo(f"Ny organisation: {one.name} ({_about(one)})")
    for several in shown.leads:
        first, *others = [entry.contact for entry in several]
        rows = ", ".join(str(one.row) for one in others)
        click.echo(
            f"{first.organisation} har flera samordnare: rad {first.row} blir det, "
            f"rad {rows} läses in utan att bli det."
        )
    for entry in shown.entries:
        said = import_words.said(entry, kept.trace["columns"])
        if entry.status != "new" or said:
            sentences = f": {'; '.join(said)}" if said else ""
            click.echo(f"Rad {entry.contact.row}: {import_words.status(entry.status)}{sentences}")


def _about(one: UnknownOrganisation) -> str:
    near = f", liknar {', '.join(near.name for near in one.near)}" if one.near else ""
    return f"{one.category.sv if one.category else 'utan typ'}{near}"
