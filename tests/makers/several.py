"""Makers for tests of questionnaires in the plural: one with two repeating groups, and one that
each person answers after the meeting. Both use keys that the other forms use too.
"""

from __future__ import annotations

from pathlib import Path

from annualwheel.questionnaires import reading
from annualwheel.questionnaires.definition import Definition

TWO_GROUPS = """
key = "tva_grupper"
meeting = "work"
respondent = "organisation"
minutes = 20
title = { sv = "Inför bordssamtalen, del B", en = "Before the table talks, part B" }
intro = { sv = "Berätta om initiativ och nätverk.", en = "Tell us of initiatives and networks." }

[[sections]]
key = "initiativ"
minutes = 10
title = { sv = "Era initiativ", en = "Your initiatives" }

[sections.group]
key = "initiativ"
at_most = 2
title_question = "titel"
label = { sv = "Initiativ", en = "Initiatives" }
add_label = { sv = "Lägg till ett initiativ", en = "Add an initiative" }
item_label = { sv = "Initiativ", en = "Initiative" }
error = { sv = "Lägg till ett initiativ eller kryssa i att ni inte har", en = "Add one or tick" }
none = { key = "inga_initiativ", label = { sv = "Vi har inga initiativ", en = "We have none" } }

[[sections.group.questions]]
key = "titel"
type = "text"
max_length = 120
required = true
label = { sv = "Vad heter initiativet?", en = "What is it called?" }
error = { sv = "Skriv vad initiativet heter", en = "Write its name" }

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
minutes = 8
title = { sv = "Era nätverk", en = "Your networks" }

[[sections.questions]]
key = "varfor_natverk"
type = "long_text"
max_length = 800
label = { sv = "Varför är ni med i nätverk?", en = "Why do you take part in networks?" }

[sections.group]
key = "natverk"
at_most = 1
title_question = "natverkets_namn"
label = { sv = "Nätverk", en = "Networks" }
add_label = { sv = "Lägg till ett nätverk", en = "Add a network" }
item_label = { sv = "Nätverk", en = "Network" }
error = { sv = "Lägg till ett nätverk eller kryssa i att ni inte har", en = "Add one or tick" }
none = { key = "inga_natverk", label = { sv = "Vi är inte med i något", en = "We are in none" } }

[[sections.group.questions]]
key = "natverkets_namn"
type = "text"
max_length = 120
required = true
label = { sv = "Vad heter nätverket?", en = "What is the network called?" }
error = { sv = "Skriv vad nätverket heter", en = "Write what the network is called" }
"""

FOLLOW_UP = """
key = "efterat"
meeting = "work"
respondent = "person"
when = "after"
opens = 1
closes = 14
minutes = 5
title = { sv = "Uppföljning efter mötet", en = "Follow-up after the meeting" }
intro = { sv = "Vad tar du med dig hem?", en = "What do you take home?" }

[[sections]]
key = "initiativ"
minutes = 5
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
