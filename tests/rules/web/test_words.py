"""How dates, numbers and states are written in the two languages."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from annualwheel.models import Registration
from annualwheel.web.wording import words
from annualwheel.wording import dates

STARTS = dt.datetime(2027, 1, 22, 8, 0, tzinfo=dt.UTC)
ENDS = dt.datetime(2027, 1, 22, 14, 30, tzinfo=dt.UTC)
# Which table of words speaks for which column of the database.
COLUMNS = {
    "registration": "registrations.state",
    "meeting": "meetings.kind",
    "meeting_running": "meetings.kind",
    "meeting_short": "meetings.kind",
    "phase": "phases.kind",
    "message": "messages.state",
    "role": "staff_roles.role",
    "submission": "submissions.state",
    "mailing": "mailings.state",
    "meeting_state": "meetings.state",
    "mode": "registrations.mode",
    "member": "members.role",
    "pack": "packs.state",
}


def stored(column: str) -> list[str]:
    """The names the database allows in `column`."""
    table, name = column.split(".")
    kind = Registration.metadata.tables[table].c[name].type
    assert isinstance(kind, sa.Enum)
    return list(kind.enums)


def plain(text: str) -> str:
    """With ordinary spaces, for reading."""
    return text.replace(dates.NBSP, " ")


def test_an_address_may_be_broken_before_its_sign_and_what_stands_around_it_is_text() -> None:
    assert words.breakable("anna@kommun.example <b>, med @, eller bo@x.example") == (
        "anna<wbr>@kommun.example &lt;b&gt;, med @, eller bo<wbr>@x.example"
    )


def test_a_day_is_written_with_weekday_and_year() -> None:
    assert plain(words.day(STARTS, "sv")) == "fredag 22 januari 2027"
    assert plain(words.day(STARTS, "en")) == "Friday 22 January 2027"


def test_a_date_does_not_break_at_a_line_end() -> None:
    assert words.day(STARTS, "sv") == "fredag 22\xa0januari\xa02027"
    assert words.time(STARTS, "sv") == "kl.\xa09.00"
    assert words.number(1500, "sv") == "1\xa0500"


def test_a_moment_late_in_the_evening_belongs_to_the_next_day_in_stockholm() -> None:
    late = dt.datetime(2027, 1, 21, 23, 30, tzinfo=dt.UTC)
    assert plain(words.day_time(late, "sv")) == "fredag 22 januari 2027 kl. 0.30"


def test_summer_time_is_used_in_summer() -> None:
    assert plain(words.time(dt.datetime(2027, 9, 24, 7, 0, tzinfo=dt.UTC), "sv")) == "kl. 9.00"


def test_a_plain_date_is_shown_as_it_is() -> None:
    assert plain(words.day(dt.date(2027, 1, 14), "sv")) == "torsdag 14 januari 2027"


def test_a_meeting_says_from_when_to_when() -> None:
    assert plain(words.span(STARTS, ENDS, "sv")) == "fredag 22 januari 2027 kl. 9.00–15.30"
    assert (
        plain(words.span(STARTS, ENDS, "en"))
        == "Friday 22 January 2027, 9:00 to 15:30 (Swedish time)"
    )


def test_full_hours_are_written_without_minutes_in_swedish() -> None:
    four = ENDS.replace(hour=15, minute=0)
    assert plain(words.hours(STARTS, four, "sv")) == "kl. 9.00–16.00"
    assert plain(words.hours(STARTS, four, "en")) == "9:00 to 16:00"


def test_a_meeting_over_two_days_names_both() -> None:
    text = plain(words.span(STARTS, ENDS + dt.timedelta(days=1), "sv"))
    assert text == "fredag 22 januari 2027 kl. 9.00 till lördag 23 januari 2027 kl. 15.30"


@pytest.mark.parametrize(
    ("opens", "closes", "text"),
    [
        (dt.date(2026, 11, 2), dt.date(2026, 11, 15), "2–15 nov"),
        (dt.date(2026, 12, 12), dt.date(2027, 1, 14), "12 dec–14 jan"),
        (dt.date(2026, 1, 3), dt.date(2027, 1, 14), "3 jan–14 jan"),
        (dt.date(2027, 1, 14), dt.date(2027, 1, 14), "14 jan"),
    ],
)
def test_a_period_in_a_table_is_short(opens: dt.date, closes: dt.date, text: str) -> None:
    assert plain(words.period(opens, closes, "sv")) == text


def test_a_time_is_written_in_one_way_everywhere() -> None:
    assert (words.time_short(STARTS, "sv"), words.time_short(STARTS, "en")) == ("9.00", "9:00")


def test_only_today_and_yesterday_are_relative() -> None:
    now = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
    assert plain(words.moment(now.replace(hour=13, minute=32), now, "sv")) == "i dag kl. 14.32"
    assert plain(words.moment(now.replace(day=22), now, "en")) == "yesterday at 16:00"
    assert (
        plain(words.moment(now.replace(day=20), now, "sv")) == "fredag 20 november 2026 kl. 16.00"
    )
    # As the relative ones beside it: no list says the zone of one of its times and not of another.
    assert plain(words.moment(now.replace(day=20), now, "en")) == "Friday 20 November 2026 at 16:00"
    assert (
        plain(words.moment(now.replace(day=24), now, "sv")) == "tisdag 24 november 2026 kl. 16.00"
    )


def test_today_is_the_day_in_stockholm() -> None:
    now = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    assert plain(words.moment(now - dt.timedelta(hours=1), now, "sv")) == "i går kl. 23.30"


def test_a_deadline_is_a_whole_day() -> None:
    assert plain(words.until(dt.date(2027, 1, 14), "sv")) == "till och med torsdag 14 januari 2027"
    assert (
        plain(words.until(dt.date(2027, 1, 14), "en"))
        == "up to and including Thursday 14 January 2027"
    )


def test_numbers_up_to_ten_are_words() -> None:
    assert [words.number_in_words(n, "sv") for n in (1, 2, 10, 11)] == ["en", "två", "tio", "11"]
    assert words.number_in_words(3, "en") == "three"


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.001, "1 %"), (0.718, "72 %"), (0.999, "99 %"), (1, "100 %")]
)
def test_percent_never_hides_the_last_or_the_first(share: float, text: str) -> None:
    assert plain(words.percent(share, "sv")) == text


def test_a_name_that_ends_in_s_takes_no_second_s() -> None:
    assert [words.possessive(name, "sv") for name in ("Anna", "Lars", "Max")] == [
        "Annas",
        "Lars",
        "Max",
    ]
    assert words.possessive("Lars", "en") == "Lars's"


@pytest.mark.parametrize("table", COLUMNS)
def test_every_stored_state_has_a_word_in_both_languages(table: str) -> None:
    for name in stored(COLUMNS[table]):
        swedish, english = words.look(table, name, "sv"), words.look(table, name, "en")
        assert name != swedish.text
        assert swedish.text and english.text and swedish.text != english.text


def test_a_state_without_a_word_is_an_error_and_not_shown() -> None:
    with pytest.raises(KeyError):
        words.label("to_be_invented", "registration", "sv")


def test_tones_and_icons_exist_in_the_stylesheet() -> None:
    shapes = {(word.tone, word.icon) for table in words.TABLES.values() for word in table.values()}
    assert {tone for tone, _ in shapes} <= {"", "ok", "info", "warn", "err"}
    assert {icon for _, icon in shapes} <= {"dot", "half", "check", "warn", "cross", "people"}


def test_swedish_is_spoken_outside_a_request() -> None:
    assert plain(words.day(STARTS)) == "fredag 22 januari 2027"
    assert words.meeting("work") == "Arbetsmötet"


def test_a_sentence_begins_with_a_capital_and_keeps_its_names() -> None:
    assert words.sentence("Värmland 2040-konferensen") == "Värmland 2040-konferensen"
