"""Where a chain of invitations began, and addresses that are still to be proven

Revision ID: 0011
Revises: 0010
"""
import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('persons') as batch:
        batch.add_column(sa.Column('root_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('address_unproven', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key(batch.f('fk_persons_root_id_persons'), 'persons', ['root_id'], ['id'])
        batch.create_index(batch.f('ix_persons_root_id'), ['root_id'])


def downgrade() -> None:
    with op.batch_alter_table('persons') as batch:
        batch.drop_index(batch.f('ix_persons_root_id'))
        batch.drop_constraint(batch.f('fk_persons_root_id_persons'), type_='foreignkey')
        batch.drop_column('address_unproven')
        batch.drop_column('root_id')
