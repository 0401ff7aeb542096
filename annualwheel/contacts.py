"""Organisations and people: found by what is typed, added, changed, deactivated."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Missing, Refused, Unreadable
from annualwheel.models import (
    Affiliation,
    Alias,
    Category,
    Organisation,
    Person,
    Registration,
    Year,
    YearOrganisation,
)
from annualwheel.sorting import swedish


def fold(text: str) -> str:
    """The form names and addresses are compared in.

    NFC, case-folded, single spaces, no space at the ends.
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).casefold()).strip()


def normal_address(text: str) -> str:
    """The address as it is stored: trimmed, the domain in lower case.

    Raises `Unreadable` when it is no e-mail address.
    """
    try:
        found = validate_email(text.strip().strip("<>;,"), check_deliverability=False)
    except EmailNotValidError as problem:
        raise Unreadable("bad_address", value=text) from problem
    # A local part with å ä ö needs SMTPUTF8, which most receivers lack.
    if found.ascii_email is None:
        raise Unreadable("bad_address", value=text)
    return found.normalized


def organisation_named(name: str) -> Organisation | None:
    """The organisation with that name, alias or code, whatever its case and spacing.

    Merged ones lead to what they became.
    """
    folded = fold(name)
    by_code = sa.func.lower(Organisation.code) == folded
    found = db.session.scalar(
        sa.select(Organisation)
        .outerjoin(Alias, Alias.organisation_id == Organisation.id)
        .where(sa.or_(Organisation.folded == folded, Alias.folded == folded, by_code))
        .limit(1)
    )
    while found is not None and found.merged_into_id is not None:
        found = db.session.get_one(Organisation, found.merged_into_id)
    return found


def add_organisation(name: str, code: str = "", aliases: tuple[str, ...] = ()) -> Organisation:
    """Adds an organisation. Raises `Refused` when the name is taken."""
    name = clean(name)
    if organisation_named(name):
        raise Refused("organisation_exists", name=name)
    organisation = Organisation(
        code=code or _free_code(name), name=name, folded=fold(name), sort_name=swedish(name)[0]
    )
    db.session.add(organisation)
    for alias in aliases:
        add_alias(organisation, alias)
    db.session.flush()
    return organisation


def add_alias(organisation: Organisation, name: str) -> None:
    """Lets the organisation be found by another name too.

    A name that is taken already is left as it is.
    """
    if fold(name) and organisation_named(name) is None and fold(name) != organisation.folded:
        db.session.add(Alias(organisation=organisation, name=name.strip(), folded=fold(name)))
        db.session.flush()


def in_year(organisation: Organisation, year: Year) -> YearOrganisation:
    """What the organisation is in that year; the row is made when it is not there."""
    row = db.session.scalar(
        sa.select(YearOrganisation).where(
            YearOrganisation.year_id == year.id, YearOrganisation.organisation_id == organisation.id
        )
    )
    if row is None:
        row = YearOrganisation(year=year, organisation=organisation)
        db.session.add(row)
        db.session.flush()
    return row


def set_category(organisation: Organisation, year: Year, category: Category | None) -> None:
    """Sets the kind of organisation for that year."""
    in_year(organisation, year).category = category


def set_lead(organisation: Organisation, year: Year, lead: Person | None) -> None:
    """Appoints the person who holds the organisation's answer together that year."""
    in_year(organisation, year).lead = lead


def person_called(given: str, family: str, address: str) -> Person | None:
    """The person with that address and name.

    An address alone may be a function mailbox with several.
    """
    found = db.session.scalar(
        sa.select(Person).where(
            Person.email_folded == fold(address), Person.name_folded == fold(f"{given} {family}")
        )
    )
    while found is not None and found.merged_into_id is not None:
        found = db.session.get_one(Person, found.merged_into_id)
    return found


def add_person(
    given: str,
    family: str,
    address: str,
    organisation: Organisation,
    *,
    title: str = "",
    language: str = "sv",
    mobile: str = "",
    source: str = "",
) -> Person:
    """The person with that address and name, added when new, with a place in `organisation`.

    Who adds vouches: somebody who had only asked to come themselves counts from now on. Who was
    deactivated stays so (see `let_in`). `source` says where the address came from (GDPR art. 14).
    Raises `Unreadable` for an address that is none.
    """
    person = _found_or_new(given, family, address, language, mobile, source)
    vouch(person, organisation, title)
    return person


def add_beside(
    by: Person,
    organisation: Organisation,
    given: str,
    family: str,
    address: str,
    *,
    title: str = "",
    source: str = "",
) -> Person:
    """As `add_person`, for somebody whom `by` brings along.

    With a place in `organisation` when `by` has one. Who only says that they belong there can give
    nobody else a place.
    """
    person = _found_or_new(given, family, address, by.language, "", source)
    if has_place(by, organisation):
        vouch(person, organisation, title)
    elif was_never_confirmed(person):
        person.active = True
    return person


def vouch(person: Person, organisation: Organisation, title: str = "") -> None:
    """Gives the person a place in the organisation.

    Somebody whom nobody had proved to exist is active from now on.
    """
    if was_never_confirmed(person):
        person.active = True
    affiliate(person, organisation, title)


def was_never_confirmed(person: Person) -> bool:
    """Whether somebody inactive has only asked to come on the open page.

    They have no place anywhere, and no registration but unconfirmed ones. Everybody else who is
    inactive was made so by a coordinator.
    """
    if person.active:
        return False
    own = sa.select(Registration.state).where(Registration.person_id == person.id)
    states = set(db.session.scalars(own))
    placed = db.session.scalar(
        sa.select(Affiliation.id).where(Affiliation.person_id == person.id).limit(1)
    )
    return states == {"unconfirmed"} and placed is None


