"""What the rest of the house may want to hear of."""

from django.dispatch import Signal

# An edition that readers have is announced, once. Sent in the transaction that marks it, so that what a receiver
# writes stands or falls with the mark. Arguments: `edition`.
edition_announced = Signal()

# A row of a registry was merged into another, in whose transaction this is sent; the old row goes when all have heard
# of it. Arguments: `kind` ("company", "policy", "source"), `old` (the number that is gone), `into` (the row),
# `editions` (the numbers of those that something was projected of with the old one).
registry_merged = Signal()

# What uses a row of a registry? Receivers answer with a list of `reports.using.Use`. Arguments: `kind`, `row`.
registry_uses = Signal()
