"""The commands that fill a demonstration year and show the ways into it."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from annualwheel import jobs
from annualwheel.db import db
from annualwheel.demo import year
from annualwheel.house import house
from annualwheel.links import Target
from annualwheel.models import (
    Meeting,
    Member,
    Questionnaire,
    Registration,
    Staff,
    StaffLink,
    Submission,
)
from annualwheel.questionnaires import reading
from annualwheel.staff import LINK_LIFE

demo_group = AppGroup("demo", help="Ett påhittat år att visa och öva med. Aldrig i produktion.")


@demo_group.command("fill")
def fill() -> None:
    """Fyller en tom databas med 62 organisationer, påhittade personer och tre möten.

    Rör inte en databas med innehåll.
    """
    _not_in_production()
    if not year.is_empty():
        click.echo("Det finns redan ett år. Ingenting ändrades.")
        return
    played = year.play(house().clock.now(), reading.read_all(house().settings.forms_folder))
    jobs.commit()
    click.echo(
        f"Demonstrationsåret: {played.organisations} organisationer, "
        f"{played.persons} personer, {played.submitted} inskickade svar."
    )


@demo_group.command("links")
def links() -> None:
    """Skriver ut länkar att öppna: deltagare, förberedelse, koordinator, processledare och
    brevlådan.
    """
    _not_in_production()
    signet, settings = house().signet, house().settings
    invited = db.session.scalars(
        sa.select(Registration)
        .join(Meeting)
        .where(Registration.state == "invited", Meeting.kind == "direction")
        .order_by(Registration.id)
        .limit(1)
    ).first()
    writer = db.session.scalars(
        sa.select(Member)
        .join(Submission)
        .join(Questionnaire)
        .where(Submission.state == "draft")
        .order_by(Member.id)
        .limit(1)
    ).first()
    rows = []
    if invited:
        rows.append(
            (
                "Deltagare, inbjudan",
                signet.url(Target("registration", invited.public_id, invited.link_version)),
            )
        )
    if writer:
        rows.append(
            (
                "Deltagare, förberedelse",
                signet.url(Target("member", writer.public_id, writer.link_version)),
            )
        )
    for name, role in (("Koordinator", "coordinator"), ("Processledare", "facilitator")):
        person = db.session.scalars(
            sa.select(Staff)
            .where(Staff.active, Staff.roles.any(role=role))
            .order_by(Staff.id)
            .limit(1)
        ).first()
        if person:
            rows.append((name, signet.url(Target("staff", _sign_in_link(person)))))
    if settings.dev_mailbox:
        rows.append(("Brevlådan", f"{settings.base_url}/brevlada"))
    jobs.commit()
    for label, address in rows:
        click.echo(f"{label + ':':26}{address}")


def _sign_in_link(person: Staff) -> str:
    link = StaffLink(staff=person, expires_at=house().clock.now() + LINK_LIFE)
    db.session.add(link)
    return link.public_id


def _not_in_production() -> None:
    if house().settings.environment == "production":
        raise click.ClickException("Demonstrationsåret finns inte i produktion.")
