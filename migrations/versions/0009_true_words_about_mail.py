"""Mails that never left, mailings that stopped by themselves, and a mail server that takes nothing

Revision ID: 0009
Revises: 0008
"""
import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MESSAGE = ('queued', 'sending', 'retry', 'sent', 'failed', 'unknown', 'withheld', 'dropped', 'not_sent')
MAILING = ('preparing', 'sending', 'done', 'paused')
STAGE = sa.Enum('connection', 'tls', 'ehlo', 'auth', 'mail', 'rcpt', 'data', name='stage', native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    _allow('messages', (*MESSAGE, 'expired'))
    _allow('mailings', (*MAILING, 'stopped'))
    with op.batch_alter_table('messages') as batch:
        batch.add_column(sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('may_have_left', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute('UPDATE messages SET waiting_since = queued_at')
    with op.batch_alter_table('messages') as batch:
        batch.alter_column('waiting_since', existing_type=sa.DateTime(timezone=True), nullable=False)
    with op.batch_alter_table('mailings') as batch:
        batch.add_column(sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('stopped_why', sa.Text(), nullable=False, server_default=''))
    op.create_table(
        'standstills',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('retry_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('stage', STAGE, nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('for_good', sa.Boolean(), nullable=False),
        sa.Column('reply', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_standstills')),
    )


def downgrade() -> None:
    op.drop_table('standstills')
    with op.batch_alter_table('mailings') as batch:
        batch.drop_column('stopped_why')
        batch.drop_column('stopped_at')
    with op.batch_alter_table('messages') as batch:
        batch.drop_column('may_have_left')
        batch.drop_column('waiting_since')
    # Nearest to the truth among the older states: a person must look at it.
    op.execute("UPDATE messages SET state = 'unknown' WHERE state = 'expired'")
    op.execute("UPDATE mailings SET state = 'paused' WHERE state = 'stopped'")
    _allow('mailings', MAILING)
    _allow('messages', MESSAGE)


def _allow(table: str, states: tuple[str, ...]) -> None:
    """The column `state` allows these and no others."""
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(batch.f(f'ck_{table}_state'), type_='check')
        batch.create_check_constraint(batch.f(f'ck_{table}_state'), sa.text(f'state IN ({listed})'))
