"""What the rest of the house may want to hear of."""

from django.dispatch import Signal

# An edition that readers have is announced, once. Sent in the transaction that marks it, so that what a receiver
# writes stands or falls with the mark. Arguments: `edition`.
edition_announced = Signal()

# A row of a registry was merged into another, in whose transaction this is sent; the old row goes when all have heard
# of it. Arguments: `kind` ("company", "policy"), `old` (the number that is gone), `into` (the row), `editions` (those
# that have the old number, as rows).
registry_merged = Signal()

# What uses a row of a registry? Receivers answer with a list of `reports.registry.Use`. Arguments: `kind`, `row`.
registry_uses = Signal()