def let_in(person: Person, now: dt.datetime, actor: Actor) -> None:
    """Somebody is asked to come or to write by `actor`.

    No participant lets in again whom a coordinator has made inactive: that raises
    `Refused("person_inactive")`. Whose details are erased stays out. Call it after `add_person`.
    """
    if person.active or not person.email:
        return
    if actor.kind == "participant":
        raise Refused("person_inactive", name=person.name)
    set_active(person, True, actor, now)


def new_person(
    given: str,
    family: str,
    address: str,
    *,
    language: str = "sv",
    mobile: str = "",
    source: str = "",
    import_id: int | None = None,
) -> Person:
    """A person whom the caller knows to be new, with an address that is normal already."""
    given, family = clean(given), clean(family)
    person = Person(
        given=given,
        family=family,
        email=address,
        email_folded=fold(address),
        name_folded=fold(f"{given} {family}"),
        sort_name=swedish(f"{family} {given}")[0],
        language=language,
        mobile=clean(mobile),
        source=source,
        import_id=import_id,
    )
    db.session.add(person)
    return person


def require_free(person: Person, given: str, family: str, address: str) -> str:
    """The address as it is stored.

    Raises `Refused` when someone else has exactly that name and address, `Unreadable` for a bad
    one.
    """
    address = normal_address(address)
    stays = (fold(address), fold(f"{given} {family}")) == (person.email_folded, person.name_folded)
    other = None if stays else person_called(given, family, address)
    if other is not None and other is not person:
        raise Refused("person_exists", name=other.name)
    return address


def rename(person: Person, given: str, family: str, address: str) -> None:
    """Corrects name and address; `readdressing.rename` sees to what follows from a new address.

    Raises as `require_free`.
    """
    address = require_free(person, given, family, address)
    person.given, person.family = clean(given), clean(family)
    person.email, person.email_folded = address, fold(address)
    person.name_folded = fold(person.name)
    person.sort_name = swedish(f"{person.family} {person.given}")[0]


def rename_organisation(organisation: Organisation, name: str) -> None:
    """Corrects the name. Raises `Refused` when another organisation goes by it."""
    other = organisation_named(name)
    if other is not None and other is not organisation:
        raise Refused("organisation_exists", name=other.name)
    organisation.name = clean(name)
    organisation.folded = fold(organisation.name)
    organisation.sort_name = swedish(organisation.name)[0]
    db.session.flush()


def set_active(thing: Person | Organisation, active: bool, actor: Actor, now: dt.datetime) -> None:
    """Takes a person or an organisation out of every new sending, or back in.

    Nothing is deleted.
    """
    thing.active = active
    audit.note(actor, "activated" if active else "deactivated", thing, now)


def person_by_id(public_id: str) -> Person:
    """The person with that public id. Raises `Missing`."""
    person = db.session.scalar(sa.select(Person).where(Person.public_id == public_id))
    if person is None:
        raise Missing("no_person")
    return person


def organisation_by_id(public_id: str) -> Organisation:
    """The organisation with that public id. Raises `Missing`."""
    organisation = db.session.scalar(
        sa.select(Organisation).where(Organisation.public_id == public_id)
    )
    if organisation is None:
        raise Missing("no_organisation")
    return organisation


def organisation_of(person: Person) -> Organisation | None:
    """The person's first active organisation."""
    return next((a.organisation for a in person.affiliations if a.active), None)


def belongs(person: Person, organisation: Organisation) -> bool:
    """Whether the person is active and has not left the organisation.

    Who never had a place in it has not left it.
    """
    return person.active and all(
        a.active for a in person.affiliations if a.organisation_id == organisation.id
    )


def has_place(person: Person, organisation: Organisation) -> bool:
    """Whether the person is active and has a place in the organisation now.

    Who has only said so on the open page has none.
    """
    return person.active and any(
        a.active for a in person.affiliations if a.organisation_id == organisation.id
    )


def affiliate(person: Person, organisation: Organisation, title: str = "") -> None:
    """Gives the person a place in the organisation, or the place a new title.

    A place that had ended begins again.
    """
    row = db.session.scalar(
        sa.select(Affiliation).where(
            Affiliation.person_id == person.id, Affiliation.organisation_id == organisation.id
        )
    )
    if row is None:
        db.session.add(Affiliation(person=person, organisation=organisation, title=clean(title)))
    else:
        row.title, row.active = clean(title) or row.title, True
    db.session.flush()


def end_affiliation(person: Person, organisation: Organisation) -> None:
    """Ends the person's place in the organisation; what was done in it stays.

    Raises `Missing` when there is none.
    """
    row = next((a for a in person.affiliations if a.organisation_id == organisation.id), None)
    if row is None:
        raise Missing("no_organisation")
    row.active = False
    db.session.flush()


def _found_or_new(
    given: str, family: str, address: str, language: str, mobile: str, source: str
) -> Person:
    address = normal_address(address)
    person = person_called(clean(given), clean(family), address)
    if person is None:
        person = new_person(given, family, address, language=language, mobile=mobile, source=source)
        db.session.flush()
    return person


def clean(text: str) -> str:
    """What was typed as it is stored: NFC, single spaces, none at the ends."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def _free_code(name: str) -> str:
    base = "".join(c for c in name.upper() if c.isalnum())[:6] or "ORG"
    alike = Organisation.code.startswith(base, autoescape=True)
    taken = set(db.session.scalars(sa.select(Organisation.code).where(alike)))
    possible = [base, *(f"{base}{number}" for number in range(1, len(taken) + 2))]
    return next(code for code in possible if code not in taken)
