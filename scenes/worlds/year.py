"""The demonstration year, and in it one person or thing in each state a page can show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from annualwheel import audit, leases
from annualwheel.access.links import Target
from annualwheel.contacts import organisations
from annualwheel.contacts.imports import leases as import_leases
from annualwheel.contacts.imports import reading, storing, undoing, writing
from annualwheel.contacts.imports.decisions import Decisions
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.demo import year as demo
from annualwheel.jobs import building
from annualwheel.mail import claiming, mailing_states, outbox
from annualwheel.mail.delivery import envelope
from annualwheel.mailings import drafts, sending
from annualwheel.mailings.kinds import registry
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import (
    Mailing,
    Meeting,
    Message,
    Organisation,
    Pack,
    Person,
    Questionnaire,
    Registration,
    Staff,
    StaffLink,
    Submission,
    Theme,
)
from annualwheel.participation import replies, substitution
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from annualwheel.questionnaires import reading as forms
from annualwheel.registrations import needs
from annualwheel.services import services
from annualwheel.workshop import packs
from annualwheel.workshop import reading as answers_read
from scenes.world import DAY, FOLLOWING_UP, PREPARING, START, World
from scenes.worlds import applicants, contacts, full_mailbox, owners, writers

ROWS = (
    "Förnamn;Efternamn;E-post;Organisation;Organisationstyp;Befattning;Samordnare\n"
    "Åsa;Provsson;asa.provsson@sunne.example;Sunne kommun;Kommun;utvecklingschef;ja\n"
    "Bengt-Åke;Låtsasson;bengt-ake.latsasson@sunne.example;Sunne kommun;Kommun;"
    "kommundirektör med ansvar för samhällsbyggnad;ja\n"
    "Göran;Exempelgren;goran.exempelgren@ovrigt.example;Övningsbygdens samverkan;Idéburen "
    "sektor;ordförande;\n"
    "Tuva;von Exempel;tuva.vonexempel@karlstad.example;Karlstad kommun;Kommun;strateg;\n"
    "Zara;Platshållare;zara@nara.example;Hagfors komun;;strateg;\n"
    "Bo;;bo@hagfors.example;Hagfors kommun;Kommun;;\n"
    "Rut;Fiktivlund;rut.fiktivlund(at)arvika.example;Arvika kommun;Kommun;;\n"
    "Åsa;Provsson;asa.provsson@sunne.example;Sunne kommun;Kommun;utvecklingschef;\n"
).encode("cp1252")


def make(world: World) -> None:
    """Plays the demonstration year up to `START` and adds what it does not hold."""
    demo.play(START, forms.read_all(services().settings.forms_folder))
    karin = world.hire("coordinator", "Kristina Exempel")
    world.hire("facilitator", "Per Exempel")
    ada = world.hire("administrator", "Ada Exempel")
    year = years.latest()
    assert year is not None  # noqa: S101 it has just been played
    work, direction, conference = year.meetings
    _guests(world, work, direction, karin)
    applicants.make(world, direction)
    full_mailbox.make(world, direction)
    db.session.execute(sa.update(Message).values(state="sent", sent_at=Message.queued_at))
    writers.make(world, work, conference)
    owners.make(world, direction)
    _things(world, work, ada)
    _mailings(world, direction, conference, karin)
    _imports(world, karin)
    _packs(world, work, karin)
    _mailbox(world)
    world.moments |= {
        "after_answering": years.phase(work, "preparation").closes_at + DAY,
        "held": work.ends_at + DAY,
        "pack_gone": START + 31 * DAY,
        "long_after": work.ends_at + 200 * DAY,
        "conference_open": years.phase(conference, "preparation").opens_at + DAY,
    }


def _yes(
    registration: Registration, lunch: bool | None = None, *, by: audit.Actor | None = None
) -> Registration:
    person = registration.person
    reply = Reply(
        person.given, person.family, person.email, registration.title, "070-000 00 00", lunch
    )
    return replies.register(registration, reply, START, by or audit.participant(person.id))


def _guests(world: World, work: Meeting, direction: Meeting, karin: Staff) -> None:
    """At the direction meeting registration is open; at the working meeting it has closed."""
    world.invite("invited", direction, "Maria Lindprov", "Hagfors kommun")
    _yes(world.invite("registered", direction, "Erik Exempelsand", "Hagfors kommun"))
    declined = world.invite("declined", direction, "Anna Provberg", "Arvika kommun")
    replies.decline(declined, "krock", START, audit.participant(declined.person_id))
    withdrawn = _yes(world.invite("withdrawn", direction, "Johan Exempelask", "Torsby kommun"))
    replies.withdraw(withdrawn, START, audit.participant(withdrawn.person_id))
    away = world.invite("replaced", direction, "Eva Exempelnord", "Sunne kommun")
    used = world.names["replaced_link"]
    olle = Substitute(
        "Olle", "Provsund", "olle.provsund@kommun.example", "kanslichef", "Kul om du kan."
    )
    successor = substitution.substitute(away, olle, START, audit.participant(away.person_id))
    world.let_in("substitute", successor)
    world.names |= {"replaced": away.public_id, "used_link": used}
    world.invite("late", work, "Sten Provlund", "Kils kommun", START - 40 * DAY)
    lena = world.invite("coming", work, "Lena Exempelvik", "Grums kommun", START - 40 * DAY)
    coming = _yes(lena, True, by=audit.staff(karin.id))
    needs.state(coming, "Vegetarisk kost", "Plats långt fram", "Jag samtycker", START)


def _things(world: World, work: Meeting, ada: Staff) -> None:
    """The addresses of things the demonstration year holds."""
    submitted = db.session.scalars(
        sa.select(Submission)
        .join(Questionnaire)
        .where(Questionnaire.meeting_id == work.id, Submission.state == "submitted")
        .order_by(Submission.id)
    ).first()
    person = db.session.scalars(sa.select(Person).order_by(Person.id)).first()
    organisation = (
        organisations.organisation_named("Hagfors kommun")
        or db.session.scalars(sa.select(Organisation)).first()
    )
    assert submitted and person and organisation  # noqa: S101 the year has some of each
    followed = db.session.scalars(
        sa.select(Submission)
        .join(Questionnaire)
        .where(Questionnaire.key == FOLLOWING_UP, Submission.state == "submitted")
        .order_by(Submission.id)
    ).first()
    assert followed  # noqa: S101 those of the year before have answered
    link = StaffLink(staff=ada, expires_at=START + DAY)
    db.session.add(link)
    db.session.flush()
    world.names |= {
        "year": str(work.year.number),
        "submission": submitted.public_id,
        "followup_answer": followed.public_id,
        "person": person.public_id,
        "place": person.affiliations[0].organisation.public_id,
        "organisation": organisation.public_id,
        "question": answers_read.questions(work)[PREPARING[work.kind]][0].key,
        "account": ada.public_id,
        "theme": db.session.scalars(sa.select(Theme.key).order_by(Theme.id)).first() or "",
        "staff_link": f"/logga-in/{services().link_signer.token(Target('staff', link.public_id))}",
    }
    world.sessions["handed_over"] = {"handed_over": "Olle Provsund"}
    world.sessions["handed_over_invitation"] = {
        "handed_over": "Olle Provsund",
        "handed_over_seat": False,
    }


def _mailings(world: World, direction: Meeting, conference: Meeting, karin: Staff) -> None:
    """One under way, one paused, one done; and mails in every state a person looks at."""
    running = _sent(direction, "reminder", karin)
    rows = _mails_of(running)
    _take(rows[:16])
    for message in rows[:14]:
        outbox.mark_sent(message, START)
    outbox.mark_failed(rows[14], "550 5.1.1 Recipient address rejected: User unknown")
    outbox.mark_later(rows[15], "451 4.7.1 Greylisted", START)
    done = _sent(direction.year.meetings[0], "preparation", karin)
    finished = _mails_of(done)
    _take(finished)
    for message in finished:
        outbox.mark_sent(message, START)
    db.session.delete(finished[-1].body)
    mailing_states.step(done, "finish")
    paused = _sent(direction.year.meetings[0], "preparation_reminder", karin)
    sending.pause(paused, START, audit.staff(karin.id))
    left = Mailing(
        meeting=conference,
        kind="save_the_date",
        audience={},
        confirm_key="scene-left",
        created_at=START - DAY,
        expected=240,
        unwritten=1,
        lease_until=START - 2 * leases.LEASE,
        lease_by="scenes",
        tries=1,
    )
    db.session.add(left)
    db.session.flush()
    tested = drafts.send_test(
        MailingDraft(conference, "invitation", None), drafts.ANYONE, karin, START
    )
    _take([tested])
    outbox.mark_withheld(tested, START)
    world.names |= {
        "erased_mail": finished[-1].public_id,
        "running": running.public_id,
        "done": done.public_id,
        "paused": paused.public_id,
        "left": left.public_id,
        "sent_mail": rows[0].public_id,
        "to_nobody": tested.public_id,
        "failed_mail": rows[14].public_id,
        "retry_mail": rows[15].public_id,
    }


def _take(mails: Sequence[Message]) -> None:
    """A worker takes these mails in hand."""
    ids = [message.id for message in mails]
    claiming.claim("scenes", START, ids, at_most=len(ids))


def _mails_of(mailing: Mailing) -> Sequence[Message]:
    mails = sa.select(Message).where(Message.mailing_id == mailing.id)
    return db.session.scalars(mails.order_by(Message.id)).all()


def _sent(meeting: Meeting, kind: str, karin: Staff) -> Mailing:
    about = registry.of(kind).about_a_questionnaire
    order = MailingDraft(meeting, kind, questionnaire=PREPARING[meeting.kind] if about else "")
    drafts.send_test(order, drafts.ANYONE, karin, START)
    count = len(drafts.recipients(order, START))
    mailing = sending.confirm(order, f"scene-{kind}", count, audit.staff(karin.id), START)
    db.session.commit()
    building.prepare(mailing.id)
    return mailing


def _imports(world: World, karin: Staff) -> None:
    """A preview with rows that cannot be read, one import that is written, one that is undone."""
    year, actor = years.latest(), audit.staff(karin.id)
    assert year is not None  # noqa: S101 the year has been played
    one = ROWS.split(b"\n")
    files = (
        (b"\n".join(one[:2]), "kontakter-sunne.csv"),
        (b"\n".join([one[0], one[2]]), "kontakter-ovrigt.csv"),
        (ROWS, "kontakter-2027.csv"),
    )
    kept = [
        storing.keep(storing.listed(reading.lists(content)), name, year, karin.name, actor, START)
        for content, name in files
    ]
    writing.write(kept[0], Decisions(), actor, START)
    writing.write(kept[1], Decisions(), actor, START)
    undoing.undo(kept[1], actor, START)
    lists = reading.lists(contacts.workbook())
    asked, begun, *stopped = (
        storing.keep(storing.listed(lists), name, year, karin.name, actor, START)
        for name in (
            "kontakter-alla-blad.xlsx",
            "kontakter-stor.xlsx",
            "kontakter-stannad.xlsx",
            "kontakter-kvar.xlsx",
        )
    )
    for decided in (begun, *stopped):
        writing.begin(decided, Decisions(), actor, START)
        decided.done = 2
    undoing.cancel(stopped[1], actor)
    stopped[0].failure = "7F3A"
    for decided in stopped:
        decided.tries = leases.MOST_TRIES
    import_leases.give_up(START)
    world.names |= {
        "asked": asked.public_id,
        "writing": begun.public_id,
        "write_failed": stopped[0].public_id,
        "undo_failed": stopped[1].public_id,
        "written": kept[0].public_id,
        "undone": kept[1].public_id,
        "preview": kept[2].public_id,
    }


def _packs(world: World, work: Meeting, karin: Staff) -> None:
    """One in every state, one whose worker is gone, and one that another has taken up."""
    ready = packs.ask(work, karin, "sv", START)
    db.session.commit()
    building.build_pack(ready.id)
    gone = START - 2 * leases.LEASE
    world.names |= {
        "pack_ready": ready.public_id,
        "pack_queued": _pack(ready, "queued"),
        "pack_building": _pack(ready, "building", lease_until=START + DAY, tries=1),
        "pack_left": _pack(ready, "building", lease_until=gone, tries=1),
        "pack_again": _pack(ready, "building", lease_until=START + DAY, tries=2),
        "pack_failed": _pack(ready, "failed"),
        "pack_cancelled": _pack(ready, "cancelled"),
        "pack_broken": _pack(ready, "ready", counts={**ready.counts, "unreadable": 2}),
    }


def _pack(like: Pack, state: str, **values: Any) -> str:
    """The public id of another pack of the meeting."""
    made = Pack(
        meeting=like.meeting,
        by_id=like.by_id,
        created_at=like.created_at,
        state=state,
        total=like.total,
        done=4 if state == "building" else 0,
        file=like.file if state == "ready" else None,
        **values,
    )
    db.session.add(made)
    db.session.flush()
    return made.public_id


def _mailbox(world: World) -> None:
    """The development mailbox: every kind of mail the year has written.

    As the server would have kept it.
    """
    new = world.mailbox / "new"
    new.mkdir(parents=True, exist_ok=True)
    seen: dict[str, Message] = {}
    for message in db.session.scalars(sa.select(Message).order_by(Message.id)):
        seen.setdefault(message.kind, message)
    for number, (kind, message) in enumerate(seen.items()):
        name = f"{int(START.timestamp()) - 60 * number}000000000.scene"
        rendered = envelope(message, services().letterhead, services().link_signer, START)
        (new / name).write_bytes(rendered.as_bytes())
        world.names[f"mail_{kind}"] = name
