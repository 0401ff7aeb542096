"""Who works with whom: a row for each initiative and each partner that it names."""

from __future__ import annotations

from collections.abc import Iterator

from annualwheel.questionnaires.content import ItemContent
from annualwheel.questionnaires.definition import OTHER_SUFFIX
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import OneSheet, Rank
from annualwheel.workshop.submitted import Submitted


class Partners(OneSheet):
    """The sheet of collaborations. A partner that was typed in words stands as it was typed."""

    about = "about_partners"

    def add(self, answer: Submitted) -> None:
        """Writes the partners of each initiative."""
        by, facts = answer.by, self.facts
        for section in answer.sections:
            for item in section.items:
                for partner in self._partners(item, by.questionnaire):
                    row = [
                        by.name,
                        facts.category(by.category),
                        item.title,
                        facts.themes_of(item, by.questionnaire),
                        partner,
                        item.public_id,
                    ]
                    self.sheet.append(row, about=item.public_id)

    def layout(self) -> Layout:
        """Its columns."""
        word = self.facts.word
        columns = (
            Column(word("respondent"), 26, wrap=True),
            Column(word("category"), 20),
            Column(word("title"), 34, wrap=True),
            Column(word("theme"), 24, wrap=True),
            Column(self._question(), 31, wrap=True),
            Column(word("id"), 15),
        )
        return Layout(word("partners"), columns, Rank.PARTNERS)

    def _question(self) -> str:
        """What was asked, where it was asked in one way only."""
        labels = {
            question.label.to(self.facts.language)
            for _key, question in self.facts.questions()
            if question.group and question.source == "organisations"
        }
        return labels.pop() if len(labels) == 1 else self.facts.word("partner")

    def _partners(self, item: ItemContent, questionnaire: str) -> Iterator[str]:
        asked = self.facts.asked[questionnaire]
        for answer in item.answers:
            question = asked[answer.question]
            if question.source == "organisations":
                yield from answer.labels(self.facts.language)
            of = asked.get(question.key.removesuffix(OTHER_SUFFIX))
            if of and of is not question and of.source == "organisations":
                text = readable(answer, self.facts.language)
                if text:
                    yield text
