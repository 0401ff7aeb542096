"""Runs the migrations on the application's engine, in batch mode on SQLite."""

from typing import Any

from alembic import context
from flask import current_app

from annualwheel.db import Base, UTCDateTime


def render_item(kind: str, thing: Any, _autogen: Any) -> str | bool:
    """Writes our own types as what they store: a migration must not depend on our code of later."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Runs the migrations in one transaction.

    On SQLite foreign keys are off meanwhile, and checked afterwards: batch mode copies and drops
    tables, and a drop would cascade to their rows' children.
    """
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # On the driver's connection: SQLAlchemy's would begin a transaction first, and inside
            # one the pragma does nothing.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            # Alembic takes SQLite for a database that cannot undo half an upgrade.
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
