"""What the room of people tells the rooms above it; sent with ``.send`` inside the transaction."""

from django.dispatch import Signal

#: Somebody works at another place, came back or left. Arguments: ``people`` (their keys), ``actor``, ``now``.
places_changed = Signal()

#: Teams have other leaders. Arguments: ``teams`` (their keys), ``actor``, ``now``.
leaders_changed = Signal()

#: The days on which people are away changed: roster or long leave. Arguments: ``people`` (their keys), ``actor``,
#: ``now``.
absences_changed = Signal()

#: Somebody acts for an absent manager, or does no more. Arguments: ``delegation``, ``ended``, ``actor``, ``now``.
delegation_changed = Signal()
