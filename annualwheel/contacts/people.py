"""Finds people by what is typed, adds them and renames them."""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.contacts import budgets
from annualwheel.contacts.activation import vouch, was_never_confirmed
from annualwheel.contacts.affiliations import has_place
from annualwheel.contacts.folding import fold, normal_address
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.models import Organisation, Person
from annualwheel.wording.cleaning import one_line
from annualwheel.wording.collation import swedish


def person_called(given: str, family: str, address: str) -> Person | None:
    """The person with that address and name.

    The address alone does not name a person: several may share a function mailbox.
    """
    found = db.session.scalar(
        sa.select(Person).where(
            Person.email_folded == fold(address), Person.name_folded == fold(f"{given} {family}")
        )
    )
    while found is not None and found.merged_into_id is not None:
        found = db.session.get_one(Person, found.merged_into_id)
    return found


def follow_language(person: Person, language: str) -> None:
    """Lets mail to the person be in the language they answer in ("sv" or "en") from now on.

    Call it under the lock of what they answer, before anything is written to them. "" says nothing.
    """
    person.language = language or person.language


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
    by: Person | None = None,
) -> Person:
    """The person with that address and name, added when new and affiliated to `organisation`.

    Whoever adds a person vouches for them: a person who had only asked to come counts from now on.
    A deactivated person stays inactive (see `let_in`). `source` says where the address came from
    (GDPR art. 14), `by` which participant brings them. Raises `Unreadable` for an address that is
    none.
    """
    person = _found_or_new(given, family, address, language, mobile, source)
    if by is not None:
        budgets.bring(person, by)
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
    """As `add_person`, for a person that `by` brings.

    The person is affiliated to `organisation` if `by` is. Somebody who only says that they belong
    there cannot affiliate others.
    """
    person = _found_or_new(given, family, address, by.language, "", source)
    budgets.bring(person, by)
    if has_place(by, organisation):
        vouch(person, organisation, title)
    elif was_never_confirmed(person):
        person.active = True
    return person


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
    given, family = one_line(given), one_line(family)
    person = Person(
        given=given,
        family=family,
        email=address,
        email_folded=fold(address),
        name_folded=fold(f"{given} {family}"),
        # Stored, since neither database sorts Swedish in every installation.
        sort_name=swedish(f"{family} {given}".strip())[0],
        language=language,
        mobile=one_line(mobile),
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
    """Corrects name and address; `address_change.rename` does what follows from a new address.

    Raises as `require_free`.
    """
    address = require_free(person, given, family, address)
    person.given, person.family = one_line(given), one_line(family)
    person.email, person.email_folded = address, fold(address)
    person.name_folded = fold(person.name)
    person.sort_name = swedish(f"{person.family} {person.given}")[0]


def person_by_id(public_id: str) -> Person:
    """The person with that public id. Raises `Missing`."""
    person = db.session.scalar(sa.select(Person).where(Person.public_id == public_id))
    if person is None:
        raise Missing("no_person")
    return person


def _found_or_new(
    given: str, family: str, address: str, language: str, mobile: str, source: str
) -> Person:
    address = normal_address(address)
    person = person_called(one_line(given), one_line(family), address)
    if person is None:
        person = new_person(given, family, address, language=language, mobile=mobile, source=source)
        db.session.flush()
    return person
