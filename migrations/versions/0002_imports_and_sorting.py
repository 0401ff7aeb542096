"""Lists of contacts that leave a trace; names that the database can sort

Revision ID: 0002
Revises: 0001
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from annualwheel.wording.collation import swedish

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for table in ("persons", "organisations"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("sort_name", KEY, nullable=False, server_default=""))
            batch.create_index(batch.f(f"ix_{table}_sort_name"), ["sort_name"], unique=False)
    with op.batch_alter_table("imports") as batch:
        batch.add_column(sa.Column("trace", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False,
                                   server_default="{}"))
    op.create_table(
        "imported_persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_imported_persons_import_id_imports")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_imported_persons_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_persons")),
        sa.UniqueConstraint("import_id", "person_id", name=op.f("uq_imported_persons_import_id_person_id")))
    with op.batch_alter_table("imported_persons") as batch:
        batch.create_index(batch.f("ix_imported_persons_person_id"), ["person_id"], unique=False)
    _fill("persons", "id, family, given")
    _fill("organisations", "id, name")


def _fill(table: str, columns: str) -> None:
    connection = op.get_bind()
    keys = [{"id": row[0], "key": swedish(" ".join(row[1:]))[0]} for row in connection.execute(sa.text(f"SELECT {columns} FROM {table}"))]
    if keys:
        connection.execute(sa.text(f"UPDATE {table} SET sort_name = :key WHERE id = :id"), keys)


def downgrade() -> None:
    op.drop_table("imported_persons")
    with op.batch_alter_table("imports") as batch:
        batch.drop_column("trace")
    for table in ("organisations", "persons"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(batch.f(f"ix_{table}_sort_name"))
            batch.drop_column("sort_name")
