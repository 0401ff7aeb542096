"""Who is looking for somebody to work with: a row for each initiative that says so."""

from __future__ import annotations

from annualwheel.questionnaires.content import AnswerContent
from annualwheel.questionnaires.definition import Group
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import OneSheet, Rank
from annualwheel.workshop.submitted import Submitted


class Seeking(OneSheet):
    """The sheet of wanted collaborations, to put those together who look for each other."""

    about = "about_seeking"

    def add(self, answer: Submitted) -> None:
        """Writes the initiatives that are looking for somebody."""
        by, facts = answer.by, self.facts
        for section in answer.sections:
            for item in section.items:
                group = facts.groups[by.questionnaire, section.group.key if section.group else ""]
                given = {said.question: said for said in item.answers}
                if sought := self._sought(group, given):
                    about = self._about(group, given)
                    row = [
                        by.name,
                        facts.category(by.category),
                        item.title,
                        facts.themes_of(item, by.questionnaire),
                        sought,
                        about,
                        item.public_id,
                    ]
                    self.sheet.append(row, about=item.public_id, question=facts.word("about_what"))

    def layout(self) -> Layout:
        """Its columns."""
        word = self.facts.word
        columns = (
            Column(word("respondent"), 22, wrap=True),
            Column(word("category"), 16, wrap=True),
            Column(word("title"), 26, wrap=True),
            Column(word("theme"), 18, wrap=True),
            Column(word("seeks"), 26, wrap=True),
            Column(word("about_what"), 34, wrap=True),
            Column(word("id"), 10),
        )
        return Layout(word("seeking"), columns, Rank.SEEKING)

    def _sought(self, group: Group, given: dict[str, AnswerContent]) -> str:
        """What was chosen, but for the choice that stands alone: that one says no."""
        said = given.get(group.seeks_question or "")
        asked = (one for one in group.questions if one.key == group.seeks_question)
        alone = {option.key for one in asked for option in one.options if option.alone}
        chosen = (option for option in (said and said.chosen) or () if option.key not in alone)
        return "; ".join(option.label.to(self.facts.language) for option in chosen)

    def _about(self, group: Group, given: dict[str, AnswerContent]) -> str:
        """What is asked because something is sought."""
        more = (
            readable(given[one.key], self.facts.language)
            for one in group.questions
            if one.show_if and one.show_if.question == group.seeks_question and one.key in given
        )
        return "\n".join(text for text in more if text)
