"""The commands that fill a demonstration year and print links to open in it."""

from __future__ import annotations

import datetime as dt

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from annualwheel import unit_of_work
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.demo import year
from annualwheel.models import (
    Meeting,
    Member,
    Registration,
    Staff,
    StaffLink,
    Submission,
)
from annualwheel.preparation import deadline
from annualwheel.questionnaires import reading
from annualwheel.services import services

# They are printed once and opened now and then while somebody looks around; a mailed one is opened
# at once.
FOR_THE_DAY = dt.timedelta(days=1)
demo_group = AppGroup("demo", help="Ett påhittat år att visa och öva med. Aldrig i produktion.")


@demo_group.command("fill")
def fill() -> None:
    """Fyller en tom databas med 62 organisationer, påhittade personer och tre möten.

    Rör inte en databas med innehåll.
    """
    _not_in_production()
    # `make run` calls this at each start: what somebody has tried out must stay.
    if not year.is_empty():
        click.echo("Det finns redan ett år. Ingenting ändrades.")
        return
    played = year.play(services().clock.now(), reading.read_all(services().settings.forms_folder))
    unit_of_work.commit()
    click.echo(
        f"Demonstrationsåret: {played.organisations} organisationer, {played.persons} personer, "
        f"{played.submitted} inskickade svar."
    )


@demo_group.command("links")
def links() -> None:
    """Skriver ut länkar att öppna: deltagare, förberedelse, koordinator, processledare och
    brevlådan.
    """
    _not_in_production()
    link_signer, settings = services().link_signer, services().settings
    targets = {
        "Deltagare, inbjudan": _invitation(),
        "Deltagare, förberedelse": _preparation(),
        "Koordinator": _sign_in("coordinator"),
        "Processledare": _sign_in("facilitator"),
    }
    addresses = {label: link_signer.url(target) for label, target in targets.items() if target}
    if settings.dev_mailbox:
        addresses["Brevlådan"] = f"{settings.base_url}/brevlada"
    # Before anything is printed: a sign-in link is a row, which must be there when it is opened.
    unit_of_work.commit()
    for label, address in addresses.items():
        click.echo(f"{label + ':':26}{address}")


def _invitation() -> Target | None:
    invited = db.session.scalar(
        sa.select(Registration)
        .join(Meeting)
        .where(Registration.state == "invited", Meeting.kind == "direction")
        .order_by(Registration.id)
        .limit(1)
    )
    if invited is None:
        return None
    return Target("registration", invited.public_id, invited.link_version)


def _preparation() -> Target | None:
    """Somebody whose organisation has begun an answer that can be written in now."""
    begun = db.session.scalars(
        sa.select(Member)
        .join(Submission)
        .where(Submission.state == "draft", Submission.changed_at.is_not(None))
        .order_by(Member.id)
    )
    now = services().clock.now()
    writer = next((one for one in begun if deadline.is_open(one.submission, now)), None)
    return Target("member", writer.public_id, writer.link_version) if writer else None


def _sign_in(role: str) -> Target | None:
    person = db.session.scalar(
        sa.select(Staff).where(Staff.active, Staff.roles.any(role=role)).order_by(Staff.id).limit(1)
    )
    return Target("staff", _sign_in_link(person)) if person else None


def _sign_in_link(person: Staff) -> str:
    link = StaffLink(staff=person, expires_at=services().clock.now() + FOR_THE_DAY)
    db.session.add(link)
    return link.public_id


def _not_in_production() -> None:
    if services().settings.environment == "production":
        raise click.ClickException("Demonstrationsåret finns inte i produktion.")
