"""Submitted versions as the tables hold them: one of today, and one of the first year."""

from __future__ import annotations

from typing import Any

Stored = dict[str, Any]


def label(sv: str, en: str = "") -> dict[str, str]:
    """A label in both languages."""
    return {"sv": sv, "en": en or f"{sv} in English"}


def option(key: str, sv: str, en: str = "") -> Stored:
    """An option with its label."""
    return {"key": key, "label": label(sv, en)}


WORK = option("arbete", "Hur får fler ett arbete?", "How do more people get work?")
ENERGY = option("energi", "Energi & klimat?", "Energy & climate?")
LIVING = option("livsvillkor", "Livsvillkor", "Living conditions")
SKILLS = option("kompetens", "Kompetens", "Skills")
NETWORK = option("natverk", "Nätverk", "Network")
ONGOING = option("pagar", "Pågår", "Ongoing")
REGION = option("RV", "Region Värmland", "Region Värmland")


def asked(key: str, kind: str, section: str, **rest: Any) -> Stored:
    """A question of the code book."""
    usual: Stored = {
        "key": key,
        "section": section,
        "group": None,
        "per_theme": False,
        "type": kind,
        "label": label(key.capitalize()),
        "source": None,
        "options": [],
    }
    return usual | rest


_OF_ITEM: Stored = {"group": "initiativ"}
_QUESTIONS = [
    asked("forberett", "long_text", "organisation"),
    asked("titel", "text", "initiativ", **_OF_ITEM),
    asked("typ", "choice", "initiativ", options=[NETWORK], **_OF_ITEM),
    asked("tema", "choices", "initiativ", source="themes", options=[WORK, ENERGY], **_OF_ITEM),
    asked(
        "insatsomrade",
        "choices",
        "initiativ",
        source="focus_areas",
        options=[LIVING, SKILLS],
        **_OF_ITEM,
    ),
    asked("aktorer", "choices", "initiativ", source="organisations", **_OF_ITEM),
    asked("aktorer_other", "text", "initiativ", **_OF_ITEM),
    asked("status", "choice", "initiativ", options=[ONGOING], **_OF_ITEM),
    asked("period", "years", "initiativ", **_OF_ITEM),
    asked("budget", "number", "initiativ", **_OF_ITEM),
    asked("start", "date", "initiativ", **_OF_ITEM),
    asked("skapa", "long_text", "strukturer", per_theme=True),
    asked("bryta", "long_text", "strukturer", per_theme=True),
]


def _questionnaire(digest: str) -> Stored:
    return {
        "key": "arbetsmote",
        "meeting_kind": "work",
        "respondent": "organisation",
        "digest": digest,
        "title": label("Inför arbetsmötet"),
    }


_ITEM: Stored = {
    "public_id": "k3-åÄ_first",
    "number": 1,
    "title": "=2030 – ”Ung i Hagfors”",
    "carried": "changed",
    "themes": ["arbete", "energi"],
    "focus_areas": ["livsvillkor", "kompetens"],
    "goals": [],
    "organisations": [],
    "kind": "natverk",
    "status": "pagar",
    "answers": [
        {"question": "titel", "value": "=2030 – ”Ung i Hagfors”"},
        {"question": "typ", "value": "natverk", "chosen": [NETWORK]},
        {"question": "tema", "value": ["arbete", "energi"], "chosen": [WORK, ENERGY]},
        {
            "question": "insatsomrade",
            "value": ["livsvillkor", "kompetens"],
            "chosen": [LIVING, SKILLS],
        },
        {"question": "aktorer", "value": None, "chosen": []},
        {"question": "aktorer_other", "value": "Byalaget i Råda (Anders & Co);\n– m.fl."},
        {"question": "status", "value": "pagar", "chosen": [ONGOING]},
        {"question": "period", "value": {"from": 2021, "to": None}},
        {"question": "budget", "value": 12.5},
        {"question": "start", "value": "2027-01-14"},
    ],
}
_ENDED: Stored = {
    "public_id": "p7-ended",
    "title": "Simskolan",
    "answers": [{"question": "titel", "value": "Simskolan"}],
}

OF_TODAY: Stored = {
    "format": 1,
    "questionnaire": _questionnaire("d1"),
    "themes": [WORK, ENERGY],
    "questions": _QUESTIONS,
    "sections": [
        {
            "key": "organisation",
            "title": label("Er organisation"),
            "theme": None,
            "answers": [
                {"question": "forberett", "value": "  Strateger\r\noch  chefer – ”vi” 😀 <b>&amp;"}
            ],
            "group": None,
        },
        {
            "key": "initiativ",
            "title": label("Era initiativ"),
            "theme": None,
            "answers": [],
            "group": {
                "key": "initiativ",
                "label": label("Initiativ"),
                "none": False,
                "ended": [_ENDED],
                "items": [_ITEM],
            },
        },
        {
            "key": "strukturer",
            "title": label("Skapa, bryta, behålla"),
            "theme": WORK,
            "answers": [
                {"question": "skapa", "value": "En gemensam väg in. " * 200},
                {"question": "bryta", "value": None},
            ],
            "group": None,
        },
    ],
}

# Before anything could go on from the year before: no `carried`, no `ended`.
OF_THE_FIRST_YEAR: Stored = {
    "format": 1,
    "questionnaire": _questionnaire("d1"),
    "themes": [WORK],
    "questions": _QUESTIONS,
    "sections": [
        {
            "key": "initiativ",
            "title": label("Era initiativ"),
            "theme": None,
            "answers": [],
            "group": {
                "key": "initiativ",
                "label": label("Initiativ"),
                "none": False,
                "items": [
                    {
                        "public_id": "f1-first-year",
                        "number": 1,
                        "title": "Föräldrakaffe",
                        "themes": ["arbete"],
                        "focus_areas": [],
                        "goals": [],
                        "organisations": ["RV"],
                        "kind": None,
                        "status": None,
                        "answers": [
                            {"question": "titel", "value": "Föräldrakaffe"},
                            {"question": "tema", "value": ["arbete"], "chosen": [WORK]},
                            {"question": "aktorer", "value": ["RV"], "chosen": [REGION]},
                            {"question": "period", "value": {"from": 2024, "to": 2026}},
                        ],
                    }
                ],
            },
        }
    ],
}
