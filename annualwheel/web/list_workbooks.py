"""A list as an Excel file, narrowed and sorted as its page shows it.

A list has its page's address with `/excel` after it, sent by a button: taking it out is noted, and
a GET cannot write.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from flask import Response, g, redirect, request, send_file
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.clock import local
from annualwheel.listing import Page
from annualwheel.models import Meeting
from annualwheel.unit_of_work import one_view
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.wording import words
from annualwheel.workbooks import lists
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import BookWords

ENDING = "/excel"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class ListWorkbook:
    """What a list is in its workbook.

    `title` says what it lists, `narrowed` what it is narrowed to, as (what, to what), and `order`
    how it is sorted. `row` gives a row's values, as many as there are `columns`. `meeting`: the
    meeting whose list it is.
    """

    title: str
    columns: Sequence[Column]
    row: Callable[[Any], Sequence[object]]
    narrowed: Iterable[tuple[str, str]] = ()
    order: str = ""
    meeting: Meeting | None = None

    def layout(self, total: int) -> Layout:
        """The sheet: over its headings stand what it is, what it is narrowed to and when it was."""
        how = [f"{what}: {value}" for what, value in self.narrowed if value]
        if self.order:
            how.append(_("Sorterat: %(order)s", order=self.order))
        count = ngettext("%(num)s rad.", "%(num)s rader.", total)
        made = _(
            "Hämtat %(when)s av %(who)s. %(count)s",
            when=words.day_time(page.now()),
            who=g.staff.name,
            count=count,
        )
        title = self.title
        if self.meeting:
            kind = words.meeting_running(self.meeting.kind)
            title = f"{title}, {kind} {self.meeting.year.number}"
        above = [line for line in (title, "; ".join(how), made) if line]
        return Layout(title, self.columns, tab=self.title, above=above)


def taken_out(
    about: ListWorkbook, read: Callable[[], Page[Any]], also: Callable[[], None] = lambda: None
) -> Response | AnyResponse:
    """The answer to the button: the file, once it is noted who took it out.

    `read` gives the whole list; it is called when the press has been accepted. `also` is done in
    the transaction that notes it.
    """
    if not Press().accepted():
        return redirect(_list_address(), code=303)
    with contextlib.ExitStack() as until_sent:
        file: IO[bytes] = until_sent.enter_context(tempfile.TemporaryFile())
        with one_view():
            found = read()
            rows = (about.row(one) for one in found.rows)
            layout = about.layout(found.total)
            lists.write(file, layout, rows, g.staff.name, page.language(), _book_words())

        def note() -> None:
            _note(about, found.total)
            also()

        carry_out(note)
        # By its length a browser tells a broken download from a whole one.
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        response = send_file(file, MEDIA_TYPE, as_attachment=True, download_name=_file_name())
        response.content_length = size
        response.call_on_close(until_sent.pop_all().close)
    return response


def _note(about: ListWorkbook, total: int) -> None:
    """Notes which list was taken out and how long it is; what was looked for may be a name."""
    actor = audit.staff(g.staff.id)
    meeting_id = about.meeting.id if about.meeting else None
    by = sorted(name for name, text in request.args.items() if text)
    which = str(request.endpoint).rpartition(".")[2]
    audit.note(actor, "list_taken_out", which, page.now(), meeting_id, rows=total, by=by)


def _list_address() -> str:
    query = request.query_string.decode("ascii", "ignore")
    return request.path.removesuffix(ENDING) + (f"?{query}" if query else "")


def _file_name() -> str:
    """What the list is and when it was: its address is plain words already."""
    what = request.path.removesuffix(ENDING).strip("/").replace("/", "-")
    return f"{what}-{local(page.now()):%Y%m%d-%H%M}.xlsx"


def _book_words() -> BookWords:
    headings = _("Blad"), _("Nummer"), _("Kolumn"), _("Del"), _("Innehåll")
    cut = _(" … (resten står på bladet Långa texter)")
    return BookWords(_("Långa texter"), cut, headings, _("Sida"), _("av"))
