"""What workers do with evidence."""

from functools import partial

from celery import shared_task
from django.utils import timezone

from trainingops.jobs.wake import send
from trainingops.records.models import EvidenceRequest
from trainingops.records.services import expire_archives, letting_go, produce_record
from trainingops.records.services.production import hand_out_requests


@shared_task
def produce_evidence(request_id: int) -> None:
    """Make one record; does nothing when it is made or somebody makes it."""
    request = EvidenceRequest.objects.filter(pk=request_id).first()
    if request is not None:
        produce_record(request=request, now=timezone.now())


@shared_task
def sweep_requests() -> None:
    """Hand out requests that no worker carries on, and let old archives go."""
    now = timezone.now()
    hand_out_requests(send=partial(send, produce_evidence), now=now)
    expire_archives(now=now)


@shared_task
def sweep_files() -> None:
    """Let go of the bytes of what was removed and nothing keeps any more."""
    letting_go.sweep(now=timezone.now())
