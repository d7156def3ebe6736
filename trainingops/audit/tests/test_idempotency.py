"""The same form sent twice acts once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from trainingops.audit.idempotency import run_once
from trainingops.audit.models import IdempotencyKey
from trainingops.people.models import Site
from trainingops.people.tests.factories import SiteFactory, UserFactory

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def make_site() -> str:
    return f"/sites/{SiteFactory().pk}/"


def test_second_request_gets_the_first_address(db):
    user = UserFactory()
    first = run_once(user=user, key="k", now=NOW, act=make_site)
    assert run_once(user=user, key="k", now=NOW, act=make_site) == first
    assert Site.objects.count() == 1


def test_keys_of_two_people_are_apart(db):
    for user in (UserFactory(), UserFactory()):
        run_once(user=user, key="k", now=NOW, act=make_site)
    assert Site.objects.count() == 2


def test_a_refused_form_may_be_sent_again(db):
    user = UserFactory()

    def refuse() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run_once(user=user, key="k", now=NOW, act=refuse)
    assert not IdempotencyKey.objects.exists()
    run_once(user=user, key="k", now=NOW, act=make_site)


def test_two_at_once_act_once(committed_db):
    user = UserFactory()
    answers = []

    def send():
        try:
            answers.append(run_once(user=user, key="k", now=NOW, act=make_site))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert Site.objects.count() == 1
