"""Makers for tests of questionnaires in the plural: one with two repeating groups, and one that
each person answers after the meeting. Both use keys that the other forms use too. The repeating
group is that of the tests of reading, too.
"""

from __future__ import annotations

from pathlib import Path

from annualwheel.questionnaires import reading
from annualwheel.questionnaires.definition import Definition


def group(key: str, title: str, at_most: int, sv: str, en: str) -> str:
    """A repeating group with the question its items are called by, as a file of forms/ has it.

    `title` is that question's key; `sv` and `en` are what the items are called.
    """
    one, several = sv.lower(), en.lower()
    return f"""
[sections.group]
key = "{key}"
at_most = {at_most}
title_question = "{title}"
label = {{ sv = "{sv}", en = "{en}" }}
add_label = {{ sv = "Lägg till ett {one}", en = "Add to the {several}" }}
item_label = {{ sv = "{sv}", en = "{en}" }}
error = {{ sv = "Lägg till ett {one} eller kryssa i att ni inte har", en = "Add one or tick" }}
none = {{ key = "inga_{key}", label = {{ sv = "Vi har inga {one}", en = "We have none" }} }}

[[sections.group.questions]]
key = "{title}"
type = "text"
max_length = 120
required = true
label = {{ sv = "Vad heter {one}et?", en = "What is it called?" }}
error = {{ sv = "Skriv vad {one}et heter", en = "Write its name" }}
"""


TWO_GROUPS = (
    """
key = "tva_grupper"
meeting = "work"
respondent = "organisation"
title = { sv = "Inför bordssamtalen, del B", en = "Before the table talks, part B" }
intro = { sv = "Berätta om initiativ och nätverk.", en = "Tell us of initiatives and networks." }

[[sections]]
key = "initiativ"
title = { sv = "Era initiativ", en = "Your initiatives" }
"""
    + group("initiativ", "titel", 2, "Initiativ", "Initiatives")
    + """
[[sections.group.questions]]
key = "tema"
type = "choices"
source = "themes"
label = { sv = "Vilka teman?", en = "Which themes?" }

[[sections.group.questions]]
key = "mal"
type = "long_text"
max_length = 800
label = { sv = "Vilket mål arbetar ni mot?", en = "What is the goal?" }

[[sections]]
key = "natverk"
title = { sv = "Era nätverk", en = "Your networks" }

[[sections.questions]]
key = "varfor_natverk"
type = "long_text"
max_length = 800
label = { sv = "Varför är ni med i nätverk?", en = "Why do you take part in networks?" }
"""
    + group("natverk", "natverkets_namn", 1, "Nätverk", "Networks")
)

FOLLOW_UP = """
key = "efterat"
meeting = "work"
respondent = "person"
when = "after"
opens = 1
closes = 14
title = { sv = "Uppföljning efter mötet", en = "Follow-up after the meeting" }
intro = { sv = "Vad tar du med dig hem?", en = "What do you take home?" }

[[sections]]
key = "initiativ"
title = { sv = "Det du tar med dig", en = "What you take home" }

[[sections.questions]]
key = "mal"
type = "long_text"
max_length = 800
required = true
label = { sv = "Vad ska du göra nu på måndag?", en = "What will you do on Monday?" }
error = { sv = "Skriv vad du ska göra", en = "Write what you will do" }
"""


def read_text(folder: Path, text: str) -> Definition:
    """The definition in a text, read from a file as the files of forms/ are."""
    path = folder / "prov.toml"
    path.write_text(text, encoding="utf-8")
    return reading.read(path)
