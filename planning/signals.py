"""What the planning stage tells the stages above it; sent with ``.send`` inside the transaction."""

from django.dispatch import Signal

#: A revision was approved. Arguments: ``revision``, ``superseded`` (the approved revision before, or None),
#: ``actor``, ``now``. The sessions stage creates, moves or cancels training sessions by their uuid.
revision_approved = Signal()

#: A plan was cancelled before it began. Arguments: ``plan``, ``reason``, ``actor``, ``now``.
plan_cancelled = Signal()

#: Targets of the approved revision changed their batch, without a new revision. Arguments: ``revision``, ``actor``,
#: ``now``. The sessions stage enrols them where they belong now.
targets_moved = Signal()

#: A plan was handed over to another PIC, who is ``plan.pic`` now. Arguments: ``plan`` (locked), ``before``, ``actor``,
#: ``now``. What its PIC answers for in the stages above goes along.
plan_handed_over = Signal()

#: A plan reached its next state. Arguments: ``plan`` (locked, with the new state), ``actor`` (or None), ``now``.
plan_advanced = Signal()
