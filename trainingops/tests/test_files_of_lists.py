"""Every list of the product gives its filtered rows as Excel (EXP-1)."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from trainingops.access import ACCESS
from trainingops.people.tests.factories import sign_in
from trainingops.tests.test_words import chosen

pytestmark = [pytest.mark.django_db, pytest.mark.point("EXP-1"), pytest.mark.usefixtures("house")]

#: Lists without a file, and why.
WITHOUT = {
    "delegation_list": "a handful of one's own, each with its letter",
    "shift_code_list": "the legend travels with the file of the roster",
    "team_list": "teams stand in the file of the people",
    "place_list": "three short lists to keep, no rows to work on",
    "class_type_list": "a handful of words to keep",
    "plan_template_list": "forms to begin a plan from",
    "outbox_list": "mail that waits, for the operator alone",
    "import_list": "one's own imports; each has its preview and the file of its errors",
    "inbox": "notices to one reader",
}
#: Pages that are lists without the name of one.
ALSO = {"plan_approvals", "module_standard"}
_FILE = re.compile(r'href="[^"]*(?:export|people/download)[^"]*"')


def test_every_list_has_its_file_or_a_reason_why_not():
    found: dict[str, bool] = {}
    for user in chosen():
        client = Client()
        sign_in(client, user)
        for name, rule in ACCESS.items():
            if (
                not (name.endswith(("_list", "inbox")) or name in ALSO)
                or found.get(name)
                or not rule.allows(user.authority.role_names, "GET")
            ):
                continue
            try:
                page = client.get(reverse(name))
            except NoReverseMatch:
                continue
            if page.status_code == 200 and page.get("Content-Type", "").startswith("text/html"):
                found[name] = bool(_FILE.search(page.content.decode()))
    missing = {name for name, has in found.items() if not has}
    assert missing == set(WITHOUT) & set(found), missing ^ (set(WITHOUT) & set(found))
    assert len(found) > 25 and set(found) > ALSO
