"""The Swedish alphabet.

SQLite has no Swedish collation, and PostgreSQL only where it was built with ICU, so names are
sorted here.
"""

from __future__ import annotations

import unicodedata

from annualwheel.wording.cleaning import one_line

# å, ä and ö come after z in Swedish. They are replaced by the three characters after z in ASCII, so
# that any comparison by code points sorts them right.
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y"})


def swedish(text: str) -> tuple[str, str]:
    """A sort key for Swedish.

    å ä ö last, é with e, ü with y, v before w (SAOL since 2006), capitals with small letters.

    The text itself is the second part, so that texts with equal letters always come in one order.
    """
    letters = one_line(text).casefold().translate(_LAST_LETTERS)
    # Accents go after å, ä and ö have been replaced: taken apart, they would sort as a and o.
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c)
    )
    return bare, text
