"""Machines whose clocks differ from the database's

Revision ID: 0014
Revises: 0013
"""
import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'machine_clocks',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('machine', sa.Text(), nullable=False),
        sa.Column('ahead', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_machine_clocks')),
        sa.UniqueConstraint('machine', name=op.f('uq_machine_clocks_machine')),
    )


def downgrade() -> None:
    op.drop_table('machine_clocks')
