"""Times as clocks on a wall show them, which a zone may skip or show twice when its clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def readings(shown: datetime, zone: ZoneInfo) -> list[datetime]:
    """
    The moments (in the zone) at which its clocks show a naive time: one; none in a gap; two in a fold, earlier first.

    A gap and a fold are what PEP 495 calls so: clocks put forward and back.
    """
    both = [shown.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    real = [moment for moment in both if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == shown]
    if len(real) == 2 and real[0].utcoffset() == real[1].utcoffset():
        return real[:1]
    return real


def gap_around(shown: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Of a time that clocks skip, what they show just before they are put forward, and what next (both naive)."""
    before = shown.replace(tzinfo=zone, fold=0).utcoffset() or timedelta(0)
    after = shown.replace(tzinfo=zone, fold=1).utcoffset() or timedelta(0)
    low, high = (shown - timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC), (shown + timedelta(days=1))
    high = high.replace(tzinfo=zone).astimezone(UTC)
    while high - low > timedelta(seconds=1):  # to the second; zones change at whole ones
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    change = (high + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=None)
    return change + before, change + after
