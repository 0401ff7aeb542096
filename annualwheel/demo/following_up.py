"""Those who were at the working meeting the year before, and what they wrote after it.

Sample text of invented people, as people write it: lists, line breaks, half of it long.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import local
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import Affiliation, Meeting, Organisation, Questionnaire, Registration
from annualwheel.models.drafts import Item
from annualwheel.participation import replies
from annualwheel.participation.replies import Reply
from annualwheel.preparation import answers, membership, submission
from annualwheel.preparation.answers import Change
from annualwheel.questionnaires import opening
from annualwheel.questionnaires.values import Value
from annualwheel.registrations import invitations, states
from annualwheel.wording.free_days import is_holiday

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


class Present(NamedTuple):
    """Somebody who was there: which of the organisation's people, and what they answered.

    `submits`: whether it was sent in. `wrote` is empty for who wrote nothing.
    """

    code: str
    number: int
    wrote: Mapping[str, Value] = {}
    submits: bool = True


PRESENT = (
    Present(
        "FIL",
        0,
        {
            "tar_med": (
                "Att vi inte är ensamma. Jag satt vid ett bord med två andra kommuner och ett "
                "studieförbund, och alla tre beskrev samma sak: familjer skickas runt mellan fyra "
                "ingångar och ger upp efter den andra.\n\n"
                "Tre saker jag skrev upp:\n"
                "- Kristinehamn har en gemensam blankett för samtycke. Den vill vi låna.\n"
                "- Biblioteket är den plats dit flest går automatiskt, också de som inte litar "
                "på kommunen.\n"
                "- Ingen av oss mäter om samtalen leder någonstans. Vi räknar bara hur många vi "
                "har haft.\n\n"
                "Det sista gnager. Om någon frågar mig i höst vad nätverket har gett kan jag bara "
                "svara med antal möten."
            ),
            "utmaning": ["arbete", "ensamhet"],
            "prata_vidare": ["KRI", "STO", "SV"],
            "nasta_steg": "andrar",
            "vad": (
                "Vi byter ut vår egen samtyckesblankett mot Kristinehamns i mars.\n"
                "Cajsa ringer dem första veckan i februari."
            ),
            "riktningsmotet": (
                "Sekretessen! Vi kommer till samma punkt varje år och går hem. Ta dit en jurist "
                "som kan säga vad vi FÅR göra, inte bara vad vi inte får."
            ),
            "nytta": "mycket_stor",
            "borden": "mycket_bra",
            "narmare": "en_bit",
            "nasta_gang": "Kortare inledning, längre tid vid bordet. Fika innan.",
        },
    ),
    Present(
        "ARV",
        0,
        {
            "tar_med": "Kontakten med Almi. Och att ”handledare” betyder tre olika saker hos oss, "
            "regionen och Arbetsförmedlingen.",
            "utmaning": ["arbete"],
            "prata_vidare": ["ALMI", "AF"],
            "prata_vidare_other": "Vårdförbundet, de var inte där",
            "nasta_steg": "borjar",
            "vad": (
                "En gemensam handledarpool för vård och omsorg tillsammans med Eda och Årjäng. "
                "Så här har vi tänkt:\n\n"
                "1. Februari: vi räknar hur många handledare vi har och vilka veckor de är "
                "upptagna. Eda gör samma sak.\n"
                "2. Mars: verksamhetscheferna träffas en halv dag. Utan beslut om pengar blir det "
                "inget, så ekonomerna är med från början.\n"
                "3. April: två enheter i varje kommun provar. Handledartiden betalas av den som "
                "får praktikanten, per timme.\n"
                "4. Efter sommaren: vi säger ärligt om det höll.\n\n"
                "Det som kan stoppa oss är schemasystemen (vi har tre stycken som inte pratar med "
                "varandra) och att Årjängs chef slutar i maj. Arbetsförmedlingen har lovat att "
                "säga i förväg hur många som kommer, i stället för samma vecka."
            ),
            "riktningsmotet": "Vem äger handledarfrågan i länet? Nu gör ingen det.",
            "nytta": "ganska_stor",
            "borden": "mycket_bra",
            "narmare": "mycket",
        },
    ),
    Present("ARV", 1),
    Present("KAR", 0),
    Present(
        "KAR",
        1,
        {
            "tar_med": "Mindre än jag hoppades. Samma frågor som förra året.",
            "nasta_steg": "inget",
            "riktningsmotet": (
                "Jag tycker att riktningsmötet ska handla om vad som HÄNDE med det vi kom fram "
                "till sist. Vi lämnade fyra förslag för ett år sedan:\n"
                "• gemensam utbudsplanering för yrkesprogrammen\n"
                "• en ingång för den som söker arbete\n"
                "• sena bussar två kvällar i veckan\n"
                "• en lista över lokaler som föreningar får låna\n\n"
                "Jag vet att den första är på gång, men om de andra tre har jag inte hört något. "
                "Om de är nedlagda, säg det, och säg varför. Annars blir det svårt att få med mina "
                "chefer en gång till: de frågar vad det förra gav och jag har inget svar. Börja "
                "mötet med en kvart där någon går igenom listan rad för rad: gjort, på gång, "
                "nedlagt."
            ),
            "nytta": "ganska_liten",
            "borden": "ganska_bra",
            "narmare": "lite",
            "nasta_gang": "Skicka ut vad som blev av förra årets förslag i förväg.",
        },
    ),
    Present(
        "AF",
        0,
        {
            "tar_med": (
                "Vi på myndigheten tror att kommunerna vet hur våra insatser hänger ihop. Det gör "
                "de inte, och det är inte deras fel. Vid mitt bord fick jag rita upp det på en "
                "servett (!) och den togs det kort på av fyra personer. Den servetten borde vi ha "
                "gjort för länge sedan.\n\n"
                "Jag tar också med mig det som Håkan från idrotten sa: ”den som aldrig har varit "
                "med i något går inte på en jobbmässa heller”. Vi börjar för sent i kedjan. Vi "
                "har pengar till insatser för den som är inskriven, men inget för den som inte "
                "vågar komma."
            ),
            "utmaning": ["arbete", "ensamhet"],
            "prata_vidare": ["RFS", "ARV", "SUN"],
            "nasta_steg": "pratar",
            "nytta": "mycket_stor",
            "borden": "mycket_bra",
            "narmare": "mycket",
            "nasta_gang": "Skyltar till lokalen. Jag gick till fel hus först.",
        },
    ),
    Present(
        "RFS",
        0,
        {
            "tar_med": "Att Arbetsförmedlingen vill prova att ha möten i klubbstugan.\n\n"
            "Jag bjöd in dem till tre föreningar på en gång.",
            "utmaning": ["ensamhet"],
            "prata_vidare": ["AF", "RK"],
            "nasta_steg": "borjar",
            "vad": "Öppen klubbstuga på onsdagar, Torsby och Sunne. Start vecka 9.",
            "nytta": "mycket_stor",
            "borden": "ganska_bra",
            "narmare": "mycket",
        },
    ),
    Present(
        "KAU",
        0,
        {
            "tar_med": (
                "Uppslag till två examensarbeten: (1) vad som händer med unga som flyttar hem igen "
                "efter studierna, (2) hur kommuner med < 10 000 invånare upphandlar tillsammans."
            ),
            "prata_vidare": ["MUN", "STO", "SUN"],
            "nasta_steg": "pratar",
            "riktningsmotet": "Data! Vilka siffror finns redan, och vem får se dem?",
            "nytta": "ganska_stor",
            "borden": "ganska_daligt",
            "narmare": "lite",
            "nasta_gang": "Två pratade hela tiden vid mitt bord. Låt någon hålla i ordet.",
        },
    ),
    Present(
        "IUC",
        1,
        {
            "tar_med": (
                "Most of the day was in Swedish, which was fine, but the table talk in English was "
                "where I could contribute.\n\n"
                "What I take home: small suppliers do not lack people who want the jobs, they lack "
                "somebody who has time to train them. We heard the same from health care, from the "
                "municipalities and from the forest industry. Three sectors, one bottleneck. If we "
                "trained supervisors together once, instead of three times, it would cost less "
                "than a single one of the projects we run now.\n\n"
                "I did not know that the university of Karlstad already has a course for "
                "supervisors (7.5 credits, evenings). Nobody at our table did."
            ),
            "utmaning": ["arbete"],
            "prata_vidare": ["KAU", "ARV"],
            "nasta_steg": "borjar",
            "vad": "Send five supervisors from member companies to the course in Karlstad.",
            "nytta": "ganska_stor",
            "borden": "mycket_bra",
            "narmare": "en_bit",
            "nasta_gang": "Put one table in English on the programme, so people can choose it",
        },
    ),
    Present("LRF", 0, {"tar_med": "Att energifrågan saknades helt. Vi"}, submits=False),
)


def play(meeting: Meeting, questionnaire: Questionnaire) -> None:
    """Lets people come to the meeting, and answer `questionnaire` in the days after it."""
    opened = opening.opens_at(questionnaire)
    for number, present in enumerate(PRESENT):
        registration = _was_there(meeting, present)
        member = membership.join(
            questionnaire, registration.person, registration.organisation, opened
        )
        if present.wrote:
            at = opened + (2 + number % 5) * DAY + (8 + number % 7) * HOUR
            while is_holiday(local(at).date()):
                at += DAY
            item = db.session.scalars(
                sa.select(Item).where(Item.submission_id == member.submission_id)
            ).one()
            changes = {key: Change(value, 0) for key, value in present.wrote.items()}
            answers.save(item, changes, member.person, at)
            if present.submits:
                submission.submit(member, at, language=member.person.language)
    db.session.flush()


def _was_there(meeting: Meeting, present: Present) -> Registration:
    """The person's registration for the meeting, checked in."""
    place = db.session.scalars(
        sa.select(Affiliation)
        .join(Organisation)
        .where(Organisation.code == present.code)
        .order_by(Affiliation.id)
        .offset(present.number)
        .limit(1)
    ).one()
    person, invited = place.person, years.phase(meeting, "registration").opens_at + 9 * HOUR
    registration = invitations.invite(
        meeting, person, place.organisation, invited, title=place.title
    )
    reply = Reply(person.given, person.family, person.email, registration.title, "", lunch=True)
    replies.register(registration, reply, invited + DAY, audit.participant(person.id))
    states.step(registration, "check_in")
    return registration
