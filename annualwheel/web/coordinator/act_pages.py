"""A short page that says what a button does and to whom, with the one button that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import make_response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField

from annualwheel.web.forms import BaseForm


@dataclass(frozen=True)
class ActPage:
    """What the page says.

    `says` has a sentence for each thing that happens, `caption` stands with the heading. `danger`:
    it takes something away. `back` is where the page leads when nothing is to be done, `back_text`
    what the link is called. `active` is the page's place in the navigation.
    """

    heading: str
    caption: str
    says: list[str]
    button: str
    danger: bool
    back: str
    back_text: str
    active: str


class ActForm(BaseForm):
    """One button, and what its page said would happen.

    `foreseen` gives a text that tells what would happen now from everything else that could, under
    the locks of the act.
    """

    said = HiddenField()

    def __init__(self, foreseen: Callable[[], str]) -> None:
        super().__init__()
        self._foreseen = foreseen

    def still_holds(self) -> bool:
        """Whether what the page said is what would happen. If not, the form says so."""
        if self.said.data == self._foreseen():
            return True
        self.form_errors.append(
            _("Något har ändrats medan du hade sidan öppen. Läs vad som händer nu och tryck igen.")
        )
        return False


def shown(form: ActForm, mark: str, page: ActPage) -> AnyResponse:
    """The page. `mark` is what `foreseen` gives for what it says."""
    form.said.data = mark
    html = render_template("coordinator/act.html", active=page.active, page=page, form=form)
    return make_response(html, form.status)
