"""People write dates, years, numbers and addresses in many ways; what they meant is kept, what
nobody can read is refused.
"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annualwheel.questionnaires.definition import Option, Question, QuestionType, Text
from annualwheel.questionnaires.values import (
    AnswerProblem,
    answered,
    clean,
    date,
    excess,
    is_blank,
    keys,
    number,
    typed,
    url,
    validate,
    written,
    years,
)

LABEL = Text("Fråga", "Question")
OPTIONS = tuple(Option(key, LABEL) for key in ("a", "b", "c"))
MONTHS_SV = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def question(kind: QuestionType, **rest: object) -> Question:
    return Question("fraga", kind, LABEL, **rest)  # type: ignore[arg-type]


@given(days)
def test_every_day_is_read_in_every_way_of_writing_it(day: dt.date) -> None:
    month = MONTHS_SV[day.month - 1]
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.day}/{day.month} {day.year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"den {day.day} {month} {day.year}",
    ):
        assert date(text) == day.isoformat(), text


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-14",
        "14/1 2027",
        "14/1/2027",
        "14 jan 2027",
        "14 januari 2027",
        " 14  Januari  2027 ",
        "14 jan. 2027",
        "torsdag 14 januari 2027",
        "torsdagen den 14 januari 2027",
        "14:e januari 2027",
        "14 January 2027",
        "January 14, 2027",
        "Thursday, 14 January 2027",
        "14th January 2027",
        "2027/01/14",
    ],
)
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert date(text) == "2027-01-14"


@pytest.mark.parametrize(
    "text",
    [
        "14/1",
        "31/2 2027",
        "14 ja 2027",
        "14 xyz 2027",
        "1/13 2027",
        "14 januari 1027",
        "snart",
        "",
        "2027-01-14 2027-01-15",
        "14 januari den 2027",
    ],
)
def test_a_date_that_nobody_can_be_sure_of_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        date(text)


@pytest.mark.parametrize(
    "text",
    [
        "14/1",
        "14.1.",
        "14 jan",
        "14 jan.",
        "14 Januari",
        "torsdagen den 14 januari",
        "January 14",
        "14/1 2027",
        "2027-01-14",
        "20270114",
    ],
)
def test_a_date_without_a_year_is_in_the_year_that_is_given(text: str) -> None:
    assert date(text, 2027) == "2027-01-14"


def test_a_year_that_is_written_stands_and_half_a_date_is_still_none() -> None:
    assert date("14/1 2026", 2027) == "2026-01-14"
    for text in ("31/2", "14", "jan", "", "14/1-27", "snart"):
        with pytest.raises(ValueError):
            date(text, 2027)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2021–2024", 2021, 2024),
        ("2021-2024", 2021, 2024),
        ("2021 — 2024", 2021, 2024),
        ("2021-24", 2021, 2024),
        ("2021/22", 2021, 2022),
        ("2021 till 2024", 2021, 2024),
        ("från 2021 till 2024", 2021, 2024),
        ("2021 to 2024", 2021, 2024),
        ("2021-", 2021, None),
        ("2021–", 2021, None),
        ("sedan 2021", 2021, None),
        ("since 2021", 2021, None),
        ("2021 – pågår", 2021, None),
        ("2021-tills vidare", 2021, None),
        ("2021", 2021, 2021),
        (" 2021 ", 2021, 2021),
    ],
)
def test_years_are_read_as_people_write_them(text: str, start: int, end: int | None) -> None:
    assert years(text) == {"from": start, "to": end}


@given(st.integers(1900, 2100), st.integers(1900, 2100))
def test_years_run_forwards(start: int, end: int) -> None:
    if start <= end:
        assert years(f"{start}–{end}") == {"from": start, "to": end}
    else:
        with pytest.raises(ValueError):
            years(f"{start}–{end}")


@pytest.mark.parametrize(
    "text", ["21", "2021-2020", "1021", "2021-2999", "i fjol", "2021-2022-2023", ""]
)
def test_years_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        years(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1500", 1500),
        ("1 500", 1500),
        ("1\u00a0500", 1500),
        ("1\u202f500 000", 1_500_000),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("-3", -3),
        ("−3", -3),
        ("5,0", 5),
        ("0", 0),
        (" 7 ", 7),
    ],
)
def test_numbers_are_read_with_spaces_and_comma(text: str, expected: float) -> None:
    assert number(text) == expected
    assert type(number(text)) is type(expected)


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_survive_swedish_grouping(value: int) -> None:
    assert number(f"{value:,}".replace(",", " ")) == value


@pytest.mark.parametrize(
    "text",
    ["1.500", "1 2", "15 00", "1e5", "nan", "inf", "ungefär 5", "5 st", "", "9" * 16, "1,2,3"],
)
def test_a_number_that_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        number(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www.exempel.se", "https://www.exempel.se"),
        ("exempel.se/sida?x=1", "https://exempel.se/sida?x=1"),
        ("exempel.se:8080/x", "https://exempel.se:8080/x"),
        ("http://exempel.se", "http://exempel.se"),
        ("https://räksmörgås.se/å", "https://räksmörgås.se/å"),
        (" https://exempel.se ", "https://exempel.se"),
    ],
)
def test_an_address_without_scheme_gets_https(text: str, expected: str) -> None:
    assert url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "javascript://exempel.se/%0aalert(1)",
        "mailto:a@b.example",
        "data:text/html,a.b",
        "ftp://exempel.se",
        "hej",
        "två ord.se",
        "https://x@exempel.example",
        "exempel..se",
        "https://[::1]/",
        'exempel.se/"onclick',
        "//exempel.se",
        "exempel.se:port",
    ],
)
def test_what_is_not_a_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        url(text)


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    for kind in (QuestionType.NUMBER, QuestionType.DATE, QuestionType.YEARS, QuestionType.URL):
        assert validate(question(kind), text) in (None, AnswerProblem.UNREADABLE)


def test_text_stays_as_typed_but_for_line_ends_and_space_around() -> None:
    typed = "  – ”Word-citat” … 😀\r\n- punkt\r=2030  \0"
    assert written(typed) == "– ”Word-citat” … 😀\n- punkt\n=2030"
    assert clean(question(QuestionType.LONG_TEXT), typed) == written(typed)


def test_a_text_is_measured_as_it_will_be_kept() -> None:
    asked = question(QuestionType.TEXT, max_length=3)
    assert validate(asked, "abc") is None
    assert validate(asked, "  abc\r\n") is None
    assert validate(asked, "a\r\nb") is None
    assert validate(asked, "abcd") is AnswerProblem.TOO_LONG
    assert excess(asked, "abcdef") == 3
    assert (
        excess(asked, "ab") == excess(asked, "") == excess(question(QuestionType.TEXT), "abcd") == 0
    )


def test_choices_are_kept_once_and_in_the_order_of_the_options() -> None:
    assert clean(question(QuestionType.CHOICES, options=OPTIONS), ["c", "a", "c", ""]) == ["a", "c"]
    assert clean(question(QuestionType.CHOICES, options=OPTIONS), "b") == ["b"]
    assert clean(question(QuestionType.CHOICE, options=OPTIONS), "b") == "b"


def test_a_choice_that_is_not_offered_cannot_be_read() -> None:
    assert (
        validate(question(QuestionType.CHOICES, options=OPTIONS), ["a", "x"])
        is AnswerProblem.UNREADABLE
    )
    assert validate(question(QuestionType.CHOICE, options=OPTIONS), "x") is AnswerProblem.UNREADABLE
    assert (
        validate(question(QuestionType.CHOICE, options=OPTIONS), ["a"]) is AnswerProblem.UNREADABLE
    )
    assert validate(question(QuestionType.CHOICES, source="organisations"), ["RV", "XX"]) is None


def test_a_choice_that_stands_alone_is_refused_beside_another() -> None:
    options = (*OPTIONS, Option("ingen", LABEL, alone=True), Option("vet_inte", LABEL, alone=True))
    asked = question(QuestionType.CHOICES, options=options)
    for fine in ([], ["a", "c"], ["ingen"], ["ingen", "ingen", ""]):
        assert validate(asked, fine) is None, fine
    for both in (["a", "ingen"], ["ingen", "b", "c"], ["ingen", "vet_inte"]):
        assert validate(asked, both) is AnswerProblem.NOT_ALONE, both


def test_more_choices_than_allowed_are_too_many() -> None:
    asked = question(QuestionType.CHOICES, options=OPTIONS, at_most=2)
    assert validate(asked, ["a", "b"]) is None
    assert validate(asked, ["a", "b", "c"]) is AnswerProblem.TOO_MANY
    assert excess(asked, ["a", "b", "c"]) == 1


@pytest.mark.parametrize("value", ["", "  \r\n", [], [""], None])
def test_nothing_written_is_no_fault_and_no_answer(value: str | list[str] | None) -> None:
    for kind in QuestionType:
        asked = question(kind, options=OPTIONS, max_length=1)
        assert is_blank(value) and validate(asked, value) is None and clean(asked, value) is None


def test_free_text_beside_a_choice_answers_it() -> None:
    asked = question(QuestionType.CHOICES, other_label=LABEL)
    assert answered(asked, {"fraga_other": "En till"})
    assert answered(asked, {"fraga": ["a"]})
    assert not answered(asked, {"fraga": [], "fraga_other": " "})
    assert not answered(question(QuestionType.CHOICES), {"fraga_other": "En till"})


def test_keys_of_a_choice_are_a_list_whatever_it_is() -> None:
    assert [keys("a"), keys(["a", "", "b"]), keys(""), keys(None)] == [["a"], ["a", "b"], [], []]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (QuestionType.NUMBER, "12,5"),
        (QuestionType.NUMBER, "-1 500"),
        (QuestionType.NUMBER, "0,000001"),
        (QuestionType.DATE, "14 jan 2027"),
        (QuestionType.YEARS, "2021"),
        (QuestionType.YEARS, "2021–"),
        (QuestionType.YEARS, "2021–24"),
        (QuestionType.URL, "www.exempel.se"),
        (QuestionType.LONG_TEXT, " Rad ett\nrad två "),
    ],
)
def test_a_kept_value_typed_again_means_the_same(kind: QuestionType, text: str) -> None:
    question = Question("fraga", kind, Text("Fråga", "Question"))
    kept = clean(question, text)
    assert clean(question, typed(kept)) == kept
    assert (typed(None), typed(["a", "b"])) == ("", ["a", "b"])
