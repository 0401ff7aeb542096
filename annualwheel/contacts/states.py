"""The states of a person, and the conditions by which lists leave people out.

They are not a column: a coordinator makes a person inactive and active again, and a merged person
has become another person, active or not (`merged_into_id`).
"""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.models import Person

# Active and not merged: gets what is sent, is in every list that people are chosen from, counts.
WITH_US = sa.and_(Person.active, Person.merged_into_id.is_(None))
# Still a person of their own, active or not.
NOT_MERGED = Person.merged_into_id.is_(None)


def is_with_us(person: Person) -> bool:
    """As `WITH_US`, for a person who has been loaded."""
    return person.state == "active"
