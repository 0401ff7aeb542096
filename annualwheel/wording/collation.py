"""The Swedish alphabet.

Neither database brings a Swedish collation everywhere, so names are sorted here.
"""

from __future__ import annotations

import unicodedata

# The three characters after z in ASCII stand in for å, ä and ö, the three letters after z in
# Swedish.
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y"})


def swedish(text: str) -> tuple[str, str]:
    """A sort key for Swedish.

    å ä ö last, é with e, ü with y, v before w (SAOL since 2006), capitals with small letters.

    The text itself is the second part, so that equal letters still come in one settled order.
    """
    letters = unicodedata.normalize("NFC", text.strip().casefold()).translate(_LAST_LETTERS)
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c)
    )
    return bare, text
