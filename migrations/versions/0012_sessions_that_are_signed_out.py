"""How often somebody has signed out, so that sessions from before are over

Revision ID: 0012
Revises: 0011
"""
import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

LET_IN = ('registrations', 'members', 'persons')


def upgrade() -> None:
    for table in LET_IN:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column('sign_outs', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    for table in LET_IN:
        with op.batch_alter_table(table) as batch:
            batch.drop_column('sign_outs')
