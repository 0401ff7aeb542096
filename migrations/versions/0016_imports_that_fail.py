"""Imports that fail: who works on one, how many have begun, and what became of it

Revision ID: 0016
Revises: 0015
"""
import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

IMPORT = ('preview', 'writing', 'written', 'undoing', 'undone')


def upgrade() -> None:
    _allow(('preview', 'writing', 'write_failed', 'written', 'undoing', 'undo_failed', 'undone'))
    with op.batch_alter_table('imports') as batch:
        batch.add_column(sa.Column('lease_by', sa.Text(), nullable=False, server_default=''))
        batch.add_column(sa.Column('tries', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('failure', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('imports') as batch:
        batch.drop_column('failure')
        batch.drop_column('tries')
        batch.drop_column('lease_by')
    # What has failed is tried again.
    op.execute("UPDATE imports SET state = 'writing' WHERE state = 'write_failed'")
    op.execute("UPDATE imports SET state = 'undoing' WHERE state = 'undo_failed'")
    _allow(IMPORT)


def _allow(states: tuple[str, ...]) -> None:
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table('imports') as batch:
        batch.drop_constraint(batch.f('ck_imports_state'), type_='check')
        batch.create_check_constraint(batch.f('ck_imports_state'), sa.text(f'state IN ({listed})'))
