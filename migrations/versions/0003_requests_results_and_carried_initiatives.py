"""What participants ask for, results, initiatives that go on from the year before

Revision ID: 0003
Revises: 0002
"""
import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('organisation_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Text(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=False),
    sa.Column('given', sa.Text(), nullable=False),
    sa.Column('family', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('language', sa.Enum('sv', 'en', name='language', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('asked', 'granted', 'refused', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_organisation_requests_by_id_staff')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_organisation_requests_meeting_id_meetings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_organisation_requests_public_id'))
    )
    with op.batch_alter_table('organisation_requests') as batch:
        batch.create_index(batch.f('ix_organisation_requests_meeting_id'), ['meeting_id'], unique=False)

    op.create_table('results',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('theme_key', sa.Text(), nullable=False),
    sa.Column('sv', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_results_meeting_id_meetings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_results')),
    sa.UniqueConstraint('meeting_id', 'theme_key', name=op.f('uq_results_meeting_id_theme_key'))
    )
    op.create_table('deletion_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'granted', 'refused', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_deletion_requests_by_id_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_deletion_requests_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deletion_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_deletion_requests_public_id'))
    )
    with op.batch_alter_table('deletion_requests') as batch:
        batch.create_index(batch.f('ix_deletion_requests_person_id'), ['person_id'], unique=False)

    op.create_table('change_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Text(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'granted', 'refused', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_change_requests_by_id_staff')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_change_requests_person_id_persons')),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_change_requests_submission_id_submissions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_change_requests_public_id'))
    )
    with op.batch_alter_table('change_requests') as batch:
        batch.create_index(batch.f('ix_change_requests_person_id'), ['person_id'], unique=False)
        batch.create_index(batch.f('ix_change_requests_submission_id'), ['submission_id'], unique=False)

    with op.batch_alter_table('items') as batch:
        batch.add_column(sa.Column('carried', sa.Enum('new', 'still', 'changed', 'ended', name='carried', native_enum=False, create_constraint=True, length=24), nullable=False, server_default='new'))

    with op.batch_alter_table('meetings') as batch:
        batch.add_column(sa.Column('results_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('members') as batch:
        batch.add_column(sa.Column('invited_by_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f('fk_members_invited_by_id_persons'), 'persons', ['invited_by_id'], ['id'])

    with op.batch_alter_table('persons') as batch:
        batch.add_column(sa.Column('link_version', sa.Integer(), nullable=False, server_default='1'))
        batch.add_column(sa.Column('feed_version', sa.Integer(), nullable=False, server_default='1'))



def downgrade() -> None:
    with op.batch_alter_table('persons') as batch:
        batch.drop_column('feed_version')
        batch.drop_column('link_version')

    with op.batch_alter_table('members') as batch:
        batch.drop_constraint(batch.f('fk_members_invited_by_id_persons'), type_='foreignkey')
        batch.drop_column('invited_by_id')

    with op.batch_alter_table('meetings') as batch:
        batch.drop_column('results_at')

    with op.batch_alter_table('items') as batch:
        # SQLite keeps the check when its column goes, and then refuses the table.
        batch.drop_constraint(batch.f('ck_items_carried'), type_='check')
        batch.drop_column('carried')

    with op.batch_alter_table('change_requests') as batch:
        batch.drop_index(batch.f('ix_change_requests_submission_id'))
        batch.drop_index(batch.f('ix_change_requests_person_id'))

    op.drop_table('change_requests')
    with op.batch_alter_table('deletion_requests') as batch:
        batch.drop_index(batch.f('ix_deletion_requests_person_id'))

    op.drop_table('deletion_requests')
    op.drop_table('results')
    with op.batch_alter_table('organisation_requests') as batch:
        batch.drop_index(batch.f('ix_organisation_requests_meeting_id'))

    op.drop_table('organisation_requests')
