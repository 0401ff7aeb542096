"""Imports that are written in batches, and the other lists of a file

Revision ID: 0008
Revises: 0007
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

STATES = ('preview', 'written', 'undone')
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')


def upgrade() -> None:
    _allow(('preview', 'writing', 'written', 'undoing', 'undone'))
    with op.batch_alter_table('imports') as batch:
        batch.add_column(sa.Column('others', JSON, nullable=False, server_default='[]'))
        batch.add_column(sa.Column('done', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('imports') as batch:
        batch.alter_column('others', existing_type=JSON, server_default=None)
        batch.alter_column('done', existing_type=sa.Integer(), server_default=None)
    op.create_table(
        'import_batches',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('import_id', sa.Integer(), nullable=False),
        sa.Column('trace', JSON, nullable=False),
        sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_import_batches_import_id_imports')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batches')),
    )
    op.create_index(op.f('ix_import_batches_import_id'), 'import_batches', ['import_id'])


def downgrade() -> None:
    # What was half done counts as done: its rows stand, and the version before knows no other word.
    op.execute("UPDATE imports SET state = 'written' WHERE state IN ('writing', 'undoing')")
    op.drop_table('import_batches')
    with op.batch_alter_table('imports') as batch:
        batch.drop_column('lease_until')
        batch.drop_column('done')
        batch.drop_column('others')
    _allow(STATES)


def _allow(states: tuple[str, ...]) -> None:
    """The column `state` allows these and no others."""
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table('imports') as batch:
        batch.drop_constraint(batch.f('ck_imports_state'), type_='check')
        batch.create_check_constraint(batch.f('ck_imports_state'), sa.text(f'state IN ({listed})'))
