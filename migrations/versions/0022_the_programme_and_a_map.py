"""The programme of a meeting and a map of the way to it

Revision ID: 0022
Revises: 0021
"""
import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

COLUMNS = ('map_url', 'programme_sv', 'programme_en')


def upgrade() -> None:
    with op.batch_alter_table('meetings') as batch:
        for name in COLUMNS:
            batch.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('meetings') as batch:
        for name in COLUMNS:
            batch.drop_column(name)
