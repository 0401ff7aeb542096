"""People who look at their own details, and some who have asked to be erased."""

from __future__ import annotations

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.models import Meeting, Member, Person
from annualwheel.participation import departures
from annualwheel.privacy import erasure, own_data
from annualwheel.services import services
from scenes.world import START, World


def make(world: World, direction: Meeting) -> None:
    """The one who comes to the working meeting, one who has asked, one who has been in touch and no
    more; and requests that are answered.
    """
    by = audit.SYSTEM
    _let_in(
        world, "owner", world.invite("seen", direction, "Lena Exempelvik", "Grums kommun").person
    )
    # One has taken a card away, the other has had a text replaced.
    for who, writer in (("author", "half"), ("replaced", "colleague")):
        _let_in(
            world,
            who,
            db.session.query(Member)
            .filter_by(public_id=world.sessions[writer]["member"][0])
            .one()
            .person,
        )
    asking = world.invite("asking_seat", direction, "Sven Provgren", "Sunne kommun").person
    _let_in(world, "asking", asking)
    world.names["deletion_asked"] = own_data.ask_for_deletion(
        asking, "Jag har slutat på kommunen.", START
    ).public_id
    place = organisations.add_organisation("Fiktiva föreningen")
    _let_in(
        world,
        "contact",
        people.add_person(
            "Vera", "Kontaktprov", "vera@forening.example", place, source="kontakter-2026.xlsx"
        ),
    )
    for number, (name, act) in enumerate((("Rolf Provlöv", "refused"), ("Siv Provsjö", "granted"))):
        given, _space, family = name.partition(" ")
        person = people.add_person(given, family, f"fd{number}@forening.example", place)
        request = own_data.ask_for_deletion(person, "", START)
        if act == "refused":
            erasure.refuse(request, "Uppgifterna ingår i ett ärende som ska bevaras.", START, by)
        else:
            erasure.erase(request, START, by)
        world.names[f"deletion_{act}"] = request.public_id
    left = world.invite("departed_seat", direction, "Inga Provsten", "Arvika kommun").person
    departures.deactivate(left, START, by)
    world.names["departed"] = left.public_id


def _let_in(world: World, who: str, person: Person) -> None:
    """Gives `who` the session and the link of a person's own details."""
    world.sessions[who] = {
        "own_data": [person.public_id, person.link_version, int(START.timestamp())]
    }
    world.names[f"{who}_link"] = (
        f"/u/{services().link_signer.token(own_data.target(person), START)}"
    )
