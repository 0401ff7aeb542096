"""A world: an application with a database in a known state.

With the people who can look at it, and the clock they share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface

from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.models import Meeting, Member, Registration, Staff, StaffLink, StaffSession
from annualwheel.participation import calendar_feed
from annualwheel.registrations import invitations
from annualwheel.services import services
from scenes.scene import Scene

START = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=400)
# The questionnaires of forms/ by their keys: what prepares each meeting, and what follows one up.
PREPARING = {"work": "arbetsmote", "direction": "riktningsmote", "conference": "konferens"}
FOLLOWING_UP = "efter_arbetsmotet"


class Settable(Protocol):
    """A clock that somebody moves."""

    def now(self) -> dt.datetime: ...
    def set(self, moment: dt.datetime) -> None: ...


class StandingClock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> dt.datetime:
        """The moment it shows, aware UTC."""
        return self.moment

    def set(self, moment: dt.datetime) -> None:
        """Puts it at an aware moment."""
        self.moment = moment.astimezone(dt.UTC)


def _standing_still(response: Response) -> Response:
    response.headers.pop("Refresh", None)
    return response


@dataclass
class World:
    """`sessions`: who -> what their cookie holds.

    `names`: what addresses are filled in with. `moments`: when scenes take place.
    """

    app: Flask
    clock: Settable
    mailbox: Path
    sessions: dict[str, dict[str, Any]] = field(default_factory=lambda: {"": {}})
    names: dict[str, str] = field(default_factory=dict)
    moments: dict[str, dt.datetime] = field(default_factory=lambda: {"now": START})

    def __post_init__(self) -> None:
        """Nothing moves in a scene, and so no page opens itself anew while somebody looks at it."""
        self.app.after_request(_standing_still)

    def address(self, scene: Scene, language: str = "") -> str:
        """The path of a scene, asking for a language when one is given."""
        path = scene.address.format_map(self.names)
        if not language:
            return path
        joint = "&" if "?" in path else "?"
        return f"{path}{joint}lang={language}"

    def cookie(self, who: str) -> str:
        """The session cookie of somebody, signed as the application signs it."""
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None  # noqa: S101 the application has a key
        return str(signer.dumps({"_permanent": True, **self.sessions[who]}))

    @contextmanager
    def at(self, scene: Scene) -> Iterator[None]:
        """While the scene is looked at, the clock shows its moment."""
        self.clock.set(self.moments[scene.at])
        yield
        self.clock.set(START)

    # What makers use, inside the application's context

    def hire(self, role: str, name: str, language: str = "sv") -> Staff:
        """An account with that role, signed in for as long as scenes last."""
        person = staff.add(name, f"{name.split()[0].lower()}@region.example", [role], START)
        person.language = language
        link = StaffLink(staff=person, expires_at=START + DAY)
        db.session.add(link)
        db.session.flush()
        self.sessions[role] = {"staff": staff.sign_in(Target("staff", link.public_id), START)}
        sessions = db.session.query(StaffSession).filter_by(staff_id=person.id)
        sessions.update({"expires_at": START + YEAR})
        return person

    def invite(
        self,
        who: str,
        meeting: Meeting,
        name: str,
        organisation: str,
        at: dt.datetime = START,
        title: str = "kommunstrateg",
    ) -> Registration:
        """Somebody invited, who can look at the meeting as `who`.

        Call `let_in` again when the link's version has changed.
        """
        given, _space, family = name.partition(" ")
        place = organisations.organisation_named(organisation) or organisations.add_organisation(
            organisation
        )
        address = f"{given}.{family}@kommun.example".lower()
        address = address.translate(str.maketrans("åäöé ", "aaoe."))
        person = people.add_person(given, family, address, place, title=title)
        registration = invitations.invite(meeting, person, place, at, title=title)
        self.let_in(who, registration)
        return registration

    def let_in(self, who: str, registration: Registration) -> None:
        """Gives `who` the session and the link of a registration.

        And staff the address of its page.
        """
        token = services().link_signer.token(
            Target("registration", registration.public_id, registration.link_version)
        )
        feed = services().link_signer.token(calendar_feed.target(registration.person))
        self.sessions[who] = {"registration": [registration.public_id, registration.link_version]}
        self.names |= {
            f"{who}_link": f"/i/{token}",
            who: registration.public_id,
            f"{who}_feed": f"/k/{feed}.ics",
        }

    def let_write(self, who: str, member: Member) -> None:
        """Gives `who` the session and the link of a membership."""
        token = services().link_signer.token(
            Target("member", member.public_id, member.link_version)
        )
        self.sessions[who] = {"member": [member.public_id, member.link_version]}
        self.names[f"{who}_link"] = f"/f/{token}"
