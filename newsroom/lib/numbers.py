"""Numbers as addresses and forms send them."""

LARGEST = 2**63 - 1  # what a number of a row can be


def row_number(text: str | None) -> int:
    """The number of a row that a text names; 0, which none has, for whatever can be none."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if number <= LARGEST else 0
