"""The states of a person, and the conditions by which lists leave out whom they must.

They are not a column: a coordinator makes somebody inactive and active again, and who is merged
has become somebody else, active or not (`merged_into_id`).
"""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.models import Person

# One of us: gets what is sent, stands in every list that somebody is chosen from, counts.
WITH_US = sa.and_(Person.active, Person.merged_into_id.is_(None))
# Still a person of their own, active or not.
NOT_MERGED = Person.merged_into_id.is_(None)


def is_with_us(person: Person) -> bool:
    """As `WITH_US`, for a person at hand."""
    return person.state == "active"
