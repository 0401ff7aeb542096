"""Files of contacts: what is read from them, what is refused and in which words a cell is found."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from annualwheel.contacts.imports import headings, reading, template, values
from annualwheel.errors import Unreadable
from annualwheel.uploads import cells, parts, separated
from annualwheel.uploads.worksheet import column_letters
from annualwheel.web import error_messages
from tests.cpu_time import within

HEAD = ("Förnamn", "Efternamn", "E-post", "Organisation")
ROW = ("Åsa", "Ängprov", "asa@sun.example.org", "Sunne kommun")


def workbook(*rows: Sequence[object], sheets: Sequence[str] = ("Blad1",)) -> bytes:
    """An .xlsx with the rows on its first sheet."""
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for row in rows:
        book.active.append(list(row))
    for name in sheets[1:]:
        book.create_sheet(name).append(["Namn", "E-post", "Organisation"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Row numbers and texts by field."""
    return [
        (line.number, {name: cell.text for name, cell in line.cells.items()})
        for line in reading.read(content).lines
    ]


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one of its parts changed."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text, f"{old!r} is not in {part}"
                text = text.replace(old, new)
            target.writestr(name, text)
    return file.getvalue()


def refused(content: bytes) -> str:
    """The key of the refusal."""
    with pytest.raises(Unreadable) as caught:
        reading.read(content)
    return caught.value.key


class TestSeparatedText:
    @pytest.mark.parametrize("delimiter", separated.DELIMITERS)
    def test_what_stands_beyond_the_widest_list_is_not_read(self, delimiter: str) -> None:
        at_the_end = ["" for _column in range(cells.COLUMN_LIMIT - len(HEAD))]
        beyond = (
            delimiter.join((*HEAD, *at_the_end, "Titel"))
            + "\n"
            + delimiter.join((*ROW, *at_the_end, "Strateg"))
            + "\n"
        )
        assert [set(texts) for _number, texts in lines(beyond.encode())] == [
            {"given", "family", "email", "organisation"}
        ]
        within = beyond.replace(delimiter * 3, delimiter * 2)
        assert "title" in lines(within.encode())[0][1]

    def test_a_file_of_millions_of_cells_costs_no_more_than_its_people(self) -> None:
        content = (";".join(HEAD) + "\n" + (";".join(ROW) + ";" * 16_000 + "\n") * 200).encode()
        assert within(5, lambda: lines(content))
        assert len(lines(content)) == 200

    @pytest.mark.parametrize("delimiter", [";", "\t", ","])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    @pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
    def test_every_way_excel_saves_gives_the_same(
        self, delimiter: str, encoding: str, newline: str
    ) -> None:
        content = newline.join(delimiter.join(row) for row in (HEAD, ROW)).encode(encoding)
        assert lines(content) == [
            (2, dict(zip(("given", "family", "email", "organisation"), ROW, strict=True)))
        ]

    def test_the_line_that_names_the_delimiter_is_no_heading(self) -> None:
        content = (
            "sep=;\r\nNamn;E-post;Organisation\r\nAlva Provsson;a@x.example;Ett, två\r\n".encode()
        )
        assert lines(content) == [
            (3, {"name": "Alva Provsson", "email": "a@x.example", "organisation": "Ett, två"})
        ]

    def test_quoted_cells_keep_delimiters_and_lose_line_breaks(self) -> None:
        content = (
            'Namn;E-post;Organisation\n"Provsson; Alva";a@x.example;"Region\nVärmland"\n'.encode()
        )
        assert lines(content)[0][1] == {
            "name": "Provsson; Alva",
            "email": "a@x.example",
            "organisation": "Region Värmland",
        }

    def test_a_row_that_ends_early_has_nothing_in_the_columns_after(self) -> None:
        content = b"Namn;E-post;Organisation\nAlva Provsson;a@x.example\nBo Provsson\n"
        assert lines(content) == [
            (2, {"name": "Alva Provsson", "email": "a@x.example", "organisation": ""}),
            (3, {"name": "Bo Provsson", "email": "", "organisation": ""}),
        ]

    def test_a_comma_in_a_cell_does_not_make_it_a_comma_file(self) -> None:
        content = b"Namn;E-post;Organisation;a,b,c,d,e\nProvsson, Alva;a@x.example;X;1,2,3\n"
        assert lines(content)[0][1]["name"] == "Provsson, Alva"

    def test_what_cannot_be_seen_is_taken_away(self) -> None:
        head = "Namn;E-post;Organisation\n"
        row = "Alva\u00a0 \u200bProvsson ; a@x.example\x07;\u00adSunne\n"
        assert lines((head + row).encode())[0][1] == {
            "name": "Alva Provsson",
            "email": "a@x.example",
            "organisation": "Sunne",
        }

    @given(st.binary(max_size=400))
    def test_any_bytes_are_read_or_refused_in_words(self, content: bytes) -> None:
        try:
            assert reading.read(content).lines
        except Unreadable as problem:
            assert problem.key


