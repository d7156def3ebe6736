"""The request as views see it behind the access gate."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from trainingops.people.authority import Authority
from trainingops.people.models import User


class SignedInRequest(HttpRequest):
    """For annotations: what the middleware has put on the request of somebody who is signed in."""

    user: User
    authority: Authority
    now: datetime


def uuid_of(text: str) -> UUID | None:
    """The id in the parameter of an address; None for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        return None
