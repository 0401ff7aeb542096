"""What the list of needs said when it was last taken out

Revision ID: 0019
Revises: 0018
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')


def upgrade() -> None:
    op.create_table(
        'needs_lists',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('mode', sa.Enum('on_site', 'online', name='mode', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('salt', sa.Text(), nullable=False),
        sa.Column('lunches', sa.Integer(), nullable=False),
        sa.Column('counted', JSON, nullable=False),
        sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_needs_lists_meeting_id_meetings')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_needs_lists')),
        sa.UniqueConstraint('meeting_id', 'mode', name=op.f('uq_needs_lists_meeting_id_mode')),
    )


def downgrade() -> None:
    op.drop_table('needs_lists')
