"""Addresses of mail: one spelling for each mailbox, as far as that can be told from outside."""

from django.utils.encoding import punycode

from newsroom.lib.text import UNSEEN, one_line

LONGEST = 1000  # characters, of which some are not seen; an address has 254 (RFC 5321 §4.5.3.1.3)


def one_spelling(email: str) -> str:
    """
    The address without spaces and characters that nobody sees, its domain in ASCII and lower case (IDNA, RFC 5891).

    What is before the @ keeps its case, which only its own server may ignore (RFC 5321 §2.4). Text that is no address
    comes back as readable as it was; what is too long for one comes back at once, as encoding it takes quadratic time.
    """
    if len(email) > LONGEST:
        return email
    local, at, domain = one_line(UNSEEN.sub("", email)).rpartition("@")
    if not at:
        return domain
    try:
        return f"{local}{at}{punycode(domain).lower()}"
    except UnicodeError:
        return f"{local}{at}{domain.lower()}"
