"""Finds organisations by what is typed, adds and renames them, and says what they are in a year."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from annualwheel.contacts.folding import fold
from annualwheel.db import add_unless_there, db
from annualwheel.errors import Missing, Refused
from annualwheel.models import Alias, Category, Organisation, Person, Year, YearOrganisation
from annualwheel.wording.cleaning import one_line
from annualwheel.wording.collation import swedish


def organisation_named(name: str) -> Organisation | None:
    """The organisation with that name, alias or chosen code, whatever its case and spacing.

    For a merged organisation it is the one that it became.
    """
    folded = fold(name)
    # One after the other: asked for both at once, a database goes through all organisations.
    by_alias = sa.select(Organisation).join(Alias, Alias.organisation_id == Organisation.id)
    found = (
        db.session.scalar(sa.select(Organisation).where(Organisation.folded == folded))
        or db.session.scalar(by_alias.where(Alias.folded == folded))
        or _with_chosen_code(folded)
    )
    return _kept(found) if found is not None else None


def named(names: Collection[str]) -> dict[str, Organisation]:
    """As `organisation_named` for many names, by folded name, with no more questions."""
    folded = {fold(name) for name in names}
    code = sa.func.lower(Organisation.code)
    by_code = sa.select(code, Organisation).where(code.in_(folded))
    by_alias = sa.select(Alias.folded, Organisation).join_from(Alias, Alias.organisation)
    by_name = sa.select(Organisation.folded, Organisation).where(Organisation.folded.in_(folded))
    found = {word: one for word, one in db.session.execute(by_code) if has_chosen_code(one)}
    # A name goes before another name, and that before a code.
    for asked in (by_alias.where(Alias.folded.in_(folded)), by_name):
        found.update(row._tuple() for row in db.session.execute(asked))
    return {word: _kept(one) for word, one in found.items()}


def add_organisation(name: str, code: str = "", aliases: tuple[str, ...] = ()) -> Organisation:
    """Adds an organisation. Raises `Refused` when the name is taken."""
    name = one_line(name)
    if organisation_named(name):
        raise Refused("organisation_exists", name=name)
    organisation = _new(name, code or _free_code(name, {}))
    for alias in aliases:
        add_alias(organisation, alias)
    db.session.flush()
    return organisation


def add_unnamed(name: str, numbers: dict[str, int]) -> Organisation:
    """Adds an organisation with a name that none has (see `named`).

    `numbers` is for all that are added after each other: the last number of each code, so that it
    need not be looked for again.
    """
    name = one_line(name)
    organisation = _new(name, _free_code(name, numbers))
    db.session.flush()
    return organisation


def add_alias(organisation: Organisation, name: str) -> None:
    """Lets the organisation be found by another name too.

    Nothing happens for a name that is taken.
    """
    if fold(name) and organisation_named(name) is None and fold(name) != organisation.folded:
        db.session.add(Alias(organisation=organisation, name=name.strip(), folded=fold(name)))
        db.session.flush()


def require_unnamed(name: str) -> None:
    """Raises `Refused("alias_taken")` when an organisation is found by that name."""
    other = organisation_named(name)
    if other is not None:
        raise Refused("alias_taken", organisation=other.name)


def in_year(organisation: Organisation, year: Year) -> YearOrganisation:
    """What the organisation is in that year; the row is made when it is missing.

    Kind and lead belong to a year: else years could not be compared once one of them changes.
    """
    asked = sa.select(YearOrganisation).where(
        YearOrganisation.year_id == year.id, YearOrganisation.organisation_id == organisation.id
    )
    row = db.session.scalar(asked)
    if row is None:
        row = YearOrganisation(year=year, organisation=organisation)
        if not add_unless_there(row):
            row = db.session.scalars(asked).one()
    return row


def set_category(organisation: Organisation, year: Year, category: Category | None) -> None:
    """Sets the kind of organisation for that year."""
    in_year(organisation, year).category = category


def set_lead(organisation: Organisation, year: Year, lead: Person | None) -> None:
    """Appoints the person who holds the organisation's answer together that year."""
    in_year(organisation, year).lead = lead


def rename_organisation(organisation: Organisation, name: str) -> None:
    """Corrects the name, and keeps the former one as another name: lists go on saying it.

    Raises `Refused` when another organisation has the new one.
    """
    other = organisation_named(name)
    if other is not None and other is not organisation:
        raise Refused("organisation_exists", name=other.name)
    former, organisation.name = organisation.name, one_line(name)
    organisation.folded = fold(organisation.name)
    organisation.sort_name = swedish(organisation.name)[0]
    # A name that it had before and gets back is no other name any more.
    own = Alias.organisation_id == organisation.id, Alias.folded == organisation.folded
    db.session.execute(sa.delete(Alias).where(*own))
    db.session.flush()
    add_alias(organisation, former)


def organisation_by_id(public_id: str) -> Organisation:
    """The organisation with that public id. Raises `Missing`."""
    organisation = db.session.scalar(
        sa.select(Organisation).where(Organisation.public_id == public_id)
    )
    if organisation is None:
        raise Missing("no_organisation")
    return organisation


def has_chosen_code(organisation: Organisation) -> bool:
    """Whether somebody has chosen the organisation's code, so that it is one of its names.

    A code that was made of its name is not: Arvika kommun is not found by its code ARVIKA when
    somebody means another Arvika.
    """
    names = (organisation.name, *(alias.name for alias in organisation.aliases))
    return not any(_is_made_of(name, organisation.code) for name in names)


def _new(name: str, code: str) -> Organisation:
    made = Organisation(code=code, name=name, folded=fold(name), sort_name=swedish(name)[0])
    db.session.add(made)
    return made


def _kept(organisation: Organisation) -> Organisation:
    """The organisation, or what it became when it was merged."""
    while organisation.merged_into_id is not None:
        organisation = db.session.get_one(Organisation, organisation.merged_into_id)
    return organisation


def _with_chosen_code(folded: str) -> Organisation | None:
    with_code = sa.select(Organisation).where(sa.func.lower(Organisation.code) == folded)
    return next(filter(has_chosen_code, db.session.scalars(with_code)), None)


def _is_made_of(name: str, code: str) -> bool:
    base = _code_of(name)
    # A code that was taken has got a number behind it.
    return code == base or (code.startswith(base) and code.removeprefix(base).isdecimal())


def _code_of(name: str) -> str:
    return "".join(c for c in name.upper() if c.isalnum())[:6] or "ORG"


def _free_code(name: str, numbers: dict[str, int]) -> str:
    """A code that no organisation has: the beginning of the name, with a number where it is taken.

    It asks for a few of the numbers only, however many are taken: a list may bring thousands that
    begin alike. `numbers` has the last one that was given for each beginning, and gets this one.
    """
    base = _code_of(name)
    if base not in numbers and not _is_taken(base):
        numbers[base] = 0
        return base
    taken, step = numbers.get(base, 0), 1
    while _is_taken(f"{base}{taken + step}"):
        taken, step = taken + step, 2 * step
    free = taken + step
    while free - taken > 1:
        between = (free + taken) // 2
        if _is_taken(f"{base}{between}"):
            taken = between
        else:
            free = between
    numbers[base] = free
    return f"{base}{free}"


def _is_taken(code: str) -> bool:
    return (
        db.session.scalar(sa.select(Organisation.id).where(Organisation.code == code)) is not None
    )
