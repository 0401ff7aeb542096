"""A form that changes only what was changed in it, however long it has been open.

It carries what it showed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, HiddenField

from annualwheel.web.forms import BaseForm

OWN = ("csrf_token", "shown")


class StaleSafeForm(BaseForm):
    """A form made with the values that hold now, also when it is sent (`holding`, by field).

    `keep` makes whoever else changes what `holding` reads wait for our commit, and reads it again.
    It takes the locks that the act takes, in their order; without it nothing holds yet.

    A field that was left as it was shown takes what holds now. One that was changed here and
    meanwhile by somebody else is asked about once more, and is then written as it stands in the
    form.
    """

    shown = HiddenField()

    def __init__(
        self,
        holding: Callable[[], Mapping[str, Any]] = dict,
        keep: Callable[[], object] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs, data=dict(holding()))
        self._holding, self._keep = holding, keep
        if not self.shown.raw_data:
            self._show()

    def accepted(self) -> bool:
        """The same as for every form. A field that was changed in both places says so."""
        return super().accepted() and self._settled()

    def still_holds(self) -> bool:
        """Settles the fields with what holds now that the write has begun, until it ends.

        A transaction of PostgreSQL sees what others commit while it waits for a lock: what was
        compared before the lock may have changed under it.
        """
        if self._keep is not None:
            self._keep()
        holds = self._holding()
        for field in self._asked():
            field.object_data = holds.get(field.short_name, field.object_data)
        return self._settled()

    def _settled(self) -> bool:
        # What is missing from the text counts as shown as it is now, so that nothing is asked about
        # it.
        before = _read(self.shown.data) if self.shown.raw_data else {}
        for field in self._asked():
            _settle(field, before.get(field.short_name, field.object_data) or "")
        self._show()
        # The page now carries the colleague's value, so the next press has seen it and decides.
        return not self.errors

    def _show(self) -> None:
        self.shown.data = json.dumps(
            {field.short_name: field.object_data for field in self._asked()}
        )

    def _asked(self) -> list[Field]:
        return [field for field in self if field.short_name not in OWN]


def _settle(field: Field, showed: Any) -> None:
    """Takes over, asks about or leaves a field whose value may have changed since it was shown."""
    holds, written = field.object_data or "", field.data or ""
    # Untouched here and changed elsewhere: the other's value stays.
    if written == showed != holds:
        field.data = "" if field.object_data is None else field.object_data
    # Changed in both places, and not to the same.
    elif holds not in (showed, written):
        field.errors = [_said(field, holds)]


def _read(text: str) -> dict[str, Any]:
    """What the form says that it showed; empty when the text is none of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _said(field: Field, holds: str) -> str:
    """The sentence at a field that somebody else has changed meanwhile to `holds`."""
    if not holds:
        return str(
            _(
                "Någon annan tog bort det här medan du hade sidan öppen. Spara igen om det du har "
                "skrivit ska gälla."
            )
        )
    # A choice is told by its label; its key means nothing to a reader.
    names = {}
    if hasattr(field, "iter_choices"):
        names = {choice.value: str(choice.label) for choice in field.iter_choices()}
    sentence: str = _(
        "Någon annan ändrade det här till ”%(value)s” medan du hade sidan öppen. Spara igen "
        "om det du har skrivit ska gälla.",
        value=names.get(holds, holds),
    )
    return sentence
