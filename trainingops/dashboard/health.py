"""Whether the process lives, and whether the site is ready to serve."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from trainingops.jobs.health import run_checks


def live(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("live\n", content_type="text/plain")


def ready(_request: HttpRequest) -> HttpResponse:
    """200 when every check is well, else 503 with the names of those that are not; no detail goes to the public."""
    try:
        connection.ensure_connection()
    except Exception:
        return JsonResponse({"ready": False, "failing": ["database"]}, status=503)
    failing = [name for name, found in run_checks(timezone.now()).items() if found]
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)
