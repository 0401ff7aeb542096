"""Mail that is asked for on an open page, until a job has answered

Revision ID: 0013
Revises: 0012
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'mail_requests',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.Enum('new_link', 'own_data', 'staff_sign_in', 'application', name='kind', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_requests')),
    )
    op.create_index(op.f('ix_mail_requests_asked_at'), 'mail_requests', ['asked_at'])


def downgrade() -> None:
    op.drop_table('mail_requests')
