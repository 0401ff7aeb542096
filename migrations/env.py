"""How migrations run: on the application's engine, batch mode on SQLite, with foreign keys looked
after.
"""

from typing import Any

from alembic import context
from flask import current_app

from annualwheel.db import Base, UTCDateTime


def render_item(kind: str, thing: Any, _autogen: Any) -> str | bool:
    """Migrations stand on SQLAlchemy alone: our own types are written as what they store."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Runs the migrations in one transaction.

    On SQLite foreign keys are off meanwhile (batch mode drops and copies tables, and a drop would
    cascade), and checked afterwards.
    """
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transactional_ddl=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            driver = connection.connection.driver_connection
            broken = driver.execute("PRAGMA foreign_key_check").fetchall()
            driver.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")


run()
