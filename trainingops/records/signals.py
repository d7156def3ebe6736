"""What the stages above learn from this room; sent inside the transaction."""

from django.dispatch import Signal

#: A record is made and sealed. ``record``, ``now``.
record_produced = Signal()
