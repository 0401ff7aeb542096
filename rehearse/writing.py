"""Those who prepare, or follow the meeting up.

They open their answer from the mail, fill in the questions that the pages show, submit, change,
submit again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from annualwheel.demo import prose
from annualwheel.questionnaires.definition import (
    CHOOSING,
    Definition,
    Group,
    Question,
    QuestionType,
)
from rehearse import cast
from rehearse.browser import Browser
from rehearse.dom import Node, Unexpected
from rehearse.guests import PREPARATION
from rehearse.ledger import Ledger
from rehearse.post import Mail
from rehearse.stage import Stage

VALUES = {
    QuestionType.YEARS: "2024–",
    QuestionType.URL: "www.example.org/initiativ",
    QuestionType.NUMBER: "3",
    QuestionType.DATE: "2027-05-01",
}
TURNS = 3
DRAFTS = 0.1


def answer(
    stage: Stage, ledger: Ledger, asked: Definition, mails: Sequence[Mail], seed: int
) -> dict[str, list[Mail]]:
    """Everyone opens the link, and one in each organisation writes the answer.

    Each person where the questions are personal. Nearly all answers are submitted. Returns who may
    write in those, by the heading of the page.
    """

    def act(numbered: tuple[int, str]) -> str:
        number, name = numbered
        dice = cast.chance_of(seed, asked.key, name)
        with enter(stage, answers[name][0]) as browser:
            write(browser, asked, dice)
            if number > 1 and dice.random() < DRAFTS:
                return ""
            submit(browser, ledger, "Skicka in svaret", name)
        return name

    answers: dict[str, list[Mail]] = {}
    letters = sorted(mails, key=lambda mail: mail.to)
    headings = stage.together(lambda mail: _heading(stage, mail), letters)
    for mail, heading in zip(letters, headings, strict=True):
        name = heading if asked.respondent == "organisation" else f"{heading} {mail.to}"
        answers.setdefault(name, []).append(mail)
    submitted = stage.together(act, enumerate(answers))
    stage.settle()
    return {name: answers[name] for name in submitted if name}


def _heading(stage: Stage, mail: Mail) -> str:
    """What the page behind the link is called: it names the organisation."""
    with stage.browser().open(mail.link(PREPARATION)).in_swedish() as browser:
        return browser.heading().rpartition("Förberedelse för")[2]


def enter(stage: Stage, mail: Mail) -> Browser:
    """Follows the link and presses the button that lets in."""
    return stage.browser().open(mail.link(PREPARATION)).in_swedish().press("Öppna")


def write(browser: Browser, asked: Definition, dice: Random) -> None:
    """Goes through the pages from the first to the review and fills in what they ask."""
    every = (question for section in asked.sections for question in section.questions)
    questions = {question.label.sv: question for question in every}
    grouped = [section for section in asked.sections if section.group]
    browser.open(next(_sections(browser)).get("href"))
    while "steg" in browser.page.all("title")[0].raw:
        step = browser.heading()
        group = next((section.group for section in grouped if section.title.sv in step), None)
        if group:
            _add_cards(browser, group, dice)
        else:
            _fill_until_next(browser, questions, dice)


def _add_cards(browser: Browser, group: Group, dice: Random) -> None:
    items = {question.label.sv: question for question in group.questions}
    cards = dice.choice((2, 3)) if group.at_most > 1 else 1
    for _card in range(cards):
        browser.press(group.add_label.sv)
        _fill_until_done(browser, items, dice)
    browser.follow("Nästa")


def _fill_until_next(browser: Browser, questions: Mapping[str, Question], dice: Random) -> None:
    step = browser.heading()
    for _turn in range(TURNS):
        fill_in(browser, questions, dice)
        browser.press("Nästa")
        if browser.heading() != step:
            return
    raise Unexpected(f"{step} does not lead on")


def _fill_until_done(browser: Browser, items: Mapping[str, Question], dice: Random) -> None:
    """Some questions come up only after a choice, so the card may come back once more."""
    for _turn in range(TURNS):
        fill_in(browser, items, dice)
        browser.press("Klar", within="")
        if not any(form.get("id") == "kort-form" for form in browser.page.all("form")):
            return
    raise Unexpected(f"the card is not done:\n{browser.text}")


def submit(browser: Browser, ledger: Ledger, button: str, name: str) -> None:
    """Reads the review and submits; the receipt says that it is in."""
    browser.press(button).see("är inskickat")
    ledger.submitted.append(name)


def change(stage: Stage, ledger: Ledger, answers: Mapping[str, Sequence[Mail]], every: int) -> None:
    """In every so many answers somebody writes another sentence and submits it once more.

    Where there is a colleague both write in the same field at the same time, and whoever saves last
    puts the other's text after the own.
    """

    def act(name: str) -> None:
        with enter(stage, answers[name][-1]) as browser:
            add(browser, cast.LATE)
            if len(answers[name]) > 1:
                with enter(stage, answers[name][0]) as colleague:
                    add(colleague, cast.MEANWHILE).press("Spara utkast")
                browser.press("Spara utkast").see("ändrade samma svar", "Din text står kvar")
                browser.press("Lägg").see(cast.LATE, cast.MEANWHILE)
                ledger.conflicts.append(name)
            else:
                browser.press("Spara utkast")
            browser.follow("Till översikten").follow("Granska och skicka in ändringen")
            submit(browser, ledger, "Skicka in ändringen", name)

    stage.together(act, list(answers)[::every])
    stage.settle()


def add(browser: Browser, sentence: str) -> Browser:
    """Types one more sentence in the first field of the last section; nothing is saved yet.

    The text is shortened first: put together with a colleague's it must fit, too.
    """
    browser.open([*_sections(browser)][-1].get("href"))
    text = browser.page.all("textarea")[0]
    text.children = [f"{text.raw.strip()[: cast.KEPT].strip()}\n\n{sentence}"]
    return browser


def fill_in(browser: Browser, questions: Mapping[str, Question], dice: Random) -> None:
    """Answers the questions that are shown and not answered yet."""
    for box in browser.page.all("fieldset"):
        question = _asked(_legend(box), questions)
        if question and _shown(box):
            _choose(box, question, dice)
    fields = {control.get("id"): control for control in browser.page.all("input", "textarea")}
    for label in browser.page.all("label"):
        question, field = _asked(label.text, questions), fields.get(label.get("for"))
        if question is None or field is None or question.type in CHOOSING:
            continue
        if _shown(field):
            _type(field, question, dice)


def _legend(box: Node) -> str:
    elements = (child for child in box.children if isinstance(child, Node))
    return next((child.text for child in elements if child.tag == "legend"), "")


def _choose(box: Node, question: Question, dice: Random) -> None:
    """Ticks one or two choices, or one that stands alone, unless something is chosen already."""
    inputs = box.all("input")
    choices = [control for control in inputs if control.get("type") in ("radio", "checkbox")]
    if any("checked" in control.attrs for control in choices):
        return
    most = 1
    if question.type is not QuestionType.CHOICE:
        most = min(2, question.at_most or 2, len(choices))
    chosen = dice.sample(choices, dice.randint(1, most))
    alone = [control for control in chosen if "data-alone" in control.attrs]
    for control in alone[:1] or chosen:
        control.attrs["checked"] = ""


def _type(field: Node, question: Question, dice: Random) -> None:
    """Writes something in the field, unless something stands there already."""
    if field.tag == "textarea" and not field.raw.strip():
        most = question.max_length or prose.USUAL
        field.children = [prose.told(dice.choice(cast.SENTENCES), dice, most)]
    elif field.tag == "input" and not field.get("value"):
        field.attrs["value"] = VALUES.get(question.type) or dice.choice(cast.TITLES)


def _asked(text: str, questions: Mapping[str, Question]) -> Question | None:
    return questions.get(text.removesuffix("(frivilligt)").strip())


def _shown(node: Node) -> bool:
    return "hidden" not in node.attrs and not any("hidden" in box.attrs for box in node.around())


def _sections(browser: Browser) -> Iterator[Node]:
    """The links to the sections on the hub."""
    for steps in browser.page.all("ol"):
        if "sections" in steps.get("class").split():
            yield from steps.all("a")
