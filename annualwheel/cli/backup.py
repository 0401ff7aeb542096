"""`flask --app wsgi backup DIR` and `restore DIR/<copy>`: all that must not be lost, and back."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import click
import flask_migrate
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask.cli import with_appcontext

from annualwheel import audit, unit_of_work
from annualwheel.cli import copies
from annualwheel.db import db, schema_version
from annualwheel.engines import MARKER
from annualwheel.mail import outbox, requests
from annualwheel.mailings import sending
from annualwheel.participation import offers
from annualwheel.privacy import retention
from annualwheel.services import services
from annualwheel.transactions import restoring
from annualwheel.wording import dates
from config import Settings, environment

MANIFEST = "manifest.json"
FORMAT = 1
DATABASE, QUEUE = "database", "queue"
PARTIAL = ".partial"
# How a copy is called: the moment it was begun, UTC.
NAME = "%Y%m%dT%H%M%SZ"
# No copy takes longer; one that has was interrupted.
LONGEST = dt.timedelta(days=1)


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    "days",
    type=click.IntRange(1, retention.BACKUPS.days),
    default=retention.BACKUPS.days,
    help="Så många dagar sparas en kopia, högst så länge som integritetssidan lovar.",
)
@with_appcontext
def backup(folder: Path, days: int) -> None:
    """Kopierar databasen och kön till en ny mapp i FOLDER, medan alla arbetar som vanligt.

    Kopior som är äldre än --keep dagar tas bort.
    """
    now = services().clock.now()
    with copies.private():
        made = _new_copy(folder, now)
    click.echo(f"Kopian är klar: {made}")
    outdated = _outdated(folder, now - dt.timedelta(days=days), made)
    for old in (*outdated, *_interrupted(folder, now - LONGEST)):
        shutil.rmtree(old)
        click.echo(f"Borttagen: {old}")


@click.command("restore")
@click.argument("copy", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def restore(copy: Path) -> None:
    """Lägger tillbaka kopian COPY där DATABASE_URL pekar. Där får inget finnas.

    Avbryts det går det inte att använda det som är återlagt: kör samma kommando igen.
    Mejl som var på väg när kopian gjordes skickas inte automatiskt: de kan ha gått sedan dess.
    """
    manifest, kind, url = _checked(copy), db.engine.url.get_backend_name(), _database_url()
    if manifest["kind"] != kind:
        raise click.ClickException(
            f"Kopian är av {manifest['kind']}, men DATABASE_URL pekar på {kind}."
        )
    _require_known(manifest["schema"])
    # After a restore that was interrupted the jobs are those of the copy.
    if not copies.require_empty(url):
        _require_no_jobs()
    with copies.private(), restoring():
        copies.put_back(copy / DATABASE, url)
        if QUEUE in manifest["files"]:
            _put_queue_back(copy / QUEUE)
        flask_migrate.upgrade(directory=current_app.extensions["migrate"].directory)
        _hold(manifest["made_at"])


def _new_copy(folder: Path, now: dt.datetime) -> Path:
    name = now.strftime(NAME)
    made, half = folder / name, folder / f"{name}{PARTIAL}"
    if made.exists():
        raise click.ClickException(f"{made} finns redan.")
    # What is left of a copy that was interrupted in the same second is worth nothing.
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    _copy(half)
    _write_manifest(half, now)
    for path in (*half.iterdir(), half):
        copies.kept_on_disk(path)
    half.rename(made)
    copies.kept_on_disk(folder)
    return made


def _copy(folder: Path) -> None:
    url = _database_url()
    file = copies.sqlite_file(url)
    if file is None:
        copies.copy_postgresql(url, folder / DATABASE)
    else:
        copies.copy_sqlite(file, folder / DATABASE)
    # A queue on a server is in that server's own copies; the minute's sweep finds the work anyway.
    queue = copies.sqlite_file(services().settings.queue_url)
    if queue is not None and queue.exists():
        copies.copy_sqlite(queue, folder / QUEUE)


def _write_manifest(folder: Path, now: dt.datetime) -> None:
    fields = {field.name.upper() for field in dataclasses.fields(Settings)}
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "kind": db.engine.url.get_backend_name(),
        "schema": schema_version(),
        "files": {path.name: _print(path) for path in sorted(folder.iterdir())},
        # Their names only: a copy without the keys does not open the links in it.
        "settings": sorted(fields & environment().keys()),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _checked(copy: Path) -> dict[str, Any]:
    """The manifest of a copy whose files are all as they were written."""
    try:
        manifest: dict[str, Any] = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{copy} är ingen hel kopia: {error}") from error
    if manifest.get("format") != FORMAT:
        raise click.ClickException(f"{copy} är av ett format som den här versionen inte känner.")
    for name, written in manifest["files"].items():
        path = copy / name
        if not path.exists() or _print(path) != written:
            raise click.ClickException(f"{path} är inte som den skrevs. Använd en annan kopia.")
    return manifest


def _print(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _database_url() -> str:
    """Where the database is: the engine knows which folder a relative path is in."""
    return db.engine.url.render_as_string(hide_password=False)


def _require_known(schema: str) -> None:
    migrations = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        migrations.get_revision(schema)
    except CommandError as error:
        raise click.ClickException(
            f"Kopian är gjord med en nyare version ({schema}). Installera den och försök igen."
        ) from error


def _require_no_jobs() -> None:
    queue = services().queue
    if jobs := queue.pending_count() + queue.scheduled_count():
        raise click.ClickException(f"Kön har {jobs} jobb från något annat. Töm den först.")


def _put_queue_back(copy: Path) -> None:
    url = services().settings.queue_url
    file = copies.sqlite_file(url)
    if file is None:
        return
    # This very process has opened the queue, and so made a file without a job in it.
    services().queue.storage.close()
    copies.put_queue_back(copy, file)


def _outdated(folder: Path, before: dt.datetime, newest: Path) -> list[Path]:
    """The copies made earlier; never a folder of something else, and never the newest."""
    found = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            # Other programs have manifests too.
            written = json.loads(manifest.read_text(encoding="utf-8"))
            is_ours = written["format"] == FORMAT and manifest.parent != newest
            if is_ours and dt.datetime.fromisoformat(written["made_at"]) < before:
                found.append(manifest.parent)
    return found


def _interrupted(folder: Path, before: dt.datetime) -> list[Path]:
    """What is left of copies that were begun earlier and never ended: they hold names too."""
    found = []
    for half in sorted(folder.glob(f"*{PARTIAL}")):
        with contextlib.suppress(ValueError):
            name = half.name.removesuffix(PARTIAL)
            if dt.datetime.strptime(name, NAME).replace(tzinfo=dt.UTC) < before:
                found.append(half)
    return found


def _hold(made_at: str) -> None:
    """Keeps back what may have been done after the copy, and says what a person must decide."""
    now = services().clock.now()
    mails = outbox.doubt_all("Kopian lades tillbaka: mejlet kan ha gått.")
    asked = requests.drop_all()
    mailings = sending.pause_all(now, audit.SYSTEM)
    waiting = offers.count_open()
    kept_back = {"mails": mails, "mailings": mailings, "mail_requests": asked}
    audit.note(audit.SYSTEM, "restored", "database", now, **kept_back)
    # In the same transaction: from now on it may be used.
    db.session.execute(sa.text(f"DROP TABLE {MARKER}"))
    unit_of_work.commit()
    when = dates.day_time(dt.datetime.fromisoformat(made_at), "sv")
    click.echo(f"Kopian från {when} är tillbaka. Det som hänt efter den finns inte.")
    click.echo(f"{mails} mejl var på väg och kan ha gått: de väntar under Mejl som inte kom fram.")
    click.echo(f"{mailings} utskick är pausade: se vad som har gått innan du skickar vidare.")
    click.echo(f"{waiting} erbjudna platser väntar på svar: svar efter kopian finns inte här.")
    click.echo("Personer som har raderats efter kopian finns igen och ska raderas på nytt.")
