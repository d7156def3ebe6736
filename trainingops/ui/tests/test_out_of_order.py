"""What a page says while the machine is out of order."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client

from trainingops.people.tests.factories import make_user, sign_in


@pytest.mark.django_db
@pytest.mark.parametrize("error, status", [(OperationalError("starting up"), 503), (RuntimeError("ours"), 500)])
def test_a_database_that_does_not_answer_is_503_and_says_to_send_again(error, status):
    client = Client(raise_request_exception=False)
    sign_in(client, make_user("manager"))

    def broken(*args, **kwargs):
        raise error

    with connection.execute_wrapper(broken):
        answer = client.get("/")
    assert answer.status_code == status
    assert (answer.headers.get("Retry-After") == "10") is (status == 503)
    assert b"<h1" in answer.content
