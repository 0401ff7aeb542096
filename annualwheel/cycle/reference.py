"""The reference data a new installation begins with.

The region can change it, and fills in the 13 goals itself: we do not know their wording.
"""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Category, FocusArea

CATEGORIES = (
    ("region", "Region", "Region"),
    ("kommun", "Kommun", "Municipality"),
    ("myndighet", "Statlig myndighet", "State agency"),
    ("universitet", "Universitet och forskning", "University and research"),
    ("kluster", "Kluster", "Cluster"),
    ("naringsliv", "Näringslivsorganisation", "Business organisation"),
    ("ideburen", "Idéburen sektor", "Civil society"),
    ("annan", "Annan regional aktör", "Other regional actor"),
)
FOCUS_AREAS = (
    ("livsvillkor", "Förbättra livsvillkoren", "Improve living conditions"),
    ("kompetens", "Höja kompetensen", "Raise skills"),
    ("platser", "Utveckla attraktiva platser", "Develop attractive places"),
    ("konkurrenskraft", "Stärka konkurrenskraften", "Strengthen competitiveness"),
)


def ensure() -> None:
    """Adds the kinds of organisation and the focus areas where there are none."""
    for table, rows in ((Category, CATEGORIES), (FocusArea, FOCUS_AREAS)):
        if db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0:
            for position, (key, sv, en) in enumerate(rows, 1):
                db.session.add(table(key=key, position=position, sv=sv, en=en))
    db.session.flush()
