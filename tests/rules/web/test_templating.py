"""Texts that are put into a template when it is compiled read as those that are looked up."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from flask_babel import gettext
from jinja2 import DictLoader
from markupsafe import escape

from annualwheel.web import templating

SOURCES = {
    "frame.html": "<title>{% block title %}{% endblock %}</title>{{ _('Avbryt') }}",
    "page.html": (
        "{% extends 'frame.html' %}{% import 'macros.html' as macros %}"
        "{% block title %}{{ _('%(name)s är här nu', name=name) }}, {{ macros.button() }}"
        "{{ _('Avbryt')|upper }}{{ _('50 %% <b>') }}{{ _('Det ' ~ 'andra') }}{% endblock %}"
    ),
    "macros.html": "{% macro button() %}<b title=\"{{ _('Avbryt') }}\"></b>{% endmacro %}",
    "page.txt": "{{ _('%(name)s är här nu', name=name) }} {{ _('50 %% <b>') }}",
}


@pytest.fixture
def environment() -> templating.InPlace:
    app = Flask("here")
    app.jinja_environment = templating.InPlace
    found = app.create_jinja_environment()
    assert isinstance(found, templating.InPlace)
    found.loader = templating.Loader(DictLoader(SOURCES))  # type: ignore[arg-type]
    # Texts whose words are not known before are looked up while the page is made.
    found.globals["_"] = lambda text, /, **values: f"({text})"
    return found


@pytest.mark.parametrize(
    ("language", "here", "cancel"),
    [("sv", "&lt;i&gt; är här nu", "Avbryt"), ("en", "&lt;i&gt; is here now", "Cancel")],
)
def test_each_language_has_its_texts_in_frames_and_macros_too(
    environment: templating.InPlace, language: str, here: str, cancel: str
) -> None:
    for _time in range(2):
        shown = environment.get_template("page.html", f"{language}:any.html").render(name="<i>")
        assert shown == (
            f'<title>{here}, <b title="{cancel}"></b>{cancel.upper()}50 % <b>(Det andra)</title>'
            f"{cancel}"
        )


def test_a_text_file_shows_its_values_as_they_are(environment: templating.InPlace) -> None:
    assert environment.get_template("page.txt").render(name="<i>") == "<i> är här nu 50 % <b>"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_page_is_in_the_language_of_the_request_that_comes_after_another(
    app: Flask, language: str
) -> None:
    for asked in ("en", "sv", language):
        with app.test_request_context(f"/?lang={asked}"):
            shown = render_template("open/link_sent.html", own_data=False)
            assert f'<html lang="{asked}"' in shown
            assert str(escape(gettext("Hoppa till innehållet"))) in shown
