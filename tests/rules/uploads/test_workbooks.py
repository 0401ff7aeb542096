"""Workbooks as other people's programs write them: one generated file for each kind."""

from __future__ import annotations

import pytest

from annualwheel.contacts.imports import reading
from annualwheel.errors import Unreadable
from annualwheel.uploads import workbook as reader
from tests.makers import workbooks
from tests.makers.workbooks import BO, HEAD, LIST, cell, parts, row, sheet, zipped


def texts(content: bytes) -> list[dict[int, str]]:
    """The texts of the first sheet, by column."""
    return [
        {column: cell.text for column, cell in found.cells.items()}
        for found in reader.tables(content)[0].rows
    ]


def people(content: bytes) -> list[str]:
    """The names on the list that is read."""
    return [line.cells["name"].text for line in reading.read(content).lines]


def renamed(old: str, new: str) -> bytes:
    """The list, with the names of its parts changed."""
    return zipped({name.replace(old, new): content for name, content in parts().items()})


ROOT = {name.removeprefix("xl/"): content for name, content in parts().items()}
ROOT["_rels/.rels"] = ROOT["_rels/.rels"].replace("xl/workbook.xml", "workbook.xml")
ABSOLUTE = {
    name: content.replace('Target="worksheets', 'Target="/xl/worksheets')
    for name, content in parts().items()
}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(renamed("/", "\\"), id="backslashes"),
        pytest.param(renamed("worksheets/sheet1", "Worksheets/Sheet1"), id="other case"),
        pytest.param(renamed("xl/", "XL/"), id="other case of the folder"),
        pytest.param(zipped(ROOT), id="the workbook in the root"),
        pytest.param(zipped(ABSOLUTE), id="names from the root"),
        pytest.param(
            zipped({n: c for n, c in parts().items() if n != "_rels/.rels"}),
            id="no main relation",
        ),
        pytest.param(
            zipped({n: c for n, c in parts().items() if not n.endswith(".rels")}),
            id="no relations at all",
        ),
        pytest.param(
            zipped(
                {n: c.replace(workbooks.TRANSITIONAL, workbooks.STRICT) for n, c in parts().items()}
            ),
            id="strict",
        ),
        pytest.param(
            zipped(
                parts(
                    {
                        "Blad1": LIST.replace("<", "<x:")
                        .replace("<x:/", "</x:")
                        .replace("<x:worksheet", '<x:worksheet xmlns:x="main"', 1)
                    }
                )
            ),
            id="a prefix",
        ),
    ],
)
def test_a_list_is_found_however_its_parts_are_called(content: bytes) -> None:
    assert people(content) == ["Bo Prov"]


def test_a_sheet_that_nobody_needs_may_be_missing() -> None:
    found = parts({"Blad1": LIST, "Blad2": LIST})
    del found["xl/worksheets/sheet2.xml"]
    assert [sheet.name for sheet in reading.lists(zipped(found))] == ["Blad1"]


def test_what_is_merged_downwards_holds_for_every_row() -> None:
    content = workbooks.workbook(
        row(("Ett Prov", "ett@x.example", "Eda kommun")),
        row(("Två Prov", "tva@x.example", "")),
        row(("", "", "")),
        row(("Tre Prov", "tre@x.example", "")),
        after='<mergeCells><mergeCell ref="C3:C5"/><mergeCell ref="A1:B1"/></mergeCells>',
    )
    assert [line.cells["organisation"].text for line in reading.read(content).lines] == [
        "Sunne kommun",
        "Eda kommun",
        "Eda kommun",
        "",
    ]


def test_merged_cells_are_found_wherever_a_piece_of_the_file_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = workbooks.workbook(
        *[row((f"Nr{n} Prov", f"n{n}@x.example", "")) for n in range(200)],
        after='<mergeCells><mergeCell ref="C2:C202"/></mergeCells>',
    )
    for size in (500, 501, 507, 4096):
        monkeypatch.setattr("annualwheel.uploads.parts.PIECE", size)
        found = {line.cells["organisation"].text for line in reading.read(content).lines}
        assert found == {"Sunne kommun"}


def test_the_first_sheet_that_is_shown_and_holds_a_list_is_read() -> None:
    sheets = {
        "Gammal": LIST,
        "Läs mig": sheet(row(("Så här gör du",))),
        "Lista": sheet(row(HEAD), row(("Åsa Prov", "asa@x.example", "Eda"))),
        "Fler": LIST,
    }
    found = reading.lists(zipped(parts(sheets, states={"Gammal": "hidden"})))
    assert [(one.name, one.visible) for one in found] == [
        ("Lista", True),
        ("Fler", True),
        ("Gammal", False),
    ]


