"""What the clock does with the journal and with the keys of forms."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from trainingops.audit.models import IdempotencyKey
from trainingops.audit.sealing import seal_entries

#: A page may stand open over a weekend.
KEYS_KEPT = timedelta(days=7)


@shared_task
def sweep_seals() -> None:
    """Seal committed entries, every 2 seconds."""
    seal_entries(now=timezone.now())


@shared_task
def sweep_keys() -> None:
    """Forget the keys of forms that nobody sends a second time any more, once an hour."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEYS_KEPT).delete()
