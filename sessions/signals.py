"""What the sessions stage tells the stages above it; sent with ``.send`` inside the transaction."""

from django.dispatch import Signal

#: A session was scheduled (from an approval, or as a make-up class).
#: Arguments: ``training_session``, ``actor``, ``now``. The reporting stage makes its obligation.
session_scheduled = Signal()

#: An approved revision moved a session. Arguments: ``training_session``, ``old_ends_at``, ``actor``, ``now``.
session_rescheduled = Signal()

#: A meeting ended later than planned. Arguments: ``training_session``, ``last_end``, ``reason``, ``in_tolerance`` (so
#: little later that it is no deviation, and nobody was asked why), ``actor``, ``now``.
session_ended_later = Signal()

#: A session was cancelled. Arguments: ``training_session``, ``reason``, ``actor``, ``now``.
session_cancelled = Signal()

#: A session was concluded. Arguments: ``training_session``, ``actor``, ``now``. Reporting fills the draft,
#: evaluation registers training defects.
session_concluded = Signal()

#: Something recorded changed after a session was concluded. Arguments: ``training_session``, ``what`` ("attendance",
#: "scores" or "participants"), ``actor``, ``now``. Reporting owes the next version of a report that was submitted.
session_amended = Signal()

#: What the tests of a session say may have changed: it was concluded, a test was handed in late or marked, a score was
#: amended. Arguments: ``training_session``, ``now``. Evaluation computes questions and gain anew, outside the request.
tests_changed = Signal()

#: Every target of a plan is trained, waived or lapsed, or one of its cases was settled after that; it may be sent
#: again. Arguments: ``plan``, ``actor``, ``now``. Evaluation closes what waited for it.
targets_settled = Signal()

#: Whether the report on a session is in: then its scores and marks change as an amendment.
#: Arguments: ``training_session``. The reporting stage answers with a truth value.
report_asked = Signal()
