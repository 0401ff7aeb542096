"""All settings in one frozen object, read from the environment and an ignored `.env`."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

ROOT = Path(__file__).parent
ENVIRONMENTS = ("production", "development", "test")
SECURITY = ("none", "starttls", "tls")
LANGUAGES = ("sv", "en")
# Texts of the region in both languages: NAME sets both, NAME_SV and NAME_EN one.
BILINGUAL = ("contact_name", "contact_hours", "venue_access")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def environment(file: Path = ROOT / ".env") -> dict[str, str]:
    """The environment of this process, which goes before what the file says."""
    return {
        **{name: value for name, value in dotenv_values(file).items() if value is not None},
        **os.environ,
    }


class SettingsError(Exception):
    """Everything that is wrong with the settings, one line each in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "\n".join(["Inställningarna går inte att använda:", *(f"  - {p}" for p in problems)])
        )
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """What a deployment decides.

    `secret_keys`: the first one signs, all of them verify. `proxies`: how many proxies of our own
    are in front of the web server; with a wrong number attempts are counted for the wrong client.
    """

    secret_keys: tuple[str, ...]
    environment: str = "development"
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'arshjulet.db'}"
    queue_url: str = f"sqlite:///{ROOT / 'instance' / 'queue.db'}"
    worker: str = "embedded"
    base_url: str = "http://127.0.0.1:8000"
    proxies: int = 0
    forms_folder: Path = ROOT / "forms"
    dev_mailbox: Path | None = None

    mail_server: str = "127.0.0.1"
    mail_port: int = 8025
    mail_username: str = ""
    mail_password: str = ""
    # Fits the mailbox on this machine. In production `_checked` refuses it for any other machine.
    mail_security: str = "none"
    mail_timeout: float = 30.0
    # A server that takes its time for each mail kept four connections waiting.
    mail_connections: int = 8
    mail_allow: tuple[str, ...] = ()
    mail_sender: str = "arshjulet@region.example"
    mail_sender_name: str = "Värmlandsstrategins årshjul"
    mail_reply_to: str = "arshjulet@region.example"

    service_name: str = "Värmlandsstrategins årshjul"
    region_name: str = "Region Värmland"
    region_number: str = "000000-0000"
    contact_name_sv: str = "Koordinatorerna (exempel)"
    contact_name_en: str = "The coordinators (sample)"
    contact_email: str = "arshjulet@region.example"
    contact_phone: str = "010-000 00 00"
    contact_hours_sv: str = "vardagar 9–16"
    contact_hours_en: str = "weekdays 9:00 to 16:00"
    privacy_officer: str = "dataskyddsombud@region.example"
    venue_access_sv: str = "Berätta efter anmälan om du behöver något för att kunna delta."
    venue_access_en: str = (
        "Tell us after you have registered if you need anything to be able to take part."
    )
    accessibility_assessed: dt.date | None = None
    accessibility_updated: dt.date | None = None

    def to(self, name: str, language: str) -> str:
        """One of the texts in `BILINGUAL`, in "sv" or "en"."""
        text: str = getattr(self, f"{name}_{language}")
        return text

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process: the environment first, then `.env`.

        Raises `SettingsError` naming every problem.
        """
        return _Reader(environment() if environ is None else environ).settings()


class _Reader:
    """Reads one variable after another and collects all that is wrong, to tell it at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ, self.problems = environ, list[str]()

    def settings(self) -> Settings:
        values = self._texts() | self._checked()
        if self.problems:
            raise SettingsError(self.problems)
        return Settings(**values)  # type: ignore[arg-type]

    def _texts(self) -> dict[str, object]:
        names = (
            "database_url",
            "queue_url",
            "mail_server",
            "mail_username",
            "mail_password",
            "mail_sender",
            "mail_sender_name",
            "mail_reply_to",
            "service_name",
            "region_name",
            "region_number",
            "contact_email",
            "contact_phone",
            "privacy_officer",
        )
        found = {
            name: self.environ[name.upper()] for name in names if self.environ.get(name.upper())
        }
        for name, language in itertools.product(BILINGUAL, LANGUAGES):
            text = self.environ.get(f"{name}_{language}".upper()) or self.environ.get(name.upper())
            found |= {f"{name}_{language}": text} if text else {}
        return dict(found)

    def _checked(self) -> dict[str, object]:
        environment = self._one_of("ENVIRONMENT", ENVIRONMENTS, "development")
        values: dict[str, object] = {
            "secret_keys": self._keys(),
            "environment": environment,
            "worker": self._one_of("WORKER", ("embedded", "separate"), "embedded"),
            "mail_security": self._one_of("MAIL_SECURITY", SECURITY, "none"),
            "mail_port": self._number("MAIL_PORT", 8025),
            "mail_connections": self._number("MAIL_CONNECTIONS", 8),
            "mail_timeout": float(self._number("MAIL_TIMEOUT", 30)),
            "mail_allow": tuple(
                self.environ.get("MAIL_ALLOW", "").replace(",", " ").lower().split()
            ),
            "accessibility_assessed": self._day("ACCESSIBILITY_ASSESSED"),
            "accessibility_updated": self._day("ACCESSIBILITY_UPDATED"),
            "proxies": self._number("PROXIES", 0, least=0),
            "base_url": self._base_url(environment),
        }
        if mailbox := self.environ.get("DEV_MAILBOX"):
            values["dev_mailbox"] = Path(mailbox)
        if environment == "production":
            self._demand("DATABASE_URL", "MAIL_SERVER", "MAIL_SENDER", "CONTACT_EMAIL")
            # Without this check a default would send the password and every personal link in the
            # clear, and nobody would have decided it.
            if values["mail_security"] == "none" and self.environ.get("MAIL_SERVER", "") not in (
                "",
                *LOOPBACK,
            ):
                self.problems.append(
                    "MAIL_SECURITY är none: mejl och lösenord skulle gå okrypterade över nätet. "
                    "Välj starttls eller tls. "
                    "Utan kryptering går det bara när MAIL_SERVER är den egna maskinen "
                    f"({', '.join(LOOPBACK)})."
                )
            if "DEV_MAILBOX" in self.environ:
                self.problems.append(
                    "DEV_MAILBOX visar allas mejl och får inte finnas i produktion."
                )
        return values

    def _keys(self) -> tuple[str, ...]:
        keys = tuple(k for k in self.environ.get("SECRET_KEYS", "").replace(",", " ").split() if k)
        if not keys:
            self.problems.append(
                "SECRET_KEYS saknas: minst en slumpad nyckel om 32 tecken eller mer (make skriver "
                "en i .env)."
            )
        elif min(map(len, keys)) < 32:
            self.problems.append("SECRET_KEYS: varje nyckel ska vara minst 32 tecken.")
        return keys

    def _base_url(self, environment: str) -> str:
        url = self.environ.get("BASE_URL", "").rstrip("/")
        if environment == "production" and not url.startswith("https://"):
            self.problems.append("BASE_URL ska börja med https:// i produktion.")
        return url or f"http://{self.environ.get('HOST', '127.0.0.1')}:{self._number('PORT', 8000)}"

    def _one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.environ.get(name) or default
        if value not in allowed:
            self.problems.append(
                f"{name} är {value!r}, men ska vara något av: {', '.join(allowed)}."
            )
        return value

    def _number(self, name: str, default: int, least: int = 1) -> int:
        value = self.environ.get(name) or str(default)
        if not value.isdecimal() or not least <= int(value) < 65536:
            self.problems.append(
                f"{name} är {value!r}, men ska vara ett heltal mellan {least} och 65535."
            )
            return default
        return int(value)

    def _day(self, name: str) -> dt.date | None:
        value = self.environ.get(name)
        try:
            return dt.date.fromisoformat(value) if value else None
        except ValueError:
            self.problems.append(f"{name} är {value!r}, men ska vara en dag som 2027-01-31.")
            return None

    def _demand(self, *names: str) -> None:
        self.problems.extend(f"{name} saknas." for name in names if not self.environ.get(name))
