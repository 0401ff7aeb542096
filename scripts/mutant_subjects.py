"""What `make mutants` changes, and which tests judge it.

The tests of a subject are those that are about it, the quickest first; together they take some ten
seconds. A mutant that only a test elsewhere would notice survives, as it should: somebody who
changes the rule runs these tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """The modules that are changed and the tests that judge them: paths from the root."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


def subject(name: str, modules: str, tests: str) -> Subject:
    """Modules under `annualwheel/`, tests under `tests/`, each without its folder and `.py`."""
    return Subject(
        name,
        tuple(f"annualwheel/{module}.py" for module in modules.split()),
        tuple(f"tests/{test}.py" for test in tests.split()),
    )


SUBJECTS = (
    subject(
        "seats",
        "registrations/seats",
        "rules/registrations/test_seats rules/participation/test_offers",
    ),
    subject(
        "availability",
        "registrations/availability",
        "rules/registrations/test_availability rules/registrations/test_states "
        "rules/participation/test_offers",
    ),
    subject("offers", "participation/offers", "rules/participation/test_offers"),
    subject(
        "answers",
        "preparation/answers",
        "rules/preparation/test_kept_values rules/preparation/test_answers "
        "rules/preparation/test_history rules/preparation/test_carry_over",
    ),
    subject("path", "questionnaires/path", "rules/questionnaires/test_path"),
    subject(
        "outbox",
        "mail/outbox mail/claiming",
        "rules/mail/test_leases rules/mail/test_finding_mails journeys/mail/test_outbox",
    ),
    subject(
        "recipients",
        "mailings/recipients mailings/relevance",
        "rules/mailings/test_recipients journeys/mailings/test_mails_too_late "
        "journeys/meetings/test_results journeys/mailings/test_mailings",
    ),
    subject(
        "links",
        "access/links access/personal_links participation/named_links",
        "rules/access/test_signed_links rules/access/test_personal_links "
        "rules/participation/test_named_links "
        "journeys/participation/test_links",
    ),
    subject(
        "retention",
        "privacy/retention",
        "rules/privacy/test_periods journeys/privacy/test_retention",
    ),
    subject(
        "import",
        "contacts/imports/headings contacts/imports/preview contacts/imports/reading "
        "contacts/imports/storing contacts/imports/undoing contacts/imports/values "
        "contacts/imports/writing uploads/encodings uploads/separated uploads/workbook "
        "uploads/worksheet",
        "rules/contacts/test_import_reading rules/contacts/test_import_preview "
        "journeys/contacts/test_import",
    ),
    subject(
        "pack",
        "workshop/pack/writer workshop/pack/cards workshop/pack/columns workshop/pack/by_question "
        "workshop/puzzle workshop/attendance workbooks/sheets workbooks/texts",
        "rules/workshop/test_building journeys/workshop/test_pack "
        "journeys/preparation/test_two_questionnaires",
    ),
    subject(
        "calendar",
        "mail/ical",
        "rules/mail/test_ical rules/mail/test_composing journeys/participation/test_calendar_feed",
    ),
)

# Mutants that have been looked at and that no test on SQLite can tell from the original: by file,
# the line before and after, and why.
EQUIVALENT: Mapping[str, Mapping[tuple[str, str], str]] = {
    "annualwheel/registrations/seats.py": {
        (
            'Meeting: _UNCHANGED.where(Meeting.id == sa.bindparam("subject")),',
            'Meeting: _UNCHANGED.where(Meeting.id != sa.bindparam("subject")),',
        ): "whichever row is written, SQLite locks the whole file",
        (
            "== sa.select(Registration.meeting_id)",
            "!= sa.select(Registration.meeting_id)",
        ): "whichever row is written, SQLite locks the whole file",
    },
    "annualwheel/registrations/availability.py": {
        (
            "if invited and now < years.phase(registration.meeting, kind).opens_at:",
            "if invited and now <= years.phase(registration.meeting, kind).opens_at:",
        ): "in that moment the phase is open to everybody",
    },
    "annualwheel/participation/offers.py": {
        (
            "Registration.offered_until > last,",
            "Registration.offered_until >= last,",
        ): "an offer that ends then is given the end it has",
        (
            "if later and time > EVENING:",
            "if later and time >= EVENING:",
        ): "an end at 20 is by day and has been returned",
        (
            "elif not later and time < MORNING:",
            "elif not later and time <= MORNING:",
        ): "an end at 8 is by day and has been returned",
    },
    "annualwheel/mail/outbox.py": {
        (
            "return Message.key.startswith(prefix, autoescape=True)",
            "return Message.key.startswith(prefix, autoescape=False)",
        ): "asked on PostgreSQL only, where test_leases tells it",
        (
            'db.session.refresh(mailing, _CHANGING, with_for_update={"key_share": True})',
            'db.session.refresh(mailing, _CHANGING, with_for_update={"key_share": False})',
        ): "SQLite has no lock on a row",
    },
    "annualwheel/mail/claiming.py": {
        (
            "locked = oldest.with_for_update(skip_locked=True)",
            "locked = oldest.with_for_update(skip_locked=False)",
        ): "SQLite has no lock on a row",
    },
    "annualwheel/contacts/imports/storing.py": {
        (
            "found = db.session.scalar(asked.with_for_update() if locked else asked)",
            "found = db.session.scalar(asked.with_for_update() if not locked else asked)",
        ): "SQLite has no lock on a row",
        (
            "def by_public_id(public_id: str, locked: bool = False) -> Import:",
            "def by_public_id(public_id: str, locked: bool = True) -> Import:",
        ): "SQLite has no lock on a row",
    },
}
