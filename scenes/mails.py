"""Every kind of mail in both languages, with sample facts, as it is sealed when it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from annualwheel.mail.kinds import KINDS
from annualwheel.mail.letters import Letter, Letterhead, RenderedMail, render, write

SV: dict[str, object] = {
    "given": "Maria",
    "meeting": "arbetsmötet",
    "day": "fredag 22\u00a0januari 2027",
    "short_day": "22\u00a0januari",
    "time": "kl.\u00a09.00–15.30",
    "place": "Nöjesfabriken, Karlstad",
    "organisation": "Hagfors kommun",
    "answer_by": "fredag 11\u00a0december 2026",
    "about": "Vi utgår från nulägesanalysen och diskuterar vilken riktning vi ska ta.",
    "preparation_opens": "lördag 12\u00a0december",
    "joining_url": "https://moten.example/arbetsmotet",
    "joining": "Anslut från kl. 8.45. Kaffe finns från kl. 8.30.",
    "question": "Räcker det att du sitter nära dörren, eller behöver du en egen ingång?",
    "substitute": "Eva Nord",
    "replaces": "Anna Berg",
    "invited": "",
    "message": "Kul om du kan.",
    "old_day": "fredag 22\u00a0januari 2027",
    "old_time": "kl. 9.00–15.30",
    "old_place": "Nöjesfabriken, Karlstad",
    "new_day": "fredag 29\u00a0januari 2027",
    "new_time": "kl. 9.00–15.30",
    "new_place": "Nöjesfabriken, Karlstad",
    "reason": "lokalen är upptagen",
    "answer_kept": True,
    "closes": "torsdag 14\u00a0januari",
    "last_day": "14\u00a0januari",
    "minutes": "45",
    "personal": False,
    "lead": "Anna Berg",
    "sections": ["Er organisation", "Era initiativ"],
    "missing": ["Hinder och framgångar", "Skapa, bryta, behålla"],
    "submitted_at": "söndag 10\u00a0januari 2027 kl. 14.32",
    "by": "Maria Lind",
    "summary": ["3 initiativ"],
    "inviter": "Maria Lind",
    "people": [{"name": "Maria Lind", "what": "arbetsmötet 22 januari"}],
    "registrant": "Maria Lind",
    "waits": "",
    "old_address": "maria@kommun.example",
    "answer": "Uppgifterna ska bevaras.",
    "role": "koordinator",
    "sign_in_page": "https://arshjulet.example/logga-in",
    "coordinator": "Karin Ek",
    "coming": True,
    "sent_at": "måndag 23 november 2026 kl. 9.00",
    "share": "Hur får fler arbete?",
    "part": "present",
    "person_count": 118,
    "organisation_count": 54,
    "next_meeting": "riktningsmötet",
    "next_day": "fredag 12\u00a0mars",
    "needs_erased": True,
    "ends": "torsdag 14\u00a0januari kl.\u00a012.00",
    "ended": "torsdag 14\u00a0januari kl.\u00a012.00",
    "waited": "",
    "reconfirm": "",
    "seated": True,
    "taken": "",
    "may_register": True,
    "may_substitute": True,
    "asks": True,
    "held": True,
    "stands": "",
    "submitted": True,
    "needed": ["Era initiativ"],
    "invited_by": "fredag 13\u00a0november 2026",
    "again": "",
    "saved": "",
    "asked": "",
    "after": "",
    "inactive": "",
    "instead": "",
    "to_write": "",
    "material": "nulägesanalysen",
    "material_url": "https://www.example.org/nulagesanalysen-2027.pdf",
}
EN: dict[str, object] = SV | {
    "meeting": "the working meeting",
    "day": "Friday 22\u00a0January 2027",
    "short_day": "22\u00a0January",
    "time": "9:00 to 15:30",
    "answer_by": "Friday 11\u00a0December 2026",
    "preparation_opens": "Saturday 12\u00a0December",
    "joining": "Join from 8:45. There is coffee from 8:30.",
    "question": "Is a seat near the door enough, or do you need an entrance of your own?",
    "old_day": "Friday 22\u00a0January 2027",
    "old_time": "9:00 to 15:30",
    "new_day": "Friday 29\u00a0January 2027",
    "new_time": "9:00 to 15:30",
    "reason": "the venue is taken",
    "closes": "Thursday 14\u00a0January",
    "last_day": "14\u00a0January",
    "needed": ["Your initiatives"],
    "invited_by": "Friday 13\u00a0November 2026",
    "about": "We start from the analysis of the situation and discuss which direction to take.",
    "lead": "Anna Berg",
    "sections": ["Your organisation", "Your initiatives"],
    "missing": ["Obstacles and successes", "Create, break, keep"],
    "submitted_at": "Sunday 10\u00a0January 2027, 14:32",
    "summary": ["3 initiatives"],
    "role": "coordinator",
    "people": [{"name": "Maria Lind", "what": "the working meeting 22 January"}],
    "message": "Glad if you can.",
    "sent_at": "Monday 23 November 2026, 9:00",
    "answer": "The details must be kept.",
    "share": "How do more people find work?",
    "next_meeting": "the strategic direction meeting",
    "next_day": "Friday 12\u00a0March",
    "ends": "Thursday 14\u00a0January, 12:00 (Swedish\u00a0time)",
    "ended": "Thursday 14\u00a0January, 12:00 (Swedish\u00a0time)",
    "material": "the analysis of where Värmland stands",
}
SAMPLES = {"sv": SV, "en": EN}
HEAD = Letterhead(
    base_url="https://arshjulet.example",
    service_name="Värmlandsstrategins årshjul",
    region_name="Region Värmland",
    contact_name="Karin Ek",
    contact_email="arshjulet@region.example",
    contact_phone="010-000 00 00",
    sender_name="Värmlandsstrategins årshjul",
    sender_address="arshjulet@region.example",
    reply_to="arshjulet@region.example",
)


def sample(kind: str, language: str, changes: Mapping[str, object] | None = None) -> Letter:
    """The letter of that kind with the sample facts, `changes` instead of some of them."""
    wanted = KINDS[kind]
    everything = SAMPLES[language] | dict(changes or {})
    facts = {name: everything[name] for name in (*wanted.facts, *wanted.optional)}
    return write(kind, language, facts)


def rendered(kind: str, language: str, changes: Mapping[str, object] | None = None) -> RenderedMail:
    """The same as it goes out."""
    links = {name: f"https://arshjulet.example/i/{name}-abc" for name in KINDS[kind].links}
    return render(sample(kind, language, changes), language, links, HEAD)
