"""What ties the mails to one person about one meeting together

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
    with op.batch_alter_table('message_bodies') as batch:
        batch.add_column(sa.Column('thread', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('message_bodies') as batch:
        batch.drop_column('thread')
