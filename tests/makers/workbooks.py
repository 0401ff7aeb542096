"""Workbooks as other programs than Excel write them, made part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

STRICT = "http://purl.oclc.org/ooxml/"
TRANSITIONAL = "http://schemas.openxmlformats.org/"
HEAD = ("Namn", "E-post", "Organisation")
BO = ("Bo Prov", "bo@x.example", "Sunne kommun")


def cell(text: str, more: str = "") -> str:
    """A cell with its text in it."""
    return f'<c t="inlineStr"{more}><is><t>{text}</t></is></c>'


def row(texts: Sequence[str], more: str = "") -> str:
    """A row of texts; an empty one is a cell without a value."""
    return f"<row{more}>" + "".join(cell(one) if one else "<c/>" for one in texts) + "</row>"


def sheet(*rows: str, after: str = "") -> str:
    """A sheet with its rows, and what stands behind them."""
    return f"<worksheet><sheetData>{''.join(rows)}</sheetData>{after}</worksheet>"


LIST = sheet(row(HEAD), row(BO))


def parts(
    sheets: Mapping[str, str] | None = None,
    *,
    states: Mapping[str, str] | None = None,
    shared: str = "",
    styles: str = "",
    book: str = "",
) -> dict[str, str]:
    """The parts of a workbook with these sheets by name: no more than are needed."""
    sheets = {"Blad1": LIST} if sheets is None else sheets
    states = states or {}
    listed = "".join(
        f'<sheet name="{name}" r:id="s{n}" state="{states.get(name, "visible")}"/>'
        for n, name in enumerate(sheets, 1)
    )
    relation = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
    kinds = [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    found = {f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(sheets.values(), 1)}
    for kind, content in (("sharedStrings", shared), ("styles", styles)):
        if content:
            kinds.append((kind, kind, f"{kind}.xml"))
            found[f"xl/{kind}.xml"] = content
    related = "".join(relation.format(key, TRANSITIONAL, kind, to) for key, kind, to in kinds)
    main = relation.format("m", TRANSITIONAL, "officeDocument", "xl/workbook.xml")
    return found | {
        "_rels/.rels": f"<Relationships>{main}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns:r="{TRANSITIONAL}">{book}<sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
    }


def zipped(parts: Mapping[str, str]) -> bytes:
    """The file with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return file.getvalue()


def workbook(*rows: str, after: str = "") -> bytes:
    """A workbook with a list of one person on its only sheet, and more rows."""
    return zipped(parts({"Blad1": sheet(row(HEAD), row(BO), *rows, after=after)}))
