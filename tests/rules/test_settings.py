"""The settings: everything that is wrong is told at once, and nothing starts without keys."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import runpy
from pathlib import Path

import pytest

from config import BILINGUAL, LANGUAGES, ROOT, Settings, SettingsError, environment

KEY = "k" * 40


def problems(**environ: str) -> list[str]:
    """What is wrong with these variables."""
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(environ)
    return raised.value.problems


def test_there_is_no_default_key() -> None:
    assert any("SECRET_KEYS" in line for line in problems())


def test_a_short_key_is_refused() -> None:
    assert any("32 tecken" in line for line in problems(SECRET_KEYS=f"{KEY} kort"))


def test_every_problem_is_told_at_once() -> None:
    found = problems(ENVIRONMENT="prod", MAIL_PORT="tjugofem", MAIL_SECURITY="ssl", WORKER="many")
    assert {line.split()[0].rstrip(":") for line in found} >= {
        "SECRET_KEYS",
        "ENVIRONMENT",
        "MAIL_PORT",
        "MAIL_SECURITY",
        "WORKER",
    }


def test_the_first_key_signs_and_all_are_kept() -> None:
    assert Settings.from_env({"SECRET_KEYS": f"{KEY}1, {KEY}2"}).secret_keys == (
        f"{KEY}1",
        f"{KEY}2",
    )


def test_production_demands_what_it_needs() -> None:
    found = " ".join(problems(SECRET_KEYS=KEY, ENVIRONMENT="production", DEV_MAILBOX="/x"))
    for name in (
        "BASE_URL",
        "DATABASE_URL",
        "MAIL_SERVER",
        "MAIL_SENDER",
        "CONTACT_EMAIL",
        "DEV_MAILBOX",
    ):
        assert name in found


PRODUCTION = {
    "SECRET_KEYS": KEY,
    "ENVIRONMENT": "production",
    "BASE_URL": "https://arshjulet.example",
    "DATABASE_URL": "sqlite:///x.db",
    "MAIL_SENDER": "arshjulet@region.example",
    "CONTACT_EMAIL": "arshjulet@region.example",
}


@pytest.mark.parametrize("chosen", [{}, {"MAIL_SECURITY": "none"}])
def test_production_sends_no_mail_in_the_clear_over_a_network(chosen: dict[str, str]) -> None:
    assert [
        "MAIL_SECURITY" in line
        for line in problems(**PRODUCTION, MAIL_SERVER="smtp.region.example", **chosen)
    ] == [True]
    assert (
        Settings.from_env({**PRODUCTION, "MAIL_SERVER": "127.0.0.1", **chosen}).mail_security
        == "none"
    )
    assert (
        Settings.from_env(
            {**PRODUCTION, "MAIL_SERVER": "smtp.region.example", "MAIL_SECURITY": "tls"}
        ).mail_security
        == "tls"
    )


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = Settings.from_env({"SECRET_KEYS": KEY})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.environment = "production"  # type: ignore[misc]


def test_no_proxies_unless_told() -> None:
    assert Settings.from_env({"SECRET_KEYS": KEY}).proxies == 0
    assert Settings.from_env({"SECRET_KEYS": KEY, "PROXIES": "2"}).proxies == 2


def test_the_address_of_the_service_follows_host_and_port() -> None:
    assert (
        Settings.from_env({"SECRET_KEYS": KEY, "PORT": "8123"}).base_url == "http://127.0.0.1:8123"
    )
    assert (
        Settings.from_env({"SECRET_KEYS": KEY, "BASE_URL": "https://arshjulet.example/"}).base_url
        == "https://arshjulet.example"
    )


def test_a_text_of_the_region_is_set_for_both_languages_or_each() -> None:
    both = Settings.from_env({"SECRET_KEYS": KEY, "CONTACT_NAME": "Karin Ek"})
    assert (both.to("contact_name", "sv"), both.to("contact_name", "en")) == (
        "Karin Ek",
        "Karin Ek",
    )
    each = Settings.from_env(
        {"SECRET_KEYS": KEY, "CONTACT_HOURS": "8–16", "CONTACT_HOURS_EN": "8 to 4"}
    )
    assert (each.to("contact_hours", "sv"), each.to("contact_hours", "en")) == ("8–16", "8 to 4")


def test_every_default_text_of_the_region_has_both_languages() -> None:
    settings = Settings(secret_keys=(KEY,))
    for name in BILINGUAL:
        assert (
            settings.to(name, "sv")
            and settings.to(name, "en")
            and settings.to(name, "sv") != settings.to(name, "en")
        ), name


def test_a_day_of_the_accessibility_statement_is_a_day() -> None:
    assert Settings.from_env(
        {"SECRET_KEYS": KEY, "ACCESSIBILITY_ASSESSED": "2027-01-31"}
    ).accessibility_assessed == dt.date(2027, 1, 31)
    assert any(
        "ACCESSIBILITY_UPDATED" in line
        for line in problems(SECRET_KEYS=KEY, ACCESSIBILITY_UPDATED="31 januari")
    )


class Noting(dict[str, str]):
    """An environment that knows what it was asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)


def test_the_readme_names_what_is_read_and_nothing_else() -> None:
    environ = Noting(ENVIRONMENT="production")
    with pytest.raises(SettingsError):
        Settings.from_env(environ)
    server = re.findall(
        r"environ\.get\([\"'](\w+)", (ROOT / "gunicorn.conf.py").read_text(encoding="utf-8")
    )
    texts = {f"{name}_{language}".upper() for name in BILINGUAL for language in LANGUAGES}
    _, _, below = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("| setting | meaning |\n")
    )
    names = [
        name
        for row in below.partition("\n\n")[0].splitlines()
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert sorted(names) == sorted((environ.asked | {*server}) - texts)


def test_the_environment_goes_before_the_file_and_the_web_server_reads_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=8123\nWEB_THREADS=3\nNAMELESS\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "8200")
    found = environment(file)
    assert (found["PORT"], found["WEB_THREADS"], "NAMELESS" in found) == ("8200", "3", False)
    assert "os.environ" not in (ROOT / "gunicorn.conf.py").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["bind"].endswith(":8200")
