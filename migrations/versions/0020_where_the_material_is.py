"""Where one finds what is read before answering

Revision ID: 0020
Revises: 0019
"""
import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
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
