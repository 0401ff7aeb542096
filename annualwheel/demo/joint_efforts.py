"""What organisations wanted to do together, before the direction meeting of the year before.

Sample text in the words of nobody, as people write it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Affiliation, Organisation, Questionnaire
from annualwheel.models.drafts import Item
from annualwheel.preparation import answers, items, membership, submission
from annualwheel.preparation.answers import Change
from annualwheel.questionnaires.definition import NONE_OF_THEM
from annualwheel.questionnaires.values import Value

Written = Mapping[str, Value]


class Wanted(NamedTuple):
    """What one organisation saw in the analysis, and the joint efforts that it wanted."""

    code: str
    saw: Written
    efforts: tuple[Written, ...]


WANTED = (
    Wanted(
        "ARV",
        {
            "monster": (
                "Samma tre hinder kommer tillbaka i nästan alla svar:\n"
                "1) tid\n2) avtal\n3) vem som bjuder in.\n\n"
                "Det är inte pengar som saknas först, även om det är det vi skriver om."
            ),
            "stammer_inte": "Att gränskommunerna skulle ha det lättare. Vi känner inte igen det.",
            "lara_mer": "Hur man lägger ner något i tid",
        },
        (
            {
                "kraftsamling": "Handledare för länet",
                "problem": (
                    "Tre branscher letar efter samma handledare samtidigt. Den som tar emot tre "
                    "praktikanter i mars har ingen i april, och ingen ser hela bilden."
                ),
                "behovs": ["EDA", "ARJ", "AF"],
                "behovs_other": "Vårdförbundet, någon från skogen",
                "utmaning": ["arbete"],
                "insatsomrade": ["kompetens"],
                "bidrag": "Två handledare på halvtid och vår lista (Excel) med deras veckor.",
            },
            {
                "kraftsamling": "En väg in för den som söker arbete",
                "problem": "Sju ingångar. Folk ger upp efter den andra.",
                "utmaning": ["arbete", "ensamhet"],
                "bidrag": "lokal, kaffe, en person på torsdagar",
            },
        ),
    ),
    Wanted(
        "FIL",
        {"monster": "Alla mäter hur många som kommer, ingen mäter om det blev bättre."},
        (
            {
                "kraftsamling": "Sena bussar två kvällar i veckan!",
                "problem": "Den som bor utanför tätorten kommer inte hem efter träningen.",
                "behovs": ["RFS", "KRI"],
                "utmaning": ["ensamhet"],
                "insatsomrade": ["platser", "livsvillkor"],
                "bidrag": "Vi betalar för vår del av sträckan. Resten vet vi inte än.",
            },
        ),
    ),
    Wanted(
        "KAU",
        {
            "monster": "Data finns men på för många ställen.\n\n• SCB\n• kommunerna\n• regionen",
            "lara_mer": "Vad andra län gör med sina nulägesanalyser (på riktigt, inte i rapporten)",
        },
        (
            {
                "kraftsamling": "Gemensamma siffror – <100 mått som alla räknar lika",
                "problem": "Vi har fått två underlag, båda bra, men inte samma siffror.",
                "behovs": ["LST"],
                "utmaning": [NONE_OF_THEM],
                "insatsomrade": [NONE_OF_THEM],
                "bidrag": "Två forskare en dag i veckan under ett år, och studenter.",
            },
        ),
    ),
)


def play(questionnaire: Questionnaire, at: dt.datetime) -> None:
    """Submits what each of the organisations wanted, at that time."""
    for wanted in WANTED:
        place = db.session.scalars(
            sa.select(Affiliation)
            .join(Organisation)
            .where(Organisation.code == wanted.code)
            .order_by(Affiliation.id)
            .limit(1)
        ).one()
        member = membership.join(questionnaire, place.person, place.organisation, at)
        root = db.session.scalars(
            sa.select(Item).where(Item.submission_id == member.submission_id)
        ).one()
        written = [(root, wanted.saw)] + [
            (items.add(member.submission, "riktningen", at), effort) for effort in wanted.efforts
        ]
        for item, texts in written:
            changes = {key: Change(value, 0) for key, value in texts.items()}
            answers.save(item, changes, member.person, at)
        submission.submit(member, at)
