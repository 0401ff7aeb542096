"""Who began a mailing as an account instead of a name; which text a mail was written from

Revision ID: 0005
Revises: 0004
"""
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ACTOR = sa.Enum('participant', 'staff', 'system', name='actor_kind', native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    with op.batch_alter_table('messages') as batch:
        batch.add_column(sa.Column('text_version', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('mailings') as batch:
        batch.alter_column('by', new_column_name='by_name', existing_type=sa.Text(), existing_nullable=False)
        batch.add_column(sa.Column('actor_kind', ACTOR, nullable=False, server_default='system'))
        batch.add_column(sa.Column('staff_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(batch.f('fk_mailings_staff_id_staff'), 'staff', ['staff_id'], ['id'])
    _find_accounts()


def _find_accounts() -> None:
    """Puts the account in place of its name.

    The trail knows who confirmed a mailing, whatever the account is called now. Without a trail the
    name decides, where one account alone has it. A name that leads to no account stays as it is.
    """
    connection = op.get_bind()
    accounts: dict[str, list[int]] = {}
    for number, name in connection.execute(sa.text("SELECT id, name FROM staff")):
        accounts.setdefault(name, []).append(number)
    known = {number for several in accounts.values() for number in several}
    rows = connection.execute(sa.text("SELECT id, by_name FROM mailings WHERE by_name <> ''")).all()
    confirmed = _confirmed(connection)
    for number, name in rows:
        named = accounts.get(name, [])
        found = confirmed.get(number)
        if found not in known:
            found = named[0] if len(named) == 1 else None
        values = {"id": number, "staff": found}
        connection.execute(sa.text("UPDATE mailings SET actor_kind = 'staff', staff_id = :staff WHERE id = :id"), values)
        if found is not None:
            connection.execute(sa.text("UPDATE mailings SET by_name = '' WHERE id = :id"), {"id": number})


def _confirmed(connection: sa.Connection) -> Mapping[int, int]:
    """The account that confirmed each mailing, as the trail has it."""
    rows = connection.execute(sa.text("SELECT subject_id, actor_id FROM audit WHERE verb = 'mailing_confirmed' "
                                      "AND subject_kind = 'mailings' AND actor_kind = 'staff'"))
    return {row.subject_id: row.actor_id for row in rows}


def downgrade() -> None:
    op.execute("UPDATE mailings SET by_name = (SELECT name FROM staff WHERE staff.id = mailings.staff_id) WHERE staff_id IS NOT NULL")
    with op.batch_alter_table('mailings') as batch:
        batch.drop_constraint(batch.f('fk_mailings_staff_id_staff'), type_='foreignkey')
        batch.drop_constraint(batch.f('ck_mailings_actor_kind'), type_='check')
        batch.drop_column('staff_id')
        batch.drop_column('actor_kind')
        batch.alter_column('by_name', new_column_name='by', existing_type=sa.Text(), existing_nullable=False)
    with op.batch_alter_table('messages') as batch:
        batch.drop_column('text_version')
