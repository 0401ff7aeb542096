"""Årshjulet: a yearly cycle of three meetings.

Registration, preparation, calendar entries and workshop packs.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from annualwheel import cli, storage, web
from annualwheel.access.links import LinkSigner
from annualwheel.clock import Clock, SystemClock
from annualwheel.db import db, server_time
from annualwheel.engines import prepare_engine
from annualwheel.jobs import queue, tasks
from annualwheel.log import prepare_log
from annualwheel.mail.letters import Letterhead
from annualwheel.services import Services
from config import ROOT, Settings


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The application for `settings`.

    `clock` is the system's unless a test or a rehearsal gives its own. Raises `SettingsError` when
    a folder that it needs cannot be written in.
    """
    storage.require(settings)
    app = Flask("annualwheel")
    _configure(app, settings)
    prepare_log(settings)
    db.init_app(app)
    with app.app_context():
        # Flask-SQLAlchemy gives out its engine inside an application context only.
        engine = db.engine
        prepare_engine(engine)
    app.extensions["arshjulet"] = Services(
        settings=settings,
        clock=clock or _clock(engine),
        link_signer=LinkSigner(settings.base_url, settings.secret_keys),
        letterhead=_letterhead(settings),
        queue=queue.create_queue(settings),
    )
    tasks.register(app)
    cli.register(app, migrations=str(ROOT / "migrations"))
    web.register(app)
    # Exactly our own hops are believed: a client can write these headers too, and would choose the
    # address that its attempts are counted for.
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _clock(engine: Engine) -> Clock:
    """The system's clock, put right by the database server's; a file has none of its own."""
    return SystemClock(None if engine.dialect.name == "sqlite" else lambda: server_time(engine))


def _configure(app: Flask, settings: Settings) -> None:
    # SQLAlchemy 2.0 takes psycopg2 when no driver is named, 2.1 takes psycopg.
    database = settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        # A session that was signed with an older key lives on when the keys are changed.
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SQLALCHEMY_DATABASE_URI=database,
        # A statement that fails is logged without its values: they hold names, needs and answers.
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        BABEL_DEFAULT_LOCALE="sv",
        BABEL_DEFAULT_TIMEZONE="Europe/Stockholm",
        # A form may lie open for hours: the library's limit of one hour would refuse what was
        # typed. The token is still bound to the session.
        WTF_CSRF_TIME_LIMIT=None,
        # Over https the library demands a Referer, which company proxies strip. The token and
        # SameSite protect the form without it.
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME="arshjulet",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=14 * 86400,
    )


def _letterhead(settings: Settings) -> Letterhead:
    return Letterhead(
        base_url=settings.base_url,
        service_name=settings.service_name,
        region_name=settings.region_name,
        contact_name=settings.contact_name_sv,
        contact_name_en=settings.contact_name_en,
        contact_email=settings.contact_email,
        contact_phone=settings.contact_phone,
        sender_name=settings.mail_sender_name,
        sender_address=settings.mail_sender,
        reply_to=settings.mail_reply_to,
    )
