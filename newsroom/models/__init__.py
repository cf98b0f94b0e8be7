"""The rows of the room itself: the search index, what surrounds an issue on the desk, and the staff's acts."""

from newsroom.models.desk import CheckedLink, Presence, PreviewLink, digest_of
from newsroom.models.index import (
    DAY_BITS,
    FIRST_COMPANY,
    FIRST_POLICY,
    FIRST_STORY,
    LAST_POSITION,
    Entry,
    Indexed,
    Name,
    Terms,
    TermsField,
    fitting,
    place_at,
)
from newsroom.models.staff import Act, DeskSession

__all__ = [
    "DAY_BITS",
    "FIRST_COMPANY",
    "FIRST_POLICY",
    "FIRST_STORY",
    "LAST_POSITION",
    "Act",
    "CheckedLink",
    "DeskSession",
    "Entry",
    "Indexed",
    "Name",
    "Presence",
    "PreviewLink",
    "Terms",
    "TermsField",
    "digest_of",
    "fitting",
    "place_at",
]
