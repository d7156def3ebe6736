"""The same form sent twice acts once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.contrib.messages.storage.base import BaseStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from trainingops.audit.idempotency import answer_once, content_of, sent_once
from trainingops.audit.journal import record, service
from trainingops.audit.models import Entry, IdempotencyKey
from trainingops.domain import Refused
from trainingops.people.models import Site
from trainingops.people.tests.factories import SiteFactory, UserFactory

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Said(BaseStorage):
    """Messages kept for the length of a test."""

    def _get(self, *_args, **_kwargs):
        return [], True

    def _store(self, messages, _response, *_args, **_kwargs):
        return []


def request_of(user, **given):
    request = RequestFactory().post("/sites/", {"once": "k", **given})
    request.user, request.now = user, NOW
    request._messages = Said(request)
    return request


@service
def add_site(user) -> Site:
    site = SiteFactory()
    record("site.added", subject=site, actor=user, now=NOW)
    return site


@sent_once
def view(request) -> HttpResponse:
    return HttpResponseRedirect(f"/sites/{add_site(request.user).pk}/")


def test_the_second_request_gets_the_first_address_and_is_told(db):
    user = UserFactory()
    first, again = view(request_of(user, name="a")), request_of(user, name="a")
    assert view(again).url == first.url
    assert Site.objects.count() == 1
    assert [message.level_tag for message in again._messages] == ["info"]


def test_other_content_under_the_same_key_is_another_form(db):
    """Back, another word, sent again: nothing that was typed is lost."""
    user = UserFactory()
    for name in ("a", "b", "a"):
        view(request_of(user, name=name))
    assert Site.objects.count() == 3


def test_keys_of_two_people_are_apart_and_without_a_key_each_request_acts(db):
    for user in (UserFactory(), UserFactory()):
        view(request_of(user))
    for _each in range(2):
        view(request_of(UserFactory(), once=""))
    assert Site.objects.count() == 4


def test_content_is_address_fields_and_files_but_not_key_and_token():
    def of(path="/a/", content=b"x", **given):
        return content_of(RequestFactory().post(path, {"file": SimpleUploadedFile("a.csv", content), **given}))

    assert of(once="1", csrfmiddlewaretoken="2") == of(once="3", csrfmiddlewaretoken="4")
    assert len({of(), of(path="/a/?n=2"), of(content=b"y"), of(name="b")}) == 4


def test_a_refused_form_may_be_sent_again(db):
    user = UserFactory()

    @sent_once
    def refuse(_request):
        raise Refused("no")

    with pytest.raises(Refused, match="no"):
        refuse(request_of(user))
    assert not IdempotencyKey.objects.exists()
    view(request_of(user))
    assert Site.objects.count() == 1


@pytest.mark.parametrize("answer", [HttpResponse("errors", status=422), HttpResponseRedirect("/password/")])
def test_an_answer_that_did_nothing_leaves_the_key_unused(db, answer):
    request = request_of(UserFactory())
    assert sent_once(lambda _request: answer)(request) is answer
    assert not IdempotencyKey.objects.exists()


def test_entries_of_a_refused_step_are_not_kept_by_the_request_around_it(db):
    user = UserFactory()

    @service
    def half(user):
        add_site(user)
        raise Refused("no")

    @sent_once
    def survive(request):
        with pytest.raises(Refused):
            half(request.user)
        return view(request_of(request.user, once=""))

    survive(request_of(user))
    assert (Site.objects.count(), Entry.objects.filter(verb="site.added").count()) == (1, 1)


def test_two_at_once_act_once(committed_db):
    user = UserFactory()
    answers = []

    def send():
        try:
            made = answer_once(
                request=request_of(user), key="k", content="c", act=lambda: view(request_of(user, once=""))
            )
            answers.append(made.url)
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
