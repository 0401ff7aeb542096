"""States with room: merged registrations, mails that are not sent, what a mailing was paused from

Revision ID: 0004
Revises: 0003
"""
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

REGISTRATION = ('unconfirmed', 'invited', 'waitlisted', 'offered', 'registered', 'to_reconfirm', 'declined', 'withdrawn', 'substituted',
                'revoked', 'attended')
MESSAGE = ('queued', 'sending', 'retry', 'sent', 'failed', 'unknown', 'withheld', 'dropped')
PAUSED_FROM = sa.Enum('preparing', 'sending', name='paused_from', native_enum=False, create_constraint=True, length=24)
MAILINGS = sa.table('mailings', sa.column('id', sa.Integer), sa.column('state', sa.Text), sa.column('paused_from', sa.Text),
                    sa.column('audience', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')))


def upgrade() -> None:
    _allow('registrations', (*REGISTRATION, 'merged'))
    _allow('messages', (*MESSAGE, 'not_sent'))
    with op.batch_alter_table('mailings') as batch:
        batch.add_column(sa.Column('paused_from', PAUSED_FROM, nullable=True))
    for row in _mailings(sa.cast(MAILINGS.c.audience, sa.Text).like('%"was"%')):
        audience = dict(row.audience)
        # A mailing that went on again kept what it had been paused from.
        was = audience.pop('was', None)
        _write(row.id, audience, was if row.state == 'paused' else None)


def downgrade() -> None:
    for row in _mailings(MAILINGS.c.paused_from.is_not(None)):
        _write(row.id, row.audience | {'was': row.paused_from}, None)
    with op.batch_alter_table('mailings') as batch:
        batch.drop_constraint(batch.f('ck_mailings_paused_from'), type_='check')
        batch.drop_column('paused_from')
    op.execute("UPDATE messages SET state = 'dropped' WHERE state = 'not_sent'")
    op.execute("UPDATE registrations SET state = 'revoked' WHERE state = 'merged'")
    _allow('messages', MESSAGE)
    _allow('registrations', REGISTRATION)


def _allow(table: str, states: tuple[str, ...]) -> None:
    """The column `state` allows these and no others."""
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(batch.f(f'ck_{table}_state'), type_='check')
        batch.create_check_constraint(batch.f(f'ck_{table}_state'), sa.text(f'state IN ({listed})'))


def _mailings(which: sa.ColumnElement[bool]) -> Iterator[sa.Row]:
    """One by one: the people of a move may be thousands."""
    ids = op.get_bind().scalars(sa.select(MAILINGS.c.id).where(which)).all()
    for each in ids:
        yield op.get_bind().execute(sa.select(MAILINGS).where(MAILINGS.c.id == each)).one()


def _write(id_: int, audience: dict, paused_from: str | None) -> None:
    op.get_bind().execute(sa.update(MAILINGS).where(MAILINGS.c.id == id_).values(audience=audience, paused_from=paused_from))
