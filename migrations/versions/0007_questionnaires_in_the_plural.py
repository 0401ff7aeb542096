"""Several questionnaires a meeting; a submission keeps the definition it was begun on

Revision ID: 0007
Revises: 0006
"""
import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ABOUT_A_QUESTIONNAIRE = ('preparation', 'preparation_reminder')
MAILINGS = sa.table(
    'mailings',
    sa.column('id', sa.Integer()),
    sa.column('kind', sa.Text()),
    sa.column('meeting_id', sa.Integer()),
    sa.column('audience', sa.JSON()),
)
QUESTIONNAIRES = sa.table(
    'questionnaires',
    sa.column('id', sa.Integer()),
    sa.column('meeting_id', sa.Integer()),
    sa.column('key', sa.Text()),
)


def upgrade() -> None:
    with op.batch_alter_table('questionnaires') as batch:
        batch.add_column(sa.Column('timing', sa.Enum('before', 'after', name='timing', native_enum=False, create_constraint=True, length=24), nullable=False, server_default='before'))
        batch.add_column(sa.Column('opens_days', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('closes_days', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('submissions') as batch:
        batch.add_column(sa.Column('digest', sa.Text(), nullable=True))
    # What stands was begun on what is published: nothing could be replaced after that.
    op.execute(
        'UPDATE submissions SET digest = (SELECT q.digest FROM questionnaires q '
        'WHERE q.id = submissions.questionnaire_id)'
    )
    with op.batch_alter_table('submissions') as batch:
        batch.alter_column('digest', existing_type=sa.Text(), nullable=False)
        batch.create_foreign_key(batch.f('fk_submissions_digest_definitions'), 'definitions', ['digest'], ['digest'])

    name_the_questionnaire(op.get_bind())


def name_the_questionnaire(connection: sa.Connection) -> None:
    """A mailing that asks to prepare was about the only questionnaire of its meeting."""
    rows = connection.execute(
        sa.select(MAILINGS.c.id, MAILINGS.c.audience, sa.func.min(QUESTIONNAIRES.c.key))
        .join(QUESTIONNAIRES, QUESTIONNAIRES.c.meeting_id == MAILINGS.c.meeting_id)
        .where(MAILINGS.c.kind.in_(ABOUT_A_QUESTIONNAIRE))
        .group_by(MAILINGS.c.id)
    ).all()
    for mailing, audience, key in rows:
        connection.execute(
            sa.update(MAILINGS)
            .where(MAILINGS.c.id == mailing)
            .values(audience={**audience, 'questionnaire': key})
        )


def downgrade() -> None:
    with op.batch_alter_table('submissions') as batch:
        batch.drop_constraint(batch.f('fk_submissions_digest_definitions'), type_='foreignkey')
        batch.drop_column('digest')
    with op.batch_alter_table('questionnaires') as batch:
        batch.drop_column('closes_at')
        batch.drop_column('opens_at')
        batch.drop_column('closes_days')
        batch.drop_column('opens_days')
        batch.drop_constraint(batch.f('ck_questionnaires_timing'), type_='check')
        batch.drop_column('timing')