class TestWorkbooks:
    def test_the_first_sheet_is_read(self) -> None:
        assert (
            lines(workbook(HEAD, ROW, sheets=("Lista", "Annat")))[0][1]["organisation"]
            == "Sunne kommun"
        )

    def test_rows_are_numbered_as_in_excel(self) -> None:
        found = lines(workbook(["Kontakter 2027"], [], HEAD, [], ROW, [None, " ", None], ROW))
        assert [number for number, _ in found] == [5, 7]

    def test_a_text_outside_the_columns_makes_no_row(self) -> None:
        assert (
            len(lines(workbook((*HEAD, "Kommentar"), ROW, [None, None, None, None, "Summa: 1"])))
            == 1
        )

    def test_the_columns_that_are_not_read_are_told(self) -> None:
        assert reading.read(workbook((*HEAD, "Telefon", "Ort"), ROW)).headings.ignored == (
            "Telefon",
            "Ort",
        )

    def test_numbers_and_yes_come_as_text(self) -> None:
        found = lines(workbook((*HEAD, "Mobil", "Samordnare"), (*ROW, 701740605.0, True)))[0][1]
        assert (found["mobile"], found["lead"]) == ("701740605", "ja")

    def test_a_calculated_formula_gives_its_value(self) -> None:
        content = workbook(HEAD, ("Åsa", "Ängprov", "asa@sun.example.org", "=A1"))
        content = (
            changed(
                content, "xl/worksheets/sheet1.xml", b"<f>A1</f><v></v>", b"<f>A1</f><v>Sunne</v>"
            )
            if b"<v></v>" in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
            else changed(
                content, "xl/worksheets/sheet1.xml", b"<f>A1</f><v />", b"<f>A1</f><v>Sunne</v>"
            )
        )
        content = changed(content, "xl/worksheets/sheet1.xml", b'<c r="D2">', b'<c r="D2" t="str">')
        assert lines(content)[0][1]["organisation"] == "Sunne"

    def test_a_formula_that_gave_an_empty_text_is_an_empty_cell(self) -> None:
        content = changed(
            workbook((*HEAD, "Mobil"), (*ROW, "=B9")),
            "xl/worksheets/sheet1.xml",
            b'<c r="E2">',
            b'<c r="E2" t="str">',
        )
        assert reading.read(content).lines[0].cells["mobile"] == cells.Cell()

    def test_a_formula_without_a_value_is_no_empty_cell(self) -> None:
        found = reading.read(workbook(HEAD, ROW, ("Åsa", "Ängprov", "=A9", "Sunne"))).lines
        assert found[0].cells["email"].problem == ""
        assert found[1].cells["email"].problem == "formula"

    def test_an_error_in_a_cell_is_told(self) -> None:
        cell = (
            reading.read(workbook(HEAD, ("Åsa", "Ängprov", "#REF!", "Sunne")))
            .lines[0]
            .cells["email"]
        )
        assert cell == cells.Cell("#REF!", "error_value")

    def test_what_the_file_says_of_its_size_is_not_believed(self) -> None:
        content = changed(
            workbook(HEAD, ROW, ROW),
            "xl/worksheets/sheet1.xml",
            b'<dimension ref="A1:D3" />',
            b'<dimension ref="A1:A1" />',
        )
        assert len(lines(content)) == 2

    def test_a_stray_cell_at_the_bottom_costs_nothing(self) -> None:
        book = openpyxl.Workbook()
        for row in (HEAD, ROW):
            book.active.append(list(row))
        book.active.cell(row=1_048_576, column=1, value="x")
        file = io.BytesIO()
        book.save(file)
        assert within(20, lambda: lines(file.getvalue()))
        assert [number for number, _ in lines(file.getvalue())] == [2, 1_048_576]


