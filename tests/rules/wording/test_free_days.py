"""The free days of Sweden, by lagen (1989:253) om allmänna helgdagar, and the eves."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.wording import free_days


@pytest.mark.parametrize(
    ("day", "sv", "en"),
    [
        (dt.date(2027, 1, 1), "nyårsdagen", "New Year's Day"),
        (dt.date(2027, 1, 6), "trettondedag jul", "Epiphany"),
        (dt.date(2027, 3, 26), "långfredagen", "Good Friday"),
        (dt.date(2027, 3, 28), "påskdagen", "Easter Sunday"),
        (dt.date(2027, 3, 29), "annandag påsk", "Easter Monday"),
        (dt.date(2027, 5, 1), "första maj", "May Day"),
        (dt.date(2027, 5, 6), "Kristi himmelsfärdsdag", "Ascension Day"),
        (dt.date(2027, 5, 16), "pingstdagen", "Pentecost"),
        (dt.date(2027, 6, 6), "nationaldagen", "National Day"),
        (dt.date(2027, 6, 25), "midsommarafton", "Midsummer Eve"),
        (dt.date(2027, 6, 26), "midsommardagen", "Midsummer Day"),
        (dt.date(2027, 11, 6), "alla helgons dag", "All Saints' Day"),
        (dt.date(2027, 12, 24), "julafton", "Christmas Eve"),
        (dt.date(2027, 12, 25), "juldagen", "Christmas Day"),
        (dt.date(2027, 12, 26), "annandag jul", "Second Day of Christmas"),
        (dt.date(2027, 12, 31), "nyårsafton", "New Year's Eve"),
    ],
    ids=str,
)
def test_every_free_day_has_its_name_in_both_languages(day: dt.date, sv: str, en: str) -> None:
    assert free_days.is_holiday(day)
    assert (free_days.name(day, "sv"), free_days.name(day, "en")) == (sv, en)


def test_no_other_day_of_the_year_is_free() -> None:
    days = [dt.date(2027, 1, 1) + dt.timedelta(days=number) for number in range(365)]
    assert sum(free_days.is_holiday(day) for day in days) == 16
    assert free_days.name(dt.date(2027, 1, 22), "sv") == ""
