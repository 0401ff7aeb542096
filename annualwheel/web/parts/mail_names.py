"""What mailings and mails are called on the pages, with the questionnaire they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from annualwheel.mailings import about
from annualwheel.models import Mailing, Message, Questionnaire
from annualwheel.questionnaires import opening, published
from annualwheel.web import page
from annualwheel.web.wording import staff_words


@dataclass(frozen=True)
class Named:
    """What a kind of mail is called; the questionnaire's title, "" where it need not be said."""

    text: str
    title: str


def mailings(rows: Collection[Mailing]) -> Mapping[int, Named]:
    """The mailings' names by their ids."""
    asked = about.of_mailings(rows)
    return {row.id: _named(row.kind, asked.get(row.id)) for row in rows}


def mails(rows: Collection[Message]) -> Mapping[int, Named]:
    """The mails' names by their ids."""
    asked = about.of_mails(rows)
    return {row.id: _named(row.kind, asked.get(row.id)) for row in rows}


def in_running_text(kind: str, questionnaire: Questionnaire | None) -> str:
    """A kind of mailing in the definite form, by when the questionnaire it is about is asked."""
    return staff_words.say(kind, f"mailing{_when(questionnaire)}")


def _named(kind: str, questionnaire: Questionnaire | None) -> Named:
    text = staff_words.say(kind, f"mail{_when(questionnaire)}")
    title = published.title_of(questionnaire).to(page.language()) if questionnaire else ""
    return Named(text, title)


def _when(questionnaire: Questionnaire | None) -> str:
    return "" if questionnaire is None or opening.prepares(questionnaire) else "_after"
