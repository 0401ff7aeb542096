"""A move or a cancellation takes the registrations along in batches

Revision ID: 0017
Revises: 0016
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

STATE = ('preparing', 'sending', 'done', 'paused', 'stopped')
PAUSED_FROM = ('preparing', 'sending')
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
MAILINGS = sa.table('mailings', sa.column('id', sa.Integer), sa.column('audience', JSON))
# Whoever erases a row is asked for each key that may point at it: without an index that reads the whole table.
KEYS = (
    ('registrations', 'replaces_id'),
    ('persons', 'merged_into_id'),
    ('year_organisations', 'lead_id'),
    ('submissions', 'person_id'),
    ('members', 'invited_by_id'),
    ('items', 'removed_by_id'),
    ('answers', 'author_id'),
    ('answer_history', 'author_id'),
    ('submission_versions', 'by_id'),
)
PIECES = sa.table('told_people', sa.column('id', sa.Integer), sa.column('mailing_id', sa.Integer), sa.column('kind', sa.Text), sa.column('people', JSON))


def upgrade() -> None:
    _allow('state', ('settling', *STATE))
    _allow('paused_from', ('settling', *PAUSED_FROM))
    with op.batch_alter_table('registrations') as batch:
        batch.add_column(sa.Column('moves', sa.Integer(), nullable=False, server_default='0'))
    for table, column in KEYS:
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column])
    op.create_table(
        'told_people',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('mailing_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.Enum('registrations', 'saved', name='kind', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('upto', sa.Integer(), nullable=False),
        sa.Column('people', JSON, nullable=False),
        sa.ForeignKeyConstraint(['mailing_id'], ['mailings.id'], name=op.f('fk_told_people_mailing_id_mailings')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_told_people')),
    )
    op.create_index(op.f('ix_told_people_mailing_id'), 'told_people', ['mailing_id'])


def downgrade() -> None:
    for mailing in op.get_bind().scalars(sa.select(PIECES.c.mailing_id).distinct()).all():
        _put_back(mailing)
    op.drop_index(op.f('ix_told_people_mailing_id'), table_name='told_people')
    op.drop_table('told_people')
    for table, column in KEYS:
        op.drop_index(op.f(f'ix_{table}_{column}'), table_name=table)
    with op.batch_alter_table('registrations') as batch:
        batch.drop_column('moves')
    # What is half settled is for a person to look at.
    op.execute("UPDATE mailings SET paused_from = 'preparing' WHERE paused_from = 'settling'")
    op.execute("UPDATE mailings SET state = 'paused', paused_from = 'preparing' WHERE state = 'settling'")
    _allow('paused_from', PAUSED_FROM)
    _allow('state', STATE)


def _put_back(mailing: int) -> None:
    """The people of a mailing stood in its own row before."""
    connection = op.get_bind()
    pieces = connection.execute(sa.select(PIECES.c.kind, PIECES.c.people).where(PIECES.c.mailing_id == mailing).order_by(PIECES.c.id)).all()
    audience = dict(connection.scalar(sa.select(MAILINGS.c.audience).where(MAILINGS.c.id == mailing)))
    for name, kind in (('people', 'registrations'), ('saved', 'saved')):
        audience[name] = [*audience.get(name, []), *(one for piece in pieces if piece.kind == kind for one in piece.people)]
    audience.pop('overtakes', None)
    connection.execute(sa.update(MAILINGS).where(MAILINGS.c.id == mailing).values(audience=audience))


def _allow(column: str, states: tuple[str, ...]) -> None:
    listed = ', '.join(f"'{state}'" for state in states)
    with op.batch_alter_table('mailings') as batch:
        batch.drop_constraint(batch.f(f'ck_mailings_{column}'), type_='check')
        batch.create_check_constraint(batch.f(f'ck_mailings_{column}'), sa.text(f'{column} IN ({listed})'))
