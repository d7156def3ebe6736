"""What the reporting stage tells evaluation; sent with ``.send`` inside the transaction."""

from django.dispatch import Signal

#: A report was not submitted by its due time. Arguments: ``obligation``, ``now``.
obligation_breached = Signal()

#: A report version was submitted. Arguments: ``version``, ``actor``, ``now``.
report_submitted = Signal()
