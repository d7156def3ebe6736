"""What workers do with the outbox."""

from celery import shared_task

from trainingops.jobs.clock import agreed_now
from trainingops.jobs.wake import wake
from trainingops.notifications.mail import send_outbox
from trainingops.notifications.queries import mail_waits
from trainingops.notifications.services import forget_old, write_digests


@shared_task
def deliver_mail() -> None:
    """Send everything that is due, batch by batch."""
    while send_outbox(now=agreed_now()):
        pass


@shared_task
def sweep_outbox() -> None:
    """Wake a worker when mail is due: the clock itself never talks to a mail server."""
    if mail_waits(now=agreed_now()):
        wake(deliver_mail)


@shared_task
def sweep_digests() -> None:
    """Every minute: the daily summaries that are due, and what a sweep that died left to be told."""
    write_digests(now=agreed_now())


@shared_task
def sweep_notices() -> None:
    """Once a day: forget notices and sent mails that are older than we keep them."""
    forget_old(now=agreed_now())
