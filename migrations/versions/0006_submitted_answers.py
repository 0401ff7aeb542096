"""One row for each answer of the latest submitted versions, and the language of a version

The rows are made here from the stored versions, by code of this file alone: what the application
has for it will change, and this step must give the same rows in ten years. `flask --app wsgi
answers rebuild` makes them anew as the application has them then.

Revision ID: 0006
Revises: 0005
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

BATCH = 100
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')
VALUE = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=Text()), 'postgresql')


def language(default=None):
    kind = sa.Enum('sv', 'en', name='language', native_enum=False, create_constraint=True, length=24)
    return sa.Column('language', kind, nullable=False, server_default=default)


def upgrade() -> None:
    with op.batch_alter_table('submission_versions') as batch:
        batch.add_column(language('sv'))

    op.create_table('submitted_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('section', sa.Text(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('initiative_id', sa.Integer(), nullable=True),
    sa.Column('carried', sa.Text(), nullable=False),
    sa.Column('theme', sa.Text(), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('option', sa.Text(), nullable=False),
    language(),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('value', VALUE, nullable=True),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiatives.id'], name=op.f('fk_submitted_answers_initiative_id_initiatives')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_submitted_answers_meeting_id_meetings')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_submitted_answers_person_id_persons')),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_submitted_answers_submission_id_submissions')),
    sa.ForeignKeyConstraint(['version_id'], ['submission_versions.id'], name=op.f('fk_submitted_answers_version_id_submission_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submitted_answers')),
    sa.UniqueConstraint('submission_id', 'position', name=op.f('uq_submitted_answers_submission_id_position'))
    )
    fill(op.get_bind())
    # After the rows: an index that is there already costs something for each of them.
    with op.batch_alter_table('submitted_answers') as batch:
        batch.create_index(batch.f('ix_submitted_answers_initiative_id'), ['initiative_id'], unique=False)
        batch.create_index(batch.f('ix_submitted_answers_person_id'), ['person_id'], unique=False)
        batch.create_index(batch.f('ix_submitted_answers_version_id'), ['version_id'], unique=False)
        batch.create_index('ix_submitted_answers_question', ['meeting_id', 'question'], unique=False)
        batch.create_index('ix_submitted_answers_theme', ['meeting_id', 'theme'], unique=False)


def downgrade() -> None:
    op.drop_table('submitted_answers')
    with op.batch_alter_table('submission_versions') as batch:
        batch.drop_constraint(batch.f('ck_submission_versions_language'), type_='check')
        batch.drop_column('language')


def fill(connection) -> None:
    """Who submitted in which language is not known of what is there: it is taken to be their own."""
    versions, persons = VERSIONS.c, PERSONS.c
    own = sa.select(persons.language).where(persons.id == versions.by_id).scalar_subquery()
    connection.execute(sa.update(VERSIONS).values(language=own))
    last = 0
    while batch := connection.execute(latest_after(last)).all():
        last = batch[-1].submission_id
        initiatives = initiatives_of(connection, [version.submission_id for version in batch])
        if rows := [row for version in batch for row in rows_of(version, initiatives)]:
            connection.execute(sa.insert(ANSWERS), rows)


VERSIONS = sa.table('submission_versions', sa.column('id'), sa.column('submission_id'), sa.column('number'),
                    sa.column('content', JSON), sa.column('by_id'), sa.column('language'))
PERSONS = sa.table('persons', sa.column('id'), sa.column('language'))
SUBMISSIONS = sa.table('submissions', sa.column('id'), sa.column('questionnaire_id'), sa.column('person_id'))
QUESTIONNAIRES = sa.table('questionnaires', sa.column('id'), sa.column('meeting_id'))
ITEMS = sa.table('items', sa.column('submission_id'), sa.column('public_id'), sa.column('initiative_id'))
ANSWERS = sa.table('submitted_answers', *(sa.column(name) for name in (
    'meeting_id', 'submission_id', 'version_id', 'person_id', 'position', 'section', 'item', 'initiative_id', 'carried',
    'theme', 'area', 'question', 'kind', 'option', 'language', 'text')), sa.column('value', VALUE))


def latest_after(last):
    """The latest version of each of the submissions that follow."""
    newest = (
        sa.select(VERSIONS.c.submission_id, sa.func.max(VERSIONS.c.number).label('number'))
        .group_by(VERSIONS.c.submission_id).subquery()
    )
    return (
        sa.select(VERSIONS.c.id, VERSIONS.c.submission_id, VERSIONS.c.content, VERSIONS.c.language,
                  SUBMISSIONS.c.person_id, QUESTIONNAIRES.c.meeting_id)
        .join(newest, sa.and_(newest.c.submission_id == VERSIONS.c.submission_id, newest.c.number == VERSIONS.c.number))
        .join(SUBMISSIONS, SUBMISSIONS.c.id == VERSIONS.c.submission_id)
        .join(QUESTIONNAIRES, QUESTIONNAIRES.c.id == SUBMISSIONS.c.questionnaire_id)
        .where(VERSIONS.c.submission_id > last)
        .order_by(VERSIONS.c.submission_id)
        .limit(BATCH)
    )


def initiatives_of(connection, ids):
    rows = connection.execute(
        sa.select(ITEMS.c.submission_id, ITEMS.c.public_id, ITEMS.c.initiative_id).where(ITEMS.c.submission_id.in_(ids))
    )
    return {(submission_id, public_id): initiative_id for submission_id, public_id, initiative_id in rows}


def rows_of(version, initiatives):
    """The rows of one version. Before the first initiative could go on from the year before, a group had no
    `ended` and its items no `carried`."""
    asked = {question['key']: question for question in version.content.get('questions', ())}
    position = 0
    for section, item, carried, answer in answers_of(version.content):
        question = asked.get(answer['question'], {})
        for option in answer.get('chosen') or (None,):
            position += 1
            key = option['key'] if option else ''
            theme = section['theme']['key'] if section.get('theme') else ''
            if not theme and question.get('source') == 'themes':
                theme = key
            yield {
                'meeting_id': version.meeting_id,
                'submission_id': version.submission_id,
                'version_id': version.id,
                'person_id': version.person_id,
                'position': position,
                'section': section['key'],
                'item': item,
                'initiative_id': initiatives.get((version.submission_id, item)),
                'carried': carried,
                'theme': theme,
                'area': key if question.get('source') == 'focus_areas' else '',
                'question': answer['question'],
                'kind': question.get('type', ''),
                'option': key,
                'language': version.language,
                'text': option['label'][version.language] if option else text_of(answer),
                'value': answer.get('value'),
            }


def answers_of(content):
    for section in content.get('sections', ()):
        group = section.get('group') or {}
        for answer in section.get('answers', ()):
            yield section, '', '', answer
        for item in group.get('items', ()):
            for answer in item.get('answers', ()):
                yield section, item['public_id'], item.get('carried', 'new'), answer
        for item in group.get('ended', ()):
            for answer in item.get('answers', ()):
                yield section, item['public_id'], 'ended', answer


def text_of(answer):
    value = answer.get('value')
    if value is None or 'chosen' in answer:
        return ''
    if isinstance(value, dict) and value.keys() == {'from', 'to'}:
        begins, ends = value['from'], value['to']
        return str(begins) if begins == ends else f"{begins}–{'' if ends is None else ends}"
    return str(value)