class TestRefusals:
    def test_too_large(self) -> None:
        assert refused(b"x" * (cells.FILE_LIMIT + 1)) == "file_too_large"

    def test_unpacks_to_too_much(self) -> None:
        file = io.BytesIO(workbook(HEAD, ROW))
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/big.bin", b"\0" * (parts.UNPACKED_LIMIT + 1))
        assert len(file.getvalue()) < cells.FILE_LIMIT
        assert refused(file.getvalue()) == "file_unpacks_too_large"

    def test_too_many_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "ROW_LIMIT", 20)
        assert refused(workbook(HEAD, *[ROW] * 40)) == "file_too_long"
        assert (
            refused("\n".join(";".join(row) for row in (HEAD, *[ROW] * 40)).encode())
            == "file_too_long"
        )

    @pytest.mark.parametrize("limit", ["FILE_LIMIT", "UNPACKED_LIMIT", "ROW_LIMIT"])
    def test_what_is_as_large_as_it_may_be_is_read(
        self, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        content = workbook(HEAD, *[ROW] * 40)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        where, size = {
            "FILE_LIMIT": (reading, len(content)),
            "UNPACKED_LIMIT": (parts, unpacked),
            "ROW_LIMIT": (reading, 40),
        }[limit]
        monkeypatch.setattr(where, limit, size)
        assert len(lines(content)) == 40
        monkeypatch.setattr(where, limit, size - 1)
        assert refused(content).startswith("file_")

    def test_a_locked_workbook_and_an_old_one(self) -> None:
        assert (
            refused(reading.OLD_EXCEL + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"))
            == "file_locked"
        )
        assert refused(reading.OLD_EXCEL + b"\0" * 512) == "file_old_excel"

    def test_another_kind_of_zip(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        assert refused(file.getvalue()) == "file_unknown"

    @pytest.mark.parametrize(
        ("names", "key"),
        [
            (("[Content_Types].xml", "xl/workbook.bin"), "file_binary_excel"),
            (("mimetype", "content.xml", "META-INF/manifest.xml"), "file_open_document"),
        ],
    )
    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_workbooks_of_another_kind_and_what_to_do(
        self, app: Flask, names: tuple[str, ...], key: str, language: str
    ) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(name, "<x/>")
        assert refused(file.getvalue()) == key
        for told in (key, "file_old_excel"):
            with app.test_request_context(), force_locale(language):
                words = error_messages.sentence(Unreadable(told))
            # Where one finds it, and what it is called there.
            menu = {"sv": "Arkiv, Spara som", "en": "File, Save as"}[language]
            assert menu in words and ".xlsx" in words

    def test_broken_in_the_middle(self) -> None:
        content = workbook(HEAD, ROW)
        assert refused(content[: len(content) // 2]) == "file_broken"
        assert (
            refused(changed(content, "xl/worksheets/sheet1.xml", b"</sheetData>", b""))
            == "file_broken"
        )
        assert refused(b"PK\x03\x04 no zip at all") == "file_broken"

    def test_entities_that_grow(self) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'
        assert (
            refused(changed(workbook(HEAD, ROW), "xl/worksheets/sheet1.xml", b"<worksheet", bomb))
            == "file_broken"
        )

    @pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", workbook()])
    def test_nothing_in_it(self, content: bytes) -> None:
        assert refused(content) == "file_empty"

    def test_only_headings(self) -> None:
        assert refused(workbook(HEAD, [None, "  "])) == "file_no_rows"

    def test_pictures_and_other_bytes(self) -> None:
        assert refused(b"\x89PNG\r\n\x1a\n" + bytes(range(256))) == "file_unknown"
        assert refused(b"Namn;E-post\0\0\0") == "file_unknown"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig", "cp1252"])
    def test_text_as_excel_saves_it(self, encoding: str) -> None:
        text = "Namn;E-post;Organisation\nÅsa Björk;asa@x.example.org;Säffle kommun\n"
        assert [texts["name"] for _number, texts in lines(text.encode(encoding))] == ["Åsa Björk"]


class TestExports:
    """The heading rows of address books, as they write them."""

    @pytest.mark.parametrize(
        "head, row",
        [
            (
                "Titel,Förnamn,Efternamn,Företag,Avdelning,Befattning,Mobiltelefon,E-postadress",
                "Fru,Anna,Berg,Sunne kommun,Ledning,Strateg,0701740605,anna@x.example.org",
            ),
            (
                "Title,First Name,Middle Name,Last Name,Suffix,Company,Job Title,E-mail Address,"
                "Mobile Phone",
                "Mrs,Anna,,Berg,,Sunne kommun,Strateg,anna@x.example.org,0701740605",
            ),
            (
                "First Name,Middle Name,Last Name,Organization Name,Organization Title,"
                "E-mail 1 - Label,E-mail 1 - Value,Mobile",
                "Anna,,Berg,Sunne kommun,Strateg,Work,anna@x.example.org,0701740605",
            ),
            (
                "Name,Given Name,Family Name,Organization 1 - Name,Organization 1 - Title,"
                "E-mail 1 - Value,Mobile",
                "Anna Berg,Anna,Berg,Sunne kommun,Strateg,anna@x.example.org,0701740605",
            ),
            (
                "First Name,Last Name,URL,Email Address,Company,Position,Connected On,Mobile",
                "Anna,Berg,https://x.example.org,anna@x.example.org,Sunne kommun,Strateg,"
                "14 Jan 2026,0701740605",
            ),
        ],
    )
    def test_outlook_google_and_linkedin(self, head: str, row: str) -> None:
        (_number, texts) = lines(f"{head}\n{row}\n".encode())[0]
        texts.pop("name", None)
        assert texts == {
            "given": "Anna",
            "family": "Berg",
            "email": "anna@x.example.org",
            "organisation": "Sunne kommun",
            "title": "Strateg",
            "mobile": "0701740605",
        }

    def test_what_is_before_the_name_is_no_title_and_is_said_to_be_left_out(self) -> None:
        text = b"Titel;Namn;E-post;Organisation;Befattning\nFru;A B;a@x.example;X;Strateg\n"
        found = reading.read(text).headings
        assert (found.columns["title"], found.ignored) == (4, ("Titel",))
        assert refused(text.replace(b"Befattning", b"Titel")) == "double_heading"


class TestHeadings:
    @pytest.mark.parametrize(
        "spelling, field",
        [
            ("FÖRNAMN", "given"),
            ("First name", "given"),
            ("efternamn ", "family"),
            ("Surname", "family"),
            ("Namn", "name"),
            ("Name", "name"),
            ("e-post", "email"),
            ("E-postadress:", "email"),
            ("E-mail", "email"),
            ("Organization", "organisation"),
            ("Organisationstyp", "category"),
            ("Type of organisation", "category"),
            ("Befattning (frivilligt)", "title"),
            ("Title", "title"),
            ("Samordnare", "lead"),
            ("Språk", "language"),
            ("Language", "language"),
            ("Mobil nr", None),
            ("Mobilnummer", "mobile"),
            ("Mobile", "mobile"),
        ],
    )
    def test_swedish_and_english_are_known(self, spelling: str, field: str | None) -> None:
        assert headings.FIELDS.get(headings.heading_key(spelling)) == field

    def test_the_heading_row_stands_among_the_first_ten(self) -> None:
        assert lines(workbook(*[["Text"]] * 9, HEAD, ROW))[0][0] == 11
        assert refused(workbook(*[["Text"]] * 10, HEAD, ROW)) == "no_headings"

    def test_of_two_heading_rows_the_first_counts(self) -> None:
        assert [number for number, _texts in lines(workbook(HEAD, ROW, HEAD, ROW))] == [2, 3, 4]

    @pytest.mark.parametrize(
        "head, key",
        [
            (("Förnamn", "Efternamn", "Organisation"), "missing_heading"),
            (("Namn", "E-post"), "missing_heading"),
            (("Förnamn", "E-post", "Organisation"), "missing_heading"),
            (("Namn", "E-post", "Organisation", "Mejl"), "double_heading"),
            (("a", "b"), "no_headings"),
        ],
    )
    def test_what_is_missing_or_double_is_told(self, head: Sequence[str], key: str) -> None:
        assert refused(workbook(head, ["x"] * len(head))) == key

    @pytest.mark.parametrize(
        "column, letters", [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")]
    )
    def test_columns_are_called_as_in_excel(self, column: int, letters: str) -> None:
        assert column_letters(column) == letters


def problems(**cells: str) -> list[tuple[str, str]]:
    """Field and reason of what is wrong with a row."""
    usual = {
        "given": "Alva",
        "family": "Provsson",
        "email": "alva@arv.example.org",
        "organisation": "Arvika kommun",
    }
    return [(one.field, one.reason) for one in values.parse(5, usual | cells, {}).problems]


class TestRows:
    @pytest.mark.parametrize(
        "text, given, family",
        [
            ("Alva Provsson", "Alva", "Provsson"),
            ("Provsson, Alva", "Alva", "Provsson"),
            ("von Exempel, Anna Maria", "Anna Maria", "von Exempel"),
            ("Ida von Exempel", "Ida", "von Exempel"),
            ("Anna Maria Provsson", "Anna Maria", "Provsson"),
            ("Elsa-Britt Prov-Öberg", "Elsa-Britt", "Prov-Öberg"),
            ("Jan van der Prov", "Jan", "van der Prov"),
            ("Quang", "Quang", ""),
            ("", "", ""),
            ("von Exempel", "von", "Exempel"),
        ],
    )
    def test_whole_names_are_split(self, text: str, given: str, family: str) -> None:
        assert values.split_name(text) == (given, family)

    def test_a_good_row_has_no_problems(self) -> None:
        assert problems() == []

    @pytest.mark.parametrize(
        "cells, wrong",
        [
            ({"email": ""}, ("email", "missing")),
            ({"email": "alva.arv.example.org"}, ("email", "bad_address")),
            ({"email": "a@arv.example.org; b@arv.example.org"}, ("email", "bad_address")),
            ({"organisation": ""}, ("organisation", "missing")),
            ({"given": "", "family": ""}, ("given", "missing")),
            ({"lead": "kanske"}, ("lead", "lead_unknown")),
            ({"language": "finska"}, ("language", "language_unknown")),
            ({"title": "x" * 251}, ("title", "too_long")),
            ({"email": values.SAMPLE_ADDRESS}, ("email", "sample_row")),
        ],
    )
    def test_each_problem_is_told_at_its_field(
        self, cells: dict[str, str], wrong: tuple[str, str]
    ) -> None:
        assert problems(**cells) == [wrong]

    def test_what_the_file_could_not_give_is_told_once(self) -> None:
        contact = values.parse(
            5,
            {"name": "Alva Provsson", "email": "", "organisation": "Arvika"},
            {"email": "formula"},
        )
        assert [(one.field, one.reason) for one in contact.problems] == [("email", "formula")]

    @pytest.mark.parametrize(
        "field", ["given", "family", "email", "organisation", "lead", "language"]
    )
    def test_a_cell_the_file_could_not_give_is_not_also_missing_or_unknown(
        self, field: str
    ) -> None:
        cells = {"email": "a@arv.example.org", "organisation": "Arvika"}
        cells |= {"given": "Alva", "family": "Provsson", "lead": "kanske", "language": "finska"}
        found = values.parse(5, cells | {field: ""}, {field: "formula"}).problems
        others = {("lead", "lead_unknown"), ("language", "language_unknown")}
        assert {(one.field, one.reason) for one in found} == {
            (field, "formula"),
            *(other for other in others if other[0] != field),
        }
        answer = {"lead": "kanske", "language": "finska"}.get(field, "")
        again = values.parse(5, cells | {field: answer}, {field: "formula"}).problems
        assert [one.reason for one in again if one.field == field] == ["formula"]

    @pytest.mark.parametrize(
        "cells, given, family",
        [
            ({"name": "Quang"}, "Quang", ""),
            ({"given": "", "family": "Provsson"}, "Provsson", ""),
            ({"given": "Alva", "family": ""}, "Alva", ""),
            ({"given": "Alva", "family": "", "name": "Alva Provsson"}, "Alva", "Provsson"),
            ({"family": "Provsson", "name": "Alva Provsson"}, "Alva", "Provsson"),
            ({"given": "Alva", "name": "Alva"}, "Alva", ""),
        ],
    )
    def test_one_name_is_no_problem_but_told(
        self, cells: dict[str, str], given: str, family: str
    ) -> None:
        usual = {"email": "a@arv.example.org", "organisation": "Arvika"}
        found = values.parse(5, usual | cells, {})
        assert (found.given, found.family, found.alone) == (given, family, not family)
        assert found.problems == []

    def test_no_name_is_a_problem_of_the_columns_there_are(self) -> None:
        usual = {"email": "a@arv.example.org", "organisation": "Arvika"}
        assert values.parse(5, usual | {"name": ""}, {}).problems == [
            values.Problem("name", "missing")
        ]

    def test_a_text_may_be_as_long_as_the_longest(self) -> None:
        assert problems(title="x" * values.LONGEST) == []

    def test_addresses_are_normalised(self) -> None:
        assert (
            values.parse(
                1, {"name": "A B", "email": "mailto:Kansli@VI.Example.ORG", "organisation": "x"}, {}
            ).email
            == "Kansli@vi.example.org"
        )

    @pytest.mark.parametrize(
        "text, lead",
        [
            ("ja", True),
            ("X", True),
            ("Yes", True),
            ("1", True),
            ("", False),
            ("nej", False),
            ("-", False),
        ],
    )
    def test_yes_and_no_in_many_ways(self, text: str, lead: bool) -> None:
        assert (
            values.parse(
                1, {"lead": text, "name": "A B", "email": "a@b.example", "organisation": "x"}, {}
            ).lead
            is lead
        )

    def test_the_zero_excel_takes_is_given_back(self) -> None:
        assert values.parse(1, {"mobile": "701740605"}, {}).mobile == "0701740605"
        assert values.parse(1, {"mobile": "+46 70 174 06 05"}, {}).mobile == "+46 70 174 06 05"


class TestTemplate:
    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_the_template_can_be_read_and_its_sample_is_not_imported(self, language: str) -> None:
        sheet = reading.read(template.workbook(language))
        assert list(sheet.headings.columns) == list(template.COLUMNS)
        assert sheet.headings.ignored == ()
        cells = {name: cell.text for name, cell in sheet.lines[0].cells.items()}
        assert [one.reason for one in values.parse(2, cells, {}).problems] == ["sample_row"]
