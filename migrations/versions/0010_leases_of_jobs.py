"""Leases on packs and mailings under preparation; a pack can be cancelled

Revision ID: 0010
Revises: 0009
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

PACK = ('queued', 'building', 'ready', 'failed')
MAILINGS = sa.table(
    'mailings',
    sa.column('id', sa.Integer()),
    sa.column('written', sa.Integer()),
    sa.column('audience', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')),
)


def upgrade() -> None:
    for table in ('packs', 'mailings'):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True))
            batch.add_column(sa.Column('lease_by', sa.Text(), nullable=False, server_default=''))
            batch.add_column(sa.Column('tries', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('packs') as batch:
        batch.add_column(sa.Column('contents', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('mailings') as batch:
        batch.add_column(sa.Column('written', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('unwritten', sa.Integer(), nullable=False, server_default='0'))
    _allow((*PACK, 'cancelled'))
    # A pack that is being built has a worker that knows of no lease: it is built anew.
    op.execute("UPDATE packs SET state = 'queued' WHERE state = 'building'")
    for mailing, audience in _announced():
        rest = {key: value for key, value in audience.items() if key != 'next'}
        _write(mailing, audience=rest, written=audience.get('next', 0))


def downgrade() -> None:
    for mailing, audience in _announced():
        written = op.get_bind().scalar(sa.select(MAILINGS.c.written).where(MAILINGS.c.id == mailing))
        _write(mailing, audience={**audience, 'next': written})
    op.execute("UPDATE packs SET state = 'failed' WHERE state = 'cancelled'")
    _allow(PACK)
    with op.batch_alter_table('mailings') as batch:
        batch.drop_column('unwritten')
        batch.drop_column('written')
    with op.batch_alter_table('packs') as batch:
        batch.drop_column('contents')
    for table in ('mailings', 'packs'):
        with op.batch_alter_table(table) as batch:
            batch.drop_column('tries')
            batch.drop_column('lease_by')
            batch.drop_column('lease_until')


def _allow(states: tuple[str, ...]) -> None:
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table('packs') as batch:
        batch.drop_constraint(batch.f('ck_packs_state'), type_='check')
        batch.create_check_constraint(batch.f('ck_packs_state'), sa.text(f'state IN ({listed})'))


def _announced() -> list[sa.Row]:
    """Mailings about a move or a cancellation, which list whom they are about."""
    listed = sa.select(MAILINGS.c.id, MAILINGS.c.audience)
    rows = op.get_bind().execute(listed.where(sa.cast(MAILINGS.c.audience, sa.Text).like('%"people"%')))
    return [row for row in rows if 'people' in row.audience]


def _write(mailing: int, **values: object) -> None:
    op.get_bind().execute(sa.update(MAILINGS).where(MAILINGS.c.id == mailing).values(**values))
