"""Those who were at the working meeting and are asked what they took with them: nothing written
yet, half of it, submitted, changed since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.jobs import building
from annualwheel.mailings import drafts, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import Mailing, Meeting, Member, Registration, Staff
from annualwheel.models.drafts import Item
from annualwheel.participation import replies
from annualwheel.participation.replies import Reply
from annualwheel.preparation import answers, membership, submission
from annualwheel.privacy import own_data
from annualwheel.questionnaires import published
from annualwheel.questionnaires.values import Value
from annualwheel.registrations import states
from annualwheel.services import services
from annualwheel.workshop import packs
from scenes.world import DAY, FOLLOWING_UP, PREPARING, START, World

LONG = (
    "Att vi är fler som kör fast på samma ställe. Vid mitt bord satt en rektor, en företagare och "
    "två från andra kommuner, och alla beskrev hur den unge försvinner i glappet mellan skolan och "
    "den första anställningen. Ingen av oss äger det glappet, och därför händer inget.\n\n"
    "Det här skrev jag upp:\n"
    "- Exempelfors ringer alla som har slutat gymnasiet, en gång i månaden i ett halvår\n"
    "- företagaren vill ta emot, men bara om samma person svarar i telefon varje gång\n"
    "- vi mäter aktiviteter, inte vad som blev av dem\n\n"
    "Jag hade velat ha en halvtimme till. Samtalet tog fart precis när vi skulle byta bord."
)
HALF: dict[str, Value] = {"tar_med": "Att vi är fler som kör fast på samma ställe.\n\n- ring"}
WHOLE: dict[str, Value] = {
    "tar_med": LONG,
    "utmaning": ["arbete"],
    "nasta_steg": "andrar",
    "vad": "Vi ringer dem som har slutat gymnasiet, som Exempelfors gör. Start i mars.",
    "riktningsmotet": "Vem äger glappet mellan skola och jobb?",
    "nytta": "mycket_stor",
    "borden": "ganska_bra",
    "narmare": "en_bit",
    "nasta_gang": "Färre byten av bord",
}


def make(world: World, work: Meeting, karin: Staff) -> None:
    """Four who were there have been asked the day after, and one has not; a mailing of each kind,
    and a pack with the answers to both questionnaires.
    """
    asked_at = work.ends_at + DAY
    written: Mapping[str, Mapping[str, Value]] = {
        "follows": {},
        "follows_half": HALF,
        "followed": WHOLE,
        "followed_changed": WHOLE,
    }
    names = ("Siri Provängen", "Bengt-Åke Provlund", "Märta Låtsas", "Rut Fiktivsson")
    seats = [
        _was_there(world, who, work, name, "Nedre Exempels kommun")
        for who, name in zip(written, names, strict=True)
    ]
    world.names["followup_mailing"] = _sent(work, karin, asked_at).public_id
    for registration, (who, texts) in zip(seats, written.items(), strict=True):
        _answered(world, who, registration, texts, asked_at + DAY)
    _was_there(world, "unasked", work, "Tore Provström", "Exempelfors kommun")
    owner = seats[-1].person
    at = int((asked_at + 2 * DAY).timestamp())
    world.sessions["follower"] = {"own_data": [owner.public_id, owner.link_version, at]}
    world.moments["followed_up"] = asked_at + 2 * DAY
    world.names["follower_link"] = (
        f"/u/{services().link_signer.token(own_data.target(owner), asked_at)}"
    )
    _pack(world, work, karin)


def _pack(world: World, work: Meeting, karin: Staff) -> None:
    """The meeting's pack, built while it is followed up."""
    world.clock.set(world.moments["followed_up"])
    pack = packs.ask(work, karin, "sv", world.clock.now())
    db.session.commit()
    building.build_pack(pack.id)
    world.names["pack_of_both"] = pack.public_id
    world.clock.set(START)


def _was_there(world: World, who: str, work: Meeting, name: str, place: str) -> Registration:
    """Registered in time, checked in, and able to prepare."""
    registration = world.invite(who, work, name, place)
    person = registration.person
    reply = Reply(person.given, person.family, person.email, registration.title, "", None)
    replies.register(registration, reply, START, audit.participant(person.id))
    preparing = published.one(work, PREPARING[work.kind])
    opened = years.phase(work, "preparation").opens_at + DAY
    membership.join(preparing, person, registration.organisation, opened)
    states.step(registration, "check_in")
    return registration


def _sent(work: Meeting, karin: Staff, at: dt.datetime) -> Mailing:
    """The mail that asks those who were there, sent."""
    draft = MailingDraft(work, "preparation", questionnaire=FOLLOWING_UP)
    drafts.send_test(draft, drafts.ANYONE, karin, at)
    count = len(drafts.recipients(draft, at))
    return sending.confirm(draft, "scene-followup", count, audit.staff(karin.id), at)


def _answered(
    world: World, who: str, registration: Registration, texts: Mapping[str, Value], at: dt.datetime
) -> None:
    """What the person has written, under the name of their session with `_writes` after it."""
    questionnaire = published.one(registration.meeting, FOLLOWING_UP)
    member = membership.join(questionnaire, registration.person, registration.organisation, at)
    world.let_write(f"{who}_writes", member)
    if not texts:
        return
    membership.note_opening(member, at)
    _save(member, texts, at)
    if who.startswith("followed"):
        submission.submit(member, at)
        world.names[f"{who}_answer"] = member.submission.public_id
    if who == "followed_changed":
        _save(member, {"riktningsmotet": ""}, at + DAY / 4, version=1)


def _save(member: Member, texts: Mapping[str, Value], at: dt.datetime, version: int = 0) -> None:
    own = sa.select(Item).where(Item.submission_id == member.submission_id)
    changes = {key: answers.Change(value, version) for key, value in texts.items()}
    answers.save(db.session.scalars(own).one(), changes, member.person, at)
