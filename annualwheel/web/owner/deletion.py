"""The request to be erased."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from annualwheel.privacy import own_data
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import BaseForm, strip
from annualwheel.web.owner import blueprint


class DeletionForm(BaseForm):
    """A button, and a reason for those who want to give one."""

    reason = TextAreaField(
        _l("Vill du berätta varför?"),
        [Optional(), Length(max=1000, message=_l("Skriv högst 1 000 tecken"))],
        filters=[strip],
    )


@blueprint.route("/radera", methods=["GET", "POST"])
def delete() -> AnyResponse:
    """Says what happens, and asks. A person who has asked already is led to the overview."""
    form = DeletionForm()
    if carried_out(form, lambda: own_data.ask_for_deletion(g.person, form.reason.data, page.now())):
        return redirect(url_for("owner.overview", klart="begart"), code=303)
    if not form.is_submitted() and own_data.open_request(g.person):
        return redirect(url_for("owner.overview"), code=303)
    html = render_template("owner/delete.html", form=form, person=g.person)
    return make_response(html, form.status)
