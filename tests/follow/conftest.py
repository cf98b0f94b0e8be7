"""What tests of following share."""

from datetime import timedelta

import pytest
from django.utils import timezone


@pytest.fixture
def later(time_machine):
    """`later(timedelta(hours=2))`: it is that much later. It begins tomorrow at six, so that hours stay in one day."""
    tomorrow = timezone.now() + timedelta(days=1)
    time_machine.move_to(tomorrow.replace(hour=6, minute=0, second=0))
    return lambda time: time_machine.move_to(timezone.now() + time)
