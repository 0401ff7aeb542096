"""The commands of `flask --app wsgi`."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import Migrate

from annualwheel import unit_of_work
from annualwheel.accounts import staff
from annualwheel.cli.answers import answers_group
from annualwheel.cli.backup import backup, restore
from annualwheel.cli.contacts import contacts_group
from annualwheel.cli.demo import demo_group
from annualwheel.cli.rehearse import rehearse
from annualwheel.db import db
from annualwheel.errors import DomainError
from annualwheel.jobs import sending
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models.staff import STAFF_ROLES
from annualwheel.questionnaires import problems, reading
from annualwheel.services import services
from annualwheel.web import error_messages
from annualwheel.wording import dates

staff_group = AppGroup("staff", help="Konton för regionens personal.")
mail_group = AppGroup("mail", help="Mejlinställningarna.")
forms_group = AppGroup("forms", help="Frågorna i forms/.")


def register(app: Flask, migrations: str) -> None:
    """Gives the application its commands."""
    # SQLite cannot alter most of a table, so Alembic copies it (batch). By default it commits each
    # statement there, and would leave half of a migration that fails.
    Migrate(app, db, directory=migrations, render_as_batch=True, transactional_ddl=True)
    for command in (
        staff_group,
        mail_group,
        forms_group,
        demo_group,
        contacts_group,
        answers_group,
        rehearse,
        backup,
        restore,
    ):
        app.cli.add_command(command)


@staff_group.command("add")
@click.argument("address")
@click.option("--name", prompt="Namn")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(STAFF_ROLES), default=("administrator",)
)
def staff_add(address: str, name: str, roles: tuple[str, ...]) -> None:
    """Lägger till ett konto (den första administratören görs så här)."""
    try:
        staff.add(name, address, roles, services().clock.now())
    except DomainError as error:
        # The sentence is translated when it is read, and the language comes from a request.
        with current_app.test_request_context():
            sentence = error_messages.sentence(error)
        raise click.ClickException(f"Kontot lades inte till. {sentence}") from error
    unit_of_work.commit()
    click.echo(f"{name} kan nu logga in på {services().settings.base_url}/logga-in med {address}.")


MAIL_WENT = {
    "sent": "Skickat: servern tog emot mejlet.",
    "withheld": (
        "Inte skickat: adressen finns inte i MAIL_ALLOW, och utanför produktion går mejl bara dit."
    ),
}


@mail_group.command("test")
@click.argument("address")
def mail_test(address: str) -> None:
    """Skickar ett provmejl nu och berättar hur det gick."""
    now = services().clock.now()
    message = outbox.put(
        f"test_mail:{now.timestamp()}",
        "test_mail",
        Recipient(address, ""),
        {"sent_at": dates.day_time(now, "sv")},
        {},
        now,
    )
    db.session.flush()
    # Off the list of what is handed to the queue: this process sends it and tells the result.
    outbox.take_queued()
    db.session.commit()
    sending.send_mails([message.id])
    click.echo(MAIL_WENT.get(message.state, f"Inte skickat: {message.error}"))
    if message.state not in MAIL_WENT:
        # So that a script that sets a server up notices.
        raise SystemExit(1)


@forms_group.command("check")
def forms_check() -> None:
    """Läser alla filer i forms/ och säger vad som är fel: fil, avsnitt och fråga."""
    try:
        found = reading.read_all(services().settings.forms_folder)
    except problems.DefinitionError as error:
        raise click.ClickException("\n".join(str(problem) for problem in error.problems)) from error
    for definition in found:
        click.echo(f"{definition.key}: {len(definition.sections)} avsnitt, inga fel")
