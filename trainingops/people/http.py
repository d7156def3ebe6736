"""The request as views see it behind the access gate."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from trainingops.people.authority import Authority
from trainingops.people.models import User


class SignedInRequest(HttpRequest):
    """For annotations: what the middleware has put on the request of somebody who is signed in."""

    user: User
    authority: Authority
    now: datetime
