"""
Signed time stamps for forms on cached pages: when the form was made, and for what.

They stand where a CSRF token would: a token needs a cookie, and a page with a cookie is in no cache.
"""

import re
import time
from datetime import timedelta
from enum import Enum

from django.core import signing

TOO_FAST = timedelta(seconds=3)
TOO_OLD = timedelta(hours=24)
# As forms write it. Two copies of a page that differ in nothing else are the same page (reports/caching.py).
FIELD = re.compile(rb'name="stamp"\s+value="[^"]*"')


class Age(Enum):
    FINE = "fine"
    EARLY = "early"
    LATE = "late"
    FORGED = "forged"


def stamp(form: str, subject: object) -> str:
    """A stamp of now for one form on one subject, such as ("comment", report.pk)."""
    return signing.dumps([str(subject), round(time.time() * 1000)], salt=f"newsroom.stamp.{form}")


def age(value: str, form: str, subject: object) -> Age:
    """
    How a stamp that came back is to be taken.

    EARLY is under 3 seconds, when nobody has typed anything yet; LATE over 24 hours; FORGED anything that was not
    made here for this form and subject.
    """
    try:
        signed, milliseconds = signing.loads(value, salt=f"newsroom.stamp.{form}")
    except signing.BadSignature:
        return Age.FORGED
    if signed != str(subject):
        return Age.FORGED
    passed = timedelta(milliseconds=time.time() * 1000 - milliseconds)
    if passed < TOO_FAST:
        return Age.EARLY
    return Age.LATE if passed > TOO_OLD else Age.FINE
