"""The sweep that throws uploads away when their time is over."""

from celery import shared_task
from django.utils import timezone

from trainingops.imports.services import expire_uploads


@shared_task
def sweep_uploads() -> None:
    expire_uploads(now=timezone.now())
