"""Where one finds what is read before answering

Revision ID: 0018
Revises: 0017
"""
import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('meetings') as batch:
        batch.add_column(sa.Column('material_url', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('meetings') as batch:
        batch.alter_column('material_url', existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('meetings') as batch:
        batch.drop_column('material_url')
