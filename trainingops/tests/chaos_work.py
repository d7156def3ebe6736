# ruff: noqa: E402, T201 - a script: Django is set up first, and what it prints is its answer
"""The work of the chaos test, in a process of its own: orders records and archives while everything is being killed.

Prints what was ordered as JSON. An answer may be lost with the database's connection, so an order whose answer did not
come is looked up before it is given again, as a person would look at the page again.
"""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from trainingops.audit.journal import service
from trainingops.people.models import Site, User
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Archive, EvidenceRecord, EvidenceRequest
from trainingops.records.services import request_archive, request_evidence


@service
def order(*, title, site, actor, now):
    """An appointment on paper, ordered as a stage orders it."""
    request_evidence(
        kind="appointment",
        subject=site,
        title=title,
        payload={"title": title, "duties": [], "ident": [], "signatures": []},
        evidence_date=now.date(),
        actor=actor,
        now=now,
        site=site,
    )


def surely(act, is_done):
    """Do ``act`` until it is known to be done."""
    while True:
        try:
            close_old_connections()
            if is_done():
                return
            act()
            return
        except DatabaseError:
            time.sleep(0.2)


def main(seconds: float, pause: float) -> None:
    """Order for ``seconds``, with a ``pause`` after each record."""
    ContentType.objects.clear_cache()
    site: Site = SiteFactory()
    auditor: User = make_user("auditor")
    titles, archives = ["Penunjukan 0"], 0
    order(title=titles[0], site=site, actor=auditor, now=timezone.now())
    while not EvidenceRecord.objects.exists():  # an archive needs one
        time.sleep(0.1)
    print("begun", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end or not archives:
        title = f"Penunjukan {len(titles)}"
        surely(
            lambda title=title: order(title=title, site=site, actor=auditor, now=timezone.now()),
            lambda title=title: EvidenceRequest.objects.filter(title=title).exists(),
        )
        titles.append(title)
        if len(titles) % 6 == 0:
            archives += 1
            surely(
                lambda: request_archive(chosen=EvidenceFilter(), actor=auditor, now=timezone.now()),
                lambda wanted=archives: Archive.objects.count() >= wanted,
            )
        time.sleep(pause)
    print(json.dumps({"titles": titles, "archives": archives}))


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
