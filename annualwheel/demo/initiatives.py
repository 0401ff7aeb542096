"""Ten invented initiatives in the style of real ones.

They are sample texts and claim nothing about the organisations named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from annualwheel.questionnaires.definition import NONE_OF_THEM
from annualwheel.questionnaires.values import Value


class Sample(NamedTuple):
    """One organisation's initiative and what it wants to create, break and keep.

    `partners` are organisation codes.
    """

    code: str
    area: str
    kind: str
    theme: str
    title: str
    partners: tuple[str, ...]
    goal: str
    difficult: str
    success: str
    create: str
    breaks: str
    keep: str


INITIATIVES = tuple(
    Sample(*row)
    for row in (
        (
            "FIL",
            "livsvillkor",
            "natverk",
            "arbete",
            "Tidiga samtal – nätverk kring barn 0–6 år",
            ("RV-HS", "SK"),
            "Alla familjer med barn under sex år ska ha haft minst ett samtal om stöd före "
            "skolstart.",
            "Sekretessen gör att vi pratar om strukturer men sällan om det som faktiskt händer. "
            "Mötena blir beroende av eldsjälar.",
            "Samma fyra personer vid bordet i två år, kaffe före dagordning och en gemensam sida "
            "med vem som gör vad.",
            "En gemensam tjänst som ägs av två huvudmän.",
            "Projekttänket på ett år i taget.",
            "Den öppna förskolan som mötesplats.",
        ),
        (
            "RFS",
            "livsvillkor",
            "initiativ",
            "arbete",
            "Föreningskompis",
            ("KRI", "RK"),
            "200 barn som inte är med i någon förening ska prova tre idrotter.",
            "Avgifter och resor. Den som bor utanför tätorten kommer inte hem efter träningen.",
            "Ungdomsledare från samma bostadsområde.",
            "Sen busstur två kvällar i veckan.",
            "Prestationskrav i de yngsta åldrarna.",
            "Lån av utrustning.",
        ),
        (
            "SAF",
            "livsvillkor",
            "beslut",
            "arbete",
            "Gemensam plan mot ofrivillig ensamhet bland äldre",
            ("VI",),
            "Halvera andelen 75+ som ofta känner sig ensamma.",
            "Vi vet inte vilka vi inte når.",
            "Beslutet togs i två nämnder samma vecka.",
            "En ingång för frivilliga.",
            "Att varje förvaltning har en egen lista.",
            "Telefonkedjan.",
        ),
        (
            "HAM",
            "kompetens",
            "forum",
            "arbete",
            "Yrkesprogram i samma båt",
            ("FOR", "KAR", "IUC", "HK"),
            "Fler sökande till industri- och vårdprogrammen, minst 15 procent mer om två år.",
            "Eleverna väljer efter kompisar, inte efter jobb. Tre kommuner planerar utbud var för "
            "sig.",
            "Studiebesök i åttan med riktiga uppgifter.",
            "Gemensam utbudsplanering.",
            "Konkurrensen om elevpengen.",
            "Vägledarnätverket.",
        ),
        (
            "AF",
            "kompetens",
            "initiativ",
            "arbete",
            "Validering på jobbet",
            ("RV", "KAU"),
            "120 validerade undersköterskor och svetsare.",
            "Arbetsgivarna har svårt att släppa handledare.",
            "Handledartid betalas ut som timmar, inte som bidrag i efterhand.",
            "Regional valideringsfond.",
            "Kravet på heltid.",
            "Branschmodellerna.",
        ),
        (
            "SUN",
            "kompetens",
            "natverk",
            "energi",
            "AI i vardagen för små kommuner",
            ("COM", "MUN", "STO"),
            "Varje kommun har provat tre arbetssätt och delat resultatet.",
            "Upphandling och informationssäkerhet tar längre tid än själva testet.",
            "Listan ”Det här gick inte” delas öppet.",
            "Gemensam jurist.",
            "Att alla gör egen riskanalys.",
            "Kvartalsträffen.",
        ),
        (
            "HAG",
            "platser",
            "process",
            "arbete",
            "Levande centrum på tre orter",
            ("TOR", "HSSL", "VIS"),
            "Tomma lokaler under 10 procent.",
            "Fastighetsägarna bor inte här.",
            "Ett år med gratis provhyra.",
            "Gemensam platsutvecklare.",
            "Kortsiktiga stöd.",
            "Byaråden.",
        ),
        (
            "EDA",
            "platser",
            "beslut",
            "energi",
            "Gränspendlarrådet",
            ("ARJ", "LST", "OS"),
            "Pendlingen över gränsen ska tåla en ny kris.",
            "Beslut fattas i två länder.",
            "Gemensam lägesbild varje måndag. Vi behöll formen.",
            "Permanent sekretariat.",
            "Att data stannar vid gränsen.",
            "Måndagsmötet.",
        ),
        (
            "GRU",
            "konkurrenskraft",
            "initiativ",
            "energi",
            "Spillvärme blir växthus",
            ("PP", "LRF", "RISE"),
            "5 GWh tillvaratagen värme.",
            "Tillstånd och avtal mellan tre parter, elnätskapacitet.",
            "En testbädd med tydlig ägare.",
            "Färdig avtalsmall.",
            "Stuprör mellan energi och näringsliv.",
            "Klustrets testmiljö.",
        ),
        (
            "GEC",
            "konkurrenskraft",
            "forum",
            "energi",
            "Solel utan köer",
            ("ARV", "LST", "SKS"),
            "Handläggningstid för anslutning under 90 dagar.",
            "Lokalt motstånd när ingen äger dialogen. Oklart vem som gör vad.",
            "Öppet hus före samråd.",
            "Gemensam vägledning till kommunerna.",
            "Att samråd kommer sist.",
            "Mätdata som alla får se.",
        ),
    )
)

# What else was answered about each, by organisation: half of them seek somebody, one is a plan, and
# two fit no focus area or no theme of the year.
FURTHER: Mapping[str, Mapping[str, Value]] = {
    "FIL": {
        "var_i_lanet": ["filipstad", "hagfors", "kristinehamn"],
        "malgrupp": ["barn_och_unga"],
        "malgrupp_other": "föräldrar som inte litar på kommunen",
        "samarbete": ["lara", "dela"],
        "samarbete_om": "Samtycke! Hur gör ni andra?\n- vem frågar\n- var sparas det\n- hur länge",
    },
    "RFS": {
        "var_i_lanet": ["hela_lanet"],
        "malgrupp": ["barn_och_unga", "nyanlanda"],
        "samarbete": ["fler"],
        "samarbete_om": (
            "Föreningar utanför tätorterna som vill låna ut utrustning, och kommuner som kan tänka "
            "sig en sen buss två kvällar i veckan. Vi har bidrag till och med juni."
        ),
    },
    "SAF": {
        "insatsomrade": ["livsvillkor", "platser"],
        "var_i_lanet": ["saffle"],
        "malgrupp": ["aldre"],
        "samarbete": ["nej"],
    },
    "HAM": {
        "var_i_lanet": ["hammaro", "forshaga", "karlstad"],
        "malgrupp": ["barn_och_unga", "foretag"],
        "samarbete": ["fler", "lara", "dela"],
        "samarbete_om": "Gemensam utbudsplanering: vi kan vår del men inte resten av länets.",
    },
    "AF": {"var_i_lanet": ["hela_lanet"], "malgrupp": ["arbetssokande"]},
    "SUN": {
        "tema": [NONE_OF_THEM],
        "var_i_lanet": ["sunne", "munkfors", "storfors"],
        "malgrupp": ["offentlig"],
        "samarbete": ["dela"],
        "samarbete_om": "Listan ”Det här gick inte”, 14 rader och växer",
    },
    "HAG": {
        "status": "planeras",
        "period": "2028–",
        "behov": (
            "En person som får göra det på arbetstid, minst 40 procent, och ett ja från tre "
            "fastighetsägare.\n\nAv Region Värmland: pengar till det första året.\n"
            "Av grannkommunerna: att de säger till innan de hyr ut till någon som lämnar tomt."
        ),
        "var_i_lanet": ["hagfors", "torsby"],
        "malgrupp": ["foretag", "alla"],
        "samarbete": ["fler"],
        "samarbete_om": "fastighetsägare, byaråd",
    },
    "EDA": {
        "insatsomrade": [NONE_OF_THEM],
        "var_i_lanet": ["eda", "arjang", "utanfor"],
        "malgrupp": ["alla"],
        "malgrupp_other": "pendlare",
        "samarbete": ["nej"],
    },
    "GRU": {
        "status": "avslutat",
        "resultat": "3,1 GWh av 5. Växthuset står kvar och drivs av kommunen och PP tillsammans.",
        "var_i_lanet": ["grums"],
        "malgrupp": ["foretag"],
        "samarbete": ["dela"],
        "samarbete_om": "Avtalsmallen (tre parter). Den tog ett och ett halvt år att få till.",
    },
    "GEC": {"var_i_lanet": ["hela_lanet", "utanfor"], "malgrupp": ["offentlig", "foretag"]},
}
# How far each has come with the theme that it wrote about, and how much it uses the strategy.
FAR = ("har_borjat", "planerar", "inte_borjat", "kommit_langt", "vet_inte")
USES = ("steg_2", "steg_3", "steg_1", "steg_3", "vet_inte", "steg_4")
STANDS_BEHIND = (
    ["chefer", "medarbetare"],
    ["ingen_an"],
    ["ledning"],
    ["fortroendevalda", "ledning"],
)