def test_without_a_list_the_sheet_with_headings_says_what_is_missing() -> None:
    sheets = {"Tom": sheet(), "Lista": sheet(row(("Namn", "E-post")), row(BO[:2]))}
    with pytest.raises(Unreadable, match="missing_heading"):
        reading.read(zipped(parts(sheets)))


def test_rows_that_excel_does_not_show_are_told() -> None:
    content = workbooks.workbook(row(("Dold Prov", "d@x.example", "Eda"), ' hidden="1"'))
    assert [line.hidden for line in reading.read(content).lines] == [False, True]


@pytest.mark.parametrize(
    "stored, text",
    [
        ("<c><v>46701740605</v></c>", "46701740605"),
        ("<c><v>7.01740605E8</v></c>", "701740605"),
        ("<c><v>0.5</v></c>", "0.5"),
        ('<c t="b"><v>1</v></c>', "ja"),
        ('<c t="b"><v>0</v></c>', "nej"),
        ('<c t="s"><v>1</v></c>', "Två"),
        ('<c t="str"><f>A1</f><v>Räknat</v></c>', "Räknat"),
        ('<c t="d"><v>2027-03-01</v></c>', "2027-03-01"),
        ('<c s="1"><v>46447</v></c>', "2027-03-01"),
        ('<c s="2"><v>46447.5</v></c>', "2027-03-01T12:00:00"),
        ('<c s="2"><v>46447.99999</v></c>', "2027-03-01T23:59:59"),
        ('<c s="2"><v>46447.999999</v></c>', "2027-03-02"),
        ('<c s="2"><v>0.375</v></c>', "09:00:00"),
        ('<c s="1"><v>1</v></c>', "1900-01-01"),
        ('<c s="1"><v>59</v></c>', "1900-02-28"),
        ('<c s="1"><v>61</v></c>', "1900-03-01"),
        ('<c s="1"><v>-1</v></c>', "-1"),
        ('<c s="1"><v>99999999</v></c>', "99999999"),
        ('<c s="3"><v>46447</v></c>', "46447"),
        ('<c t="inlineStr"><is><t>1.</t></is><v>01.</v></c>', "1."),
        ('<c t="inlineStr"><is><r><t>An</t></r><r><t>na</t></r></is></c>', "Anna"),
        ('<c t="inlineStr"><is><t>漢</t><rPh><t>kan</t></rPh></is></c>', "漢"),
        ('<c t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb"),
    ],
)
def test_a_value_is_read_as_excel_shows_it(stored: str, text: str) -> None:
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd hh:mm"/>'
        '<numFmt numFmtId="166" formatCode="[Red]0&quot;dagar&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/>'
        "</cellXfs></styleSheet>"
    )
    shared = "<sst><si><t>Ett</t></si><si><r><t>Tv</t></r><r><t>å</t></r></si></sst>"
    sheets = {"A": sheet(f"<row>{stored}</row>")}
    assert texts(zipped(parts(sheets, shared=shared, styles=styles))) == [{0: text}]


def test_days_may_be_counted_from_1904() -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    sheets = {"A": sheet('<row><c s="0"><v>44985</v></c></row>')}
    found = parts(sheets, styles=styles, book='<workbookPr date1904="1"/>')
    assert texts(zipped(found)) == [{0: "2027-03-01"}]


def test_cells_stand_where_they_say_and_else_after_each_other() -> None:
    rows = '<row r="3"><c r="B3"><v>1</v></c><c><v>2</v></c><c r="AA3"><v>3</v></c></row>'
    table = reader.tables(zipped(parts({"A": sheet(rows, "<row><c><v>4</v></c></row>")})))[0]
    assert [(one.number, sorted(one.cells)) for one in table.rows] == [(3, [1, 2, 26]), (4, [0])]


@pytest.mark.parametrize("stored", ["<f>A1</f>", "<f>A1</f><v></v>"])
def test_a_formula_without_a_value_is_told(stored: str) -> None:
    table = reader.tables(zipped(parts({"A": sheet(f"<row><c>{stored}</c></row>")})))[0]
    assert [one.cells[0].problem for one in table.rows] == ["formula"]


@pytest.mark.parametrize(
    "content",
    [
        sheet(row(HEAD), '<row><c t="s"><v>7</v></c></row>'),
        sheet(row(HEAD), "<row><c><v>1,5</v></c></row>"),
        sheet(row(HEAD))[:-15],
        sheet(row(HEAD)).replace("<worksheet>", "<!DOCTYPE x><worksheet>"),
    ],
)
def test_what_cannot_be_right_is_refused_as_broken(content: str) -> None:
    with pytest.raises(Unreadable, match="file_broken"):
        reading.read(zipped(parts({"A": content})))


def test_a_text_is_no_longer_than_excel_keeps_it() -> None:
    content = zipped(parts({"A": sheet(f"<row>{cell('x' * 40_000)}</row>")}))
    assert [len(one[0]) for one in texts(content)] == [32_767]
