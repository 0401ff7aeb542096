"""A sheet to print for each question that is asked once: what was written, or what was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from annualwheel.questionnaires.content import AnswerContent, CodeBookQuestion
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import Sheet, StyledWorkbook
from annualwheel.workshop import counts
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import Facts, Part, Rank
from annualwheel.workshop.submitted import Respondent, Submitted

NAME, TEXT, NUMBER = 26.0, 62.0, 10.0


class ByQuestion(Part):
    """The questions that are neither about initiatives nor asked anew for each theme."""

    about = "about_question"

    def __init__(self, facts: Facts, book: StyledWorkbook) -> None:
        super().__init__(facts, book)
        asked = [
            (key, one) for key, one in facts.questions() if not one.group and not one.per_theme
        ]
        self.sheets: dict[tuple[str, str], QuestionSheet] = {
            (key, one.key): self._kind(key, one)(self, key, one, number)
            for number, (key, one) in enumerate(asked, 1)
        }

    def _kind(self, questionnaire: str, asked: CodeBookQuestion) -> type[QuestionSheet]:
        if (questionnaire, asked.key) in self.facts.counted:
            return CountSheet
        return ChoiceSheet if asked.options or asked.source else TextSheet

    def add(self, answer: Submitted) -> None:
        """Writes each answer on the sheet of its question."""
        for section in answer.sections:
            for given in section.answers:
                sheet = self.sheets.get((answer.by.questionnaire, given.question))
                if sheet and not section.theme:
                    sheet.add(answer.by, given)

    def close(self) -> None:
        """Writes the counts."""
        for sheet in self.sheets.values():
            sheet.close()


class QuestionSheet:
    """The sheet of one question."""

    def __init__(
        self, part: ByQuestion, questionnaire: str, question: CodeBookQuestion, number: int
    ) -> None:
        self.part, self.facts, self.question = part, part.facts, question
        self.label = question.label.to(self.facts.language)
        self.number, self.questionnaire = number, questionnaire

    def add(self, by: Respondent, given: AnswerContent) -> None:
        """Takes one respondent's answer."""

    def close(self) -> None:
        """Ends the sheet."""

    def make(self, columns: tuple[Column, ...], *, frozen: int) -> Sheet:
        """The sheet with those columns."""
        title = f"{self.facts.word('question_short')}{self.number}. {self.label}"
        rank = Rank.QUESTIONS + self.number
        return self.part.make(
            Layout(title, columns, rank, frozen=frozen, portrait=True, filtered=False)
        )

    def counts_of(self, chosen: Iterable[tuple[str, int]], answered: int) -> Sheet:
        """The sheet with how many have chosen what, and how many have answered."""
        word = self.facts.word
        sheet = self.make((Column("", NAME), Column("", TEXT), Column("", NUMBER)), frozen=0)
        sheet.joined([(self.label, "question")], 3)
        sheet.append_styled([(word(key), "heading") for key in ("how_many", "option", "share")])
        for label, count in chosen:
            share = (count / answered, "share")
            sheet.append_styled([(count, "number"), (label, "wrap"), share])
        sheet.append([])
        sheet.append_styled([(answered, "number"), (word("have_answered"), "strong")])
        return sheet


class CountSheet(QuestionSheet):
    """How many have chosen what, where nobody reads who has; nothing while too few have."""

    def close(self) -> None:
        """Writes the sheet when there are enough answers."""
        facts = self.facts
        found = counts.tally(facts.meeting, self.questionnaire, self.question, facts.language)
        if found.is_shown:
            self.counts_of(found.chosen, found.answered)


class TextSheet(QuestionSheet):
    """What was written, respondent after respondent."""

    sheet: Sheet | None = None

    def add(self, by: Respondent, given: AnswerContent) -> None:
        """Writes a row for an answer that is not empty."""
        text = readable(given, self.facts.language)
        if not text:
            return
        if self.sheet is None:
            columns = (
                Column(self.facts.word("respondent"), NAME, wrap=True),
                Column(self.label, TEXT + NUMBER, text=True),
            )
            self.sheet = self.make(columns, frozen=1)
        self.sheet.append([by.name, text], about=by.public_id, question=self.label)


class ChoiceSheet(QuestionSheet):
    """How often each option was chosen, and then who chose what."""

    def __init__(
        self, part: ByQuestion, questionnaire: str, question: CodeBookQuestion, number: int
    ) -> None:
        super().__init__(part, questionnaire, question, number)
        language = self.facts.language
        # Options that nobody chose are counted too: a nought is an answer.
        self.counts: Counter[str] = Counter(
            {option.label.to(language): 0 for option in question.options}
        )
        # Short, so they are kept until the counts are known.
        self.chosen: list[tuple[str, str]] = []

    def add(self, by: Respondent, given: AnswerContent) -> None:
        """Counts what was chosen."""
        labels = given.labels(self.facts.language)
        if labels:
            self.counts.update(labels)
            self.chosen.append((by.name, "; ".join(labels)))

    def close(self) -> None:
        """Writes the sheet, if anybody has answered."""
        if not self.chosen:
            return
        word = self.facts.word
        sheet = self.counts_of(self._in_order(), len(self.chosen))
        sheet.append([])
        sheet.styled([word("respondent"), word("chosen"), ""], "heading")
        for name, labels in self.chosen:
            sheet.append_styled([(name, "wrap"), (labels, "wrap")])

    def _in_order(self) -> list[tuple[str, int]]:
        """As asked; organisations, which have no order of their own, by how often."""
        return list(self.counts.items()) if self.question.options else self.counts.most_common()
