"""The region's accounts and how they sign in: by a mailed link that works once, for 15 minutes."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from annualwheel import audit, limits, listing
from annualwheel.access.links import Target
from annualwheel.audit import SYSTEM, Actor
from annualwheel.contacts.folding import fold, normal_address
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.listing import Order, Page, SwedishKey
from annualwheel.mail import outbox, requests
from annualwheel.mail.outbox import Recipient
from annualwheel.models import MailRequest, Staff, StaffLink, StaffRole, StaffSession
from annualwheel.models.staff import STAFF_ROLES

LINK_LIFE = dt.timedelta(minutes=15)
WELCOME_LIFE = dt.timedelta(days=2)
SESSION_LIFE = dt.timedelta(hours=12)
HOUR = dt.timedelta(hours=1)
BY_NAME = Order("name")


def add(
    name: str, address: str, roles: Iterable[str], now: dt.datetime, actor: Actor = SYSTEM
) -> Staff:
    """Adds an account.

    Raises `Refused` for a role that does not exist or an address that has an account, `Unreadable`
    for a bad one.
    """
    address = normal_address(address)
    if db.session.scalar(sa.select(Staff).where(Staff.email_folded == fold(address))):
        raise Refused("staff_exists")
    person = Staff(name=name.strip(), email=address, email_folded=fold(address))
    db.session.add(person)
    set_roles(person, roles)
    db.session.flush()
    audit.note(actor, "staff_added", person, now)
    return person


def set_roles(person: Staff, roles: Iterable[str]) -> None:
    """Gives the account exactly these roles.

    Raises `Refused` for an unknown role, none at all, or for the last administrator's.
    """
    wanted = set(roles)
    if not wanted or not wanted <= set(STAFF_ROLES):
        raise Refused("unknown_role")
    if "administrator" not in wanted:
        _keep_an_administrator(person)
    person.roles[:] = [role for role in person.roles if role.role in wanted]
    for role in sorted(wanted - {role.role for role in person.roles}):
        person.roles.append(StaffRole(staff=person, role=role))
    db.session.flush()


def set_active(person: Staff, active: bool, now: dt.datetime, actor: Actor) -> None:
    """Closes or opens an account; closing ends its sessions.

    Raises `Refused` for the last administrator.
    """
    if not active:
        _keep_an_administrator(person)
        db.session.execute(
            sa.update(StaffSession)
            .where(StaffSession.staff_id == person.id, StaffSession.ended_at.is_(None))
            .values(ended_at=now)
        )
    person.active = active
    audit.note(actor, "staff_activated" if active else "staff_deactivated", person, now)


def ask_for_link(address: str, client: str, now: dt.datetime) -> None:
    """Asks for a sign-in link, which a job mails when the address has an account (`answer`).

    Raises `TooMany` (5 an hour for an address, 30 for a client).
    """
    limits.count_network("staff_link_client", client, now, 30, HOUR)
    limits.count("staff_link", fold(address), now, 5, HOUR)
    # Nothing is looked up here: neither the answer nor the time it takes tells who has an account.
    requests.put("staff_sign_in", address, now)


def answer(request: MailRequest, now: dt.datetime) -> None:
    """Mails a sign-in link when the address has an account."""
    person = db.session.scalar(
        sa.select(Staff).where(Staff.email_folded == fold(request.address), Staff.active)
    )
    if person is None:
        return
    link = StaffLink(staff=person, expires_at=now + LINK_LIFE)
    db.session.add(link)
    db.session.flush()
    # A link is a row of its own, unlike participants' links: it must work only once.
    facts = {"given": person.name, "minutes": int(LINK_LIFE.total_seconds() // 60)}
    _mail_link("staff_sign_in", link, facts, now)


def welcome(person: Staff, roles: str, inviter: Staff, page: str, now: dt.datetime) -> None:
    """Mails a new account its first sign-in link, good for two days.

    `roles` is what they are called in the person's language, `page` the address of the page where
    one asks for a new link.
    """
    link = StaffLink(staff=person, expires_at=now + WELCOME_LIFE)
    db.session.add(link)
    db.session.flush()
    facts = {"given": person.name, "role": roles, "inviter": inviter.name, "sign_in_page": page}
    _mail_link("staff_welcome", link, facts, now)


def _mail_link(kind: str, link: StaffLink, facts: Mapping[str, object], now: dt.datetime) -> None:
    to = Recipient(link.staff.email, link.staff.name, link.staff.language)
    links = {"sign_in": Target("staff", link.public_id)}
    outbox.put(f"{kind}:{link.public_id}", kind, to, facts, links, now)


def usable_link(target: Target | None, now: dt.datetime) -> StaffLink:
    """The link when it can still be used; changes nothing. Raises `Missing`."""
    if target is None:
        raise Missing("staff_link_unknown")
    link = db.session.scalar(
        sa.select(StaffLink)
        .where(StaffLink.public_id == target.public_id)
        .options(joinedload(StaffLink.staff))
    )
    if link is None or link.used_at is not None or link.expires_at < now:
        raise Missing("staff_link_unknown")
    if not link.staff.active:
        raise Missing("staff_link_unknown")
    return link


def sign_in(target: Target | None, now: dt.datetime) -> str:
    """Uses the link up and opens a session; returns its token, of which only the hash is kept.

    Raises `Missing`.
    """
    link = usable_link(target, now)
    # Of two presses at once only one finds the link unused.
    used = db.session.execute(
        sa.update(StaffLink)
        .where(StaffLink.id == link.id, StaffLink.used_at.is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Missing("staff_link_unknown")
    # Only the hash is stored: nobody who reads the database, or a backup, can use a session.
    token = secrets.token_urlsafe(32)
    db.session.add(
        StaffSession(staff=link.staff, token_hash=_hash(token), expires_at=now + SESSION_LIFE)
    )
    link.staff.last_signed_in_at = now
    audit.note(audit.staff(link.staff_id), "signed_in", link.staff, now)
    db.session.flush()
    return token


def of_session(token: str, now: dt.datetime) -> Staff | None:
    """The account whose session this token opens, with its roles, or None."""
    found = db.session.scalar(
        sa.select(StaffSession)
        .where(
            StaffSession.token_hash == _hash(token),
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > now,
        )
        .options(joinedload(StaffSession.staff).options(selectinload(Staff.roles)))
    )
    return found.staff if found and found.staff.active else None


def sign_out(token: str, now: dt.datetime) -> None:
    """Ends the session."""
    db.session.execute(
        sa.update(StaffSession).where(StaffSession.token_hash == _hash(token)).values(ended_at=now)
    )


def has_role(person: Staff, roles: Iterable[str]) -> bool:
    """Whether the account has one of the roles."""
    return bool({role.role for role in person.roles} & set(roles))


def everyone(number: int = 1, order: Order = BY_NAME) -> Page[Staff]:
    """A page of all accounts with their roles, by name, address, latest sign-in or state."""
    by = {
        "name": SwedishKey(Staff.name),
        "address": SwedishKey(Staff.email),
        "signed_in": Staff.last_signed_in_at,
        "state": listing.ranked(Staff.active, (True,)),
    }
    query = sa.select(Staff).options(selectinload(Staff.roles))
    return listing.page_of(listing.sort(query, by, order, BY_NAME, Staff.id), number)


def by_public_id(public_id: str) -> Staff:
    """The account with that public id. Raises `Missing`."""
    person = db.session.scalar(
        sa.select(Staff).where(Staff.public_id == public_id).options(selectinload(Staff.roles))
    )
    if person is None:
        raise Missing("no_staff")
    return person


def _keep_an_administrator(leaving: Staff) -> None:
    if not has_role(leaving, ("administrator",)):
        return
    others = (
        sa.select(Staff.id)
        .join(StaffRole)
        .where(StaffRole.role == "administrator", Staff.active, Staff.id != leaving.id)
    )
    if db.session.scalar(others.limit(1)) is None:
        raise Refused("last_administrator")


def _hash(token: str) -> str:
    # Without a salt, so that a session can be found by it: the token is random and cannot be
    # guessed.
    return hashlib.sha256(token.encode()).hexdigest()
