"""The year, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from annualwheel.questionnaires import reading
from annualwheel.questionnaires.definition import Definition
from rehearse import cast, guests, line, region, writing
from rehearse.browser import Browser
from rehearse.dom import Unexpected
from rehearse.guests import INVITATION, PREPARATION, Occasion
from rehearse.ledger import Ledger, Seat
from rehearse.post import Mail
from rehearse.region import Plan
from rehearse.stage import Stage

YEAR = 2027
WORK = Plan("Arbetsmötet", "2027-01-22", "9.00", "15.30")
DIRECTION = Plan("Riktningsmötet", "2027-03-12", "8.30", "12.00")
MOVED = replace(DIRECTION, day="2027-03-19", place="Stora salen")
CONFERENCE = Plan("Värmland 2040-konferensen", "2027-09-16", "9.00", "16.00")
LEADS = "Organisationernas samordnare"
CHANGED_EVERY = 3
# The questionnaires by their keys in forms/: one before each meeting, one after the first.
BEFORE = {WORK: "arbetsmote", DIRECTION: "riktningsmote", CONFERENCE: "konferens"}
AFTER = "efter_arbetsmotet"


class Rehearsal:
    """One year with its people. `say` is given a line of progress at a time."""

    def __init__(
        self, stage: Stage, contacts: tuple[str, bytes], seed: int, say: Callable[[str], None]
    ) -> None:
        self.stage, self.contacts, self.seed, self.say = stage, contacts, seed, say
        self.ledger = Ledger()
        self.programme = ""
        self.few = LEADS if cast.names_leads(contacts[1]) else contacts[0]
        definitions = reading.read_all(stage.settings.forms_folder)
        self.asked = {asked.key: asked for asked in definitions}

    def play(self) -> Ledger:
        """The whole year.

        Raises `Unexpected` when a page is not what people count on, `TimeoutError` when mail does
        not arrive.
        """
        self.plan()
        self.work_meeting()
        self.direction_meeting()
        self.move()
        self.conference()
        return self.ledger

    def plan(self) -> None:
        """The year is planned and the contacts come in."""
        region.employ(self.stage)
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            region.plan_year(office, YEAR, (WORK, DIRECTION, CONFERENCE))
            self.ledger.contacts = region.import_contacts(self.stage, office, *self.contacts)
            region.publish(office, WORK, self.asked[BEFORE[WORK]])
            self.programme = region.describe(office, WORK)
        self.tell(f"Året är planerat, {self.ledger.contacts} personer är inlästa.")

    def work_meeting(self) -> None:
        """Everyone is invited, answers, prepares.

        One rings and cannot come, one never got a mail, one sends a substitute and comes after all,
        and one wants a substitute who comes for another organisation.
        """
        self.day(2026, 11, 17)
        coming = self.invite(WORK, self.contacts[0], "a1")
        self.day(2026, 12, 1)
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            if "Skicka påminnelse" in region.meeting_page(office, WORK).text:
                first = region.send(self.stage, office, WORK, "Skicka påminnelse")
                mails = self.stage.post.since(first, INVITATION)
                coming += guests.answer(self.at(WORK, "a2"), mails)
                self.tell(f"{len(mails)} fick en påminnelse.")
            names = [seat[1] for seat in coming]
            single = [seat for seat in coming if names.count(seat[1]) == 1]
            for seat in single[:1]:
                region.cancel_one(self.stage, office, WORK, seat[1])
                self.ledger.gave_up.add(seat)
                self.tell("En person ringde och avbokades.")
            for seat in single[2:3]:
                region.send_once_more(self.stage, office, seat[1])
                self.tell("En person hade inte fått sin bekräftelse, och fick den en gång till.")
        for seat in single[1:2]:
            guests.change_of_mind(self.at(WORK, "a3"), seat, self.latest(seat))
        for seat in single[2:3]:
            guests.read_programme(self.at(WORK, "a3"), self.latest(seat), self.programme)
            guests.come_after_all(self.at(WORK, "a3"), seat, self.latest(seat))
            self.tell("En person skickade en ersättare, och tog tillbaka det.")
        for seat in single[3:4]:
            self.ask_in_vain(seat, coming)
        self.welcome(WORK)
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            region.hand_over_lists(office, WORK, self.coming_to(WORK))
            self.tell("Listorna är utlämnade till receptionen och köket.")
            self.say_how_to_join(office, WORK)
        self.prepare(WORK, dt.date(2026, 12, 14), dt.date(2027, 1, 11))
        self.pack(WORK, dt.date(2027, 1, 18))
        self.follow_up(WORK, self.asked[AFTER], dt.date(2027, 1, 25))

    def ask_in_vain(self, seat: Seat, coming: list[Seat]) -> None:
        """Somebody wants one of those who come, for another organisation, as their substitute."""
        mail = self.latest(seat)
        own = guests.represents(self.stage, mail)
        others = (self.latest(one) for one in coming if one not in self.ledger.gave_up)
        wanted = next((one for one in others if guests.represents(self.stage, one) != own), None)
        if wanted is not None:
            guests.ask_in_vain(self.at(WORK, "a3"), mail, wanted)
            self.tell("En person ville skicka någon som kommer för en annan organisation.")

    def direction_meeting(self) -> None:
        """The leads are invited, more than there are seats for.

        The meeting is moved to another day, which everyone has to say yes to.
        """
        self.day(2027, 2, 2)
        coming = self.invite(DIRECTION, self.few, "r1", publish=True, rule=line.GIVEN)
        self.welcome(DIRECTION)
        line.make_room(self.at(DIRECTION, ""), self.latest(coming[0]))
        self.day(2027, 2, 10)
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            before = region.move(self.stage, office, DIRECTION, MOVED)
        guests.confirm_new_day(self.at(DIRECTION, "r2"), self.stage.post.since(before, INVITATION))
        self.tell(f"Riktningsmötet flyttades till {MOVED.day}.")
        self.prepare(DIRECTION, dt.date(2027, 3, 1), dt.date(2027, 3, 8))
        self.pack(MOVED, dt.date(2027, 3, 15))

    def move(self) -> None:
        """In spring the service moves to another machine, by a copy that is put back there.

        Every link that people have, and every account, goes on.
        """
        self.day(2027, 4, 6)
        self.stage.settle()
        self.stage.move()
        self.tell("Allt är flyttat till en annan databas, från en kopia.")

    def conference(self) -> None:
        """The leads again, and a seat that is given back is offered; now each person prepares.

        They were asked to save the date a month before.
        """
        self.day(2027, 5, 3)
        self.save_the_date(CONFERENCE)
        self.day(2027, 6, 1)
        coming = self.invite(CONFERENCE, self.few, "k1", publish=True, rule=line.OFFERED)
        self.welcome(CONFERENCE)
        line.make_room(self.at(CONFERENCE, ""), self.latest(coming[0]))
        self.prepare(CONFERENCE, dt.date(2027, 8, 23), dt.date(2027, 8, 30))
        self.pack(CONFERENCE, dt.date(2027, 9, 8))

    def invite(
        self, plan: Plan, audience: str, code: str, publish: bool = False, rule: str = ""
    ) -> list[Seat]:
        """The coordinator sends the invitations and people answer.

        Returns those who got a seat. With a `rule` for the waiting list there are seats for half of
        those invited.
        """
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            if publish:
                region.publish(office, plan, self.asked[BEFORE[plan]])
            first = region.send(self.stage, office, plan, "Bjud in", audience)
            mails = self.stage.post.since(first, INVITATION)
            if rule:
                line.limit_seats(office, plan, len(mails) // 2, rule)
        self.ledger.invited |= {(plan.name, *mail.to) for mail in mails}
        coming = guests.answer(self.at(plan, code), mails)
        self.tell(f"{plan.name}: {len(mails)} är inbjudna, {len(coming)} har fått plats.")
        return coming

    def save_the_date(self, plan: Plan) -> None:
        """The coordinator asks the leads to keep the day free; they have nothing to answer."""
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            first = region.send(self.stage, office, plan, "Skicka ”spara datumet”", self.few)
        mails = self.stage.post.since(first)
        if not mails or self.stage.post.since(first, INVITATION):
            raise Unexpected("the mails to save the date have no link, and there are some")
        self.tell(f"{plan.name}: {len(mails)} har fått datumet.")

    def welcome(self, plan: Plan) -> None:
        """Those who come instead of somebody else answer too."""
        answered = self.ledger.registered | self.ledger.declined | self.ledger.substituted
        known = {seat[1:] for seat in answered}
        mails = [mail for mail in self.stage.post.since(0, INVITATION) if mail.to not in known]
        guests.welcome_substitutes(self.at(plan, ""), mails)

    def say_how_to_join(self, office: Browser, plan: Plan) -> None:
        """Those who come are mailed what is good to know, and nobody else."""
        text = region.say_how_to_join(office, plan)
        first = region.send(self.stage, office, plan, "Mejla dem hur man deltar")
        mails = self.stage.post.since(first, INVITATION)
        told = {mail.to for mail in mails if text in " ".join(mail.text.split())}
        if told != {seat[1:] for seat in self.ledger.coming if seat[0] == plan.name}:
            raise Unexpected(f"{len(told)} were told how to join, others than those who come")
        self.tell(f"{plan.name}: {len(told)} har fått veta hur man deltar.")

    def prepare(self, plan: Plan, opens: dt.date, later: dt.date) -> None:
        """The mail about the preparation goes out, people write and submit.

        Some change and submit again a week later.
        """
        self.stage.clock.to(opens)
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            mails = self.stage.post.since(self.send_preparation(office, plan), PREPARATION)
        before, asked = len(self.ledger.submitted), self.asked[BEFORE[plan]]
        answers = writing.answer(self.stage, self.ledger, asked, mails, self.seed)
        self.stage.clock.to(later)
        writing.change(self.stage, self.ledger, answers, CHANGED_EVERY)
        changed = len(self.ledger.submitted) - before - len(answers)
        self.tell(f"{plan.name}: {len(answers)} svar är inskickade, {changed} har ändrats.")

    def follow_up(self, plan: Plan, asked: Definition, day: dt.date) -> None:
        """After the meeting those who came are asked what they took with them, and answer."""
        self.stage.clock.to(day)
        with region.sign_in(self.stage, cast.PLANNER[1]) as office:
            region.publish(office, plan, asked)
            first = region.send(self.stage, office, plan, f"Skicka mejlet om {asked.title.sv}")
        mails = self.stage.post.since(first, PREPARATION)
        came = {seat[1:] for seat in self.ledger.coming if seat[0] == plan.name}
        if {mail.to for mail in mails} != came:
            raise Unexpected(f"{asked.title.sv} is asked of {len(mails)}, and {len(came)} came")
        answers = writing.answer(self.stage, self.ledger, asked, mails, self.seed)
        self.ledger.followed_up += answers
        self.tell(f"{plan.name}: {len(answers)} av {len(mails)} har svarat efter mötet.")

    def send_preparation(self, office: Browser, plan: Plan) -> int:
        """Sends the mail about the preparation."""
        return region.send(self.stage, office, plan, "Skicka mejlet om förberedelsen")

    def pack(self, plan: Plan, day: dt.date) -> None:
        """After the last day the facilitator takes out the pack."""
        self.stage.clock.to(day)
        region.take_out_pack(self.stage, plan, self.ledger)
        self.tell(f"{plan.name}: underlaget är hämtat.")

    def coming_to(self, plan: Plan) -> int:
        """How many have a seat at the meeting."""
        return sum(seat[0] == plan.name for seat in self.ledger.coming)

    def at(self, plan: Plan, code: str) -> Occasion:
        """One time that people are asked to come."""
        return Occasion(self.stage, self.ledger, plan.name, code, self.seed)

    def latest(self, seat: Seat) -> Mail:
        """A person's newest mail with a link to the registration."""
        return [mail for mail in self.stage.post.since(0, INVITATION) if mail.to == seat[1:]][-1]

    def day(self, year: int, month: int, day: int) -> None:
        """Winds the clock forward to nine in the morning."""
        self.stage.clock.to(dt.date(year, month, day))

    def tell(self, text: str) -> None:
        """A line of progress with the day it is in the rehearsal."""
        self.say(f"{self.stage.clock.now():%Y-%m-%d}  {text}")
