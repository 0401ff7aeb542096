"""A mail scanner: what stands between us and our readers opens every link before they do, follows
what it finds, and asks in odd ways.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa

from annualwheel.access.links import PATHS, Target
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.delivery import envelope
from annualwheel.mail.kinds import KINDS
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Member, Message, Registration, Staff, StaffLink
from annualwheel.participation import calendar_feed
from annualwheel.services import services
from rehearse.dom import parse
from scenes.mails import SAMPLES
from scenes.world import DAY, START, World
from tests.tiny_browser import Browser

LINK = re.compile(r"https?://[^\s\"'<>]+")
ORIGIN = "http://localhost"
REDIRECTS = 8
# How scanners and browsers ask ahead of a reader (Fetch Metadata, Sec-Purpose), and one that says
# nothing.
WAYS: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch", "X-Moz": "prefetch"},
    {
        "User-Agent": "Mozilla/5.0 (compatible; link scanner)",
        "X-Purpose": "preview",
        "Accept": "*/*",
        "Referer": "https://mail.example/",
    },
)


def one_of_every_kind(world: World) -> None:
    """Adds a mail of each kind that the world has not written, with links that live."""
    targets = _targets()
    written = set(db.session.scalars(sa.select(Message.kind).distinct()))
    names = {
        "landing": "registration",
        "landing_1": "registration",
        "preparation": "member",
        "result": "registration",
        "sign_in": "staff",
    }
    for kind in sorted(KINDS.keys() - written):
        declared = KINDS[kind]
        facts = {name: SAMPLES["sv"][name] for name in (*declared.facts, *declared.optional)}
        outbox.put(
            f"scanned:{kind}",
            kind,
            Recipient("maria@kommun.example", "Maria"),
            facts,
            {name: targets[names.get(name, name)] for name in declared.links},
            START,
        )
    db.session.commit()


def _targets() -> dict[str, Target]:
    """A living target for every purpose a link can have; of the purposes not named here, the
    person's own.
    """
    registration = db.session.scalars(
        sa.select(Registration).where(Registration.state == "invited").order_by(Registration.id)
    ).first()
    registration = (
        registration
        or db.session.scalars(sa.select(Registration).order_by(Registration.id).limit(1)).one()
    )
    member = db.session.scalars(sa.select(Member).order_by(Member.id)).first()
    link = StaffLink(
        staff=db.session.scalars(sa.select(Staff)).first()
        or Staff(name="", email="", email_folded=""),
        expires_at=START + DAY,
    )
    db.session.add(link)
    db.session.flush()
    person = registration.person
    found = {purpose: Target(purpose, person.public_id, person.link_version) for purpose in PATHS}
    return found | {
        "registration": Target("registration", registration.public_id, registration.link_version),
        "feed": calendar_feed.target(person),
        "member": Target("member", member.public_id, member.link_version)
        if member
        else found["member"],
        "staff": Target("staff", link.public_id),
    }


def links(world: World) -> list[str]:
    """The paths of all links, text, HTML and calendar, of the first and the last mail of each kind.

    The address of a calendar too.
    """
    found = dict[str, None]()
    # Those that no letter is kept of any more have no links.
    each = [
        sa.select(end(Message.id)).where(Message.body.has()).group_by(Message.kind)
        for end in (sa.func.min, sa.func.max)
    ]
    ends = sa.union(*each)
    for message in db.session.scalars(sa.select(Message).where(Message.id.in_(ends))):
        mail = envelope(message, services().letterhead, services().link_signer, START)
        found |= dict.fromkeys(_in_mail(mail.as_bytes()))
    found |= dict.fromkeys(
        f"/{services().link_signer.url(target, START).split('/', 3)[3]}"
        for target in _targets().values()
    )
    db.session.commit()
    return list(found)


def _in_mail(content: bytes) -> Iterator[str]:
    for part in message_from_bytes(content, policy=policy.default).walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            for link in LINK.findall(html.unescape(text).replace("\r\n ", "")):
                if link.startswith(ORIGIN):
                    yield _path(link)


def _path(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def scan(world: World, paths: Iterable[str]) -> set[str]:
    """Fetches every path with HEAD and GET in every way, follows redirects, and what the pages link
    to, one step on. What was fetched.
    """
    opened = set[str]()
    for path in paths:
        for headers in WAYS:
            browser = Browser(world.app)
            browser.headers = headers
            found = [
                link for method in ("HEAD", "GET") for link in _fetch(browser, method, path, opened)
            ]
            for link in set(found) - opened:
                for method in ("HEAD", "GET"):
                    _fetch(browser, method, link, opened)
    return opened


def _fetch(browser: Browser, method: str, path: str, opened: set[str]) -> list[str]:
    """One request and its redirects; the links of our own on the page that came."""
    for _hop in range(REDIRECTS):
        opened.add(path)
        with browser.fetch(method, path) as answer:
            if answer.status_code in (301, 302, 303, 307, 308):
                path = _path(urljoin(ORIGIN + path, answer.headers["Location"]))
                continue
            return (
                _links(answer.get_data(as_text=True), path)
                if answer.mimetype == "text/html"
                else []
            )
    raise AssertionError(f"{path} leads round in a circle")


def _links(page: str, path: str) -> list[str]:
    targets = (
        [
            node.get("href") or node.get("src") or node.get("action")
            for node in parse(page).all("a", "link", "script", "img", "iframe", "form")
        ]
        if page
        else []
    )
    whole = [urljoin(ORIGIN + path, target) for target in targets if target]
    return [_path(target) for target in whole if target.startswith(ORIGIN + "/")]
