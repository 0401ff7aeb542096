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

ABOUT_AN_ANSWER = ('receipt', 'change_granted', 'change_refused', 'colleague', 'lead')
MESSAGES = sa.table('messages', sa.column('id', sa.Integer), sa.column('kind', sa.Text), sa.column('meeting_id', sa.Integer))
BODIES = sa.table('message_bodies', sa.column('message_id', sa.Integer), sa.column('links', sa.JSON))


def upgrade() -> None:
    _allow('messages', (*MESSAGE, 'expired'))
    _allow('mailings', (*MAILING, 'stopped'))
    with op.batch_alter_table('messages') as batch:
        batch.add_column(sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('may_have_left', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('meeting_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f('fk_messages_meeting_id_meetings'), 'meetings', ['meeting_id'], ['id'])
        batch.create_index(batch.f('ix_messages_meeting_id'), ['meeting_id'])
    op.execute('UPDATE messages SET waiting_since = queued_at')
    name_the_meeting(op.get_bind())
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


def name_the_meeting(connection: sa.Connection) -> None:
    """What a mail about an answer is about, only its link says."""
    meetings = dict(connection.execute(sa.text(
        'SELECT m.public_id, q.meeting_id FROM members m JOIN submissions s ON s.id = m.submission_id '
        'JOIN questionnaires q ON q.id = s.questionnaire_id')).all())
    rows = connection.execute(
        sa.select(BODIES.c.message_id, BODIES.c.links)
        .join(MESSAGES, MESSAGES.c.id == BODIES.c.message_id)
        .where(MESSAGES.c.kind.in_(ABOUT_AN_ANSWER))
    ).all()
    for message, links in rows:
        member = links.get('preparation', {}).get('public_id')
        if member in meetings:
            connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == message).values(meeting_id=meetings[member]))


def downgrade() -> None:
    op.drop_table('standstills')
    with op.batch_alter_table('mailings') as batch:
        batch.drop_column('stopped_why')
        batch.drop_column('stopped_at')
    with op.batch_alter_table('messages') as batch:
        batch.drop_index(batch.f('ix_messages_meeting_id'))
        batch.drop_constraint(batch.f('fk_messages_meeting_id_meetings'), type_='foreignkey')
        batch.drop_column('meeting_id')
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
