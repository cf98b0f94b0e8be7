"""What the rest of the house may want to hear of."""

from django.dispatch import Signal

# An edition that readers have is announced, once. Sent in the transaction that marks it, so that what a receiver
# writes stands or falls with the mark. Arguments: `edition`.
edition_announced = Signal()
