"""Short names of themes, for tabs, columns and matrices

Revision ID: 0015
Revises: 0014
"""
import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

MOST = 25


def upgrade() -> None:
    with op.batch_alter_table('themes') as batch:
        batch.add_column(sa.Column('short_sv', sa.Text(), nullable=False, server_default=''))
        batch.add_column(sa.Column('short_en', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('themes') as batch:
        batch.alter_column('short_sv', existing_type=sa.Text(), server_default=None)
        batch.alter_column('short_en', existing_type=sa.Text(), server_default=None)
    connection = op.get_bind()
    for row in connection.execute(sa.text('SELECT id, sv, en FROM themes')).all():
        values = {'id': row.id, 'sv': _first_words(row.sv), 'en': _first_words(row.en)}
        connection.execute(sa.text('UPDATE themes SET short_sv = :sv, short_en = :en WHERE id = :id'), values)


def downgrade() -> None:
    with op.batch_alter_table('themes') as batch:
        batch.drop_column('short_en')
        batch.drop_column('short_sv')


def _first_words(text: str) -> str:
    """The first whole words that fit; two themes that begin alike are told apart by hand."""
    if len(text) <= MOST:
        return text
    fits = text[: MOST + 1]
    return (fits.rsplit(' ', 1)[0] if ' ' in fits else text[:MOST]).rstrip(' ,;:–-')
