"""The pure difference of two contents: field by field, material or not (APR-3, APR-5)."""

from __future__ import annotations

import copy

import pytest

from planning.difference import Change, difference

CONTENT = {
    "plan": {"number": "TR-2026-00001", "kind": "refreshment", "title": "KCA", "site": "jkt", "line": "in"},
    "purpose": "Belum seragam",
    "needs": [],
    "module": {"uuid": "m1", "code": "KCA", "version": "1.0", "title": "KCA"},
    "method": "offline",
    "application": "Simulator",
    "class_types": ["role_play"],
    "scheme": {
        "name": "Skema",
        "decimals": 2,
        "pass_mark": "80",
        "remedial_cap": None,
        "parameters": [
            {
                "uuid": "p1",
                "name": "Post",
                "weight": "60",
                "minimum": None,
                "maximum_score": "100",
                "source": "post_test",
            }
        ],
    },
    "pre_paper": {"uuid": "a", "code": "A"},
    "post_paper": {"uuid": "b", "code": "B"},
    "tolerance_minutes": 15,
    "recovery_days": 7,
    "recovery_forms": ["make_up"],
    "busy_reason": "",
    "sessions": [
        {
            "uuid": "s1",
            "label": "Batch 1",
            "host_site": "jkt",
            "trainers": ["t1"],
            "room": "Melati",
            "link": "",
            "meetings": [
                {"uuid": "g1", "starts_at": "2026-12-01T06:00:00+00:00", "ends_at": "2026-12-01T08:00:00+00:00"}
            ],
        }
    ],
    "targets": [{"person": "u1", "reason": "segment", "defects": [], "session": "s1"}],
    "recipients": [{"party": "qc", "user": "q1", "email_sha256": None}],
}


def changed(path, value):
    """The content with one value replaced."""
    content = copy.deepcopy(CONTENT)
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def test_equal_contents_do_not_differ():
    assert difference(CONTENT, copy.deepcopy(CONTENT)) == []


@pytest.mark.point("APR-3")
@pytest.mark.parametrize(
    ("path", "value", "field", "material"),
    [
        (["module"], {"uuid": "m2", "code": "KCA", "version": "2.0", "title": "KCA"}, "module", True),
        (["method"], "online", "method", True),
        (["application"], "Zoom", "application", True),
        (["scheme", "pass_mark"], "85", "pass_mark", True),
        (["scheme", "decimals"], 1, "scheme", True),
        (["scheme", "parameters", 0, "weight"], "50", "parameter", True),
        (["pre_paper"], {"uuid": "c", "code": "C"}, "pre_paper", True),
        (["post_paper"], None, "post_paper", True),
        (["sessions", 0, "trainers"], ["t2"], "trainers", True),
        (["sessions", 0, "room"], "Kenanga", "room", False),
        (["sessions", 0, "link"], "https://contoh.id", "link", False),
        (["sessions", 0, "label"], "Batch A", "label", False),
        (["recipients"], [], "recipient", False),
        (["purpose"], "Lain", "purpose", False),
        (["targets", 0, "session"], None, "batch", False),
    ],
)
def test_what_is_material_follows_the_list(path, value, field, material):
    """Module, date, method, application, trainer, scheme, mark, papers, targets are; room, link, batch are not."""
    found = difference(CONTENT, changed(path, value))
    assert [(each.field, each.material) for each in found] == [(field, material)]


def test_a_moved_meeting_is_one_change_and_a_longer_one_tells_the_duration():
    path = ["sessions", 0, "meetings", 0]
    moved = {"uuid": "g1", "starts_at": "2026-12-02T06:00:00+00:00", "ends_at": "2026-12-02T08:00:00+00:00"}
    longer = {**moved, "ends_at": "2026-12-02T08:30:00+00:00"}
    assert [each.field for each in difference(CONTENT, changed(path, moved))] == ["meeting"]
    found = difference(CONTENT, changed(path, longer))
    assert [(each.field, each.before, each.after) for each in found][1] == ("duration", 120, 150)


def test_people_are_matched_by_uuid():
    other = {"person": "u2", "reason": "segment", "defects": [], "session": "s1"}
    found = difference(CONTENT, changed(["targets"], [other]))
    assert [(each.kind, (each.before or each.after)["person"]) for each in found] == [
        ("removed", "u1"),
        ("added", "u2"),
    ]


def test_a_session_added_or_removed_is_material():
    assert difference(CONTENT, changed(["sessions"], []))[0] == Change(
        "session", "removed", CONTENT["sessions"][0], None, "s1"
    )
    assert difference(CONTENT, changed(["sessions"], []))[0].material


def test_from_nothing_everything_that_is_said_is_added():
    found = difference({}, CONTENT)
    assert {each.kind for each in found} == {"added"}
    assert {"purpose", "module", "session", "target", "recipient"} <= {each.field for each in found}
    assert "busy_reason" not in {each.field for each in found}
