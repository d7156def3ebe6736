"""The pages of plan templates: from need to submission in a few of them (4.1, 5.1.1 e)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planning.enums import RevisionState, TargetReason, TrainingKind
from planning.models import PlanTemplate, TrainingPlan
from planning.queries.load import duration_of
from planning.services.needs import ChangeText, register_change
from planning.tests.factories import approved_plan, draft_plan
from planning.tests.needs import make_defects
from planning.tests.plan_templates import begin, make
from trainingops.people.tests.factories import ServiceLineFactory, make_user

pytestmark = pytest.mark.django_db


# --- from need to submission -------------------------------------------------------------------------------
class Form(HTMLParser):
    """What the main form of a page sends when nothing is touched."""

    def __init__(self, page):
        super().__init__()
        self.values, self._select, self._area, self._main, self.forms = {}, None, None, False, 0
        self.feed(page.content.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._main = self._main or tag == "main"
        if not self._main:
            return
        name = given.get("name")
        if tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.values.setdefault(name, []).append(given.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in given or self._select not in self.values):
            self.values[self._select] = [given.get("value", "")]
        elif tag == "textarea":
            self._area = name
            self.values[name] = [""]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None
        elif tag == "main":
            self._main = False

    def handle_data(self, data):
        if self._area:
            self.values[self._area][0] += data.strip()


class Visitor:
    """Opens pages, counts them, and touches fields."""

    def __init__(self, client):
        self.client, self.pages, self.touched = client, 0, 0

    def open(self, url):
        self.pages += 1
        self.at, self.page = url, self.client.get(url)
        assert self.page.status_code == 200, (url, self.page.status_code)

    def send(self, **touched):
        self.touched += len(touched)
        given = Form(self.page).values | touched
        answer = self.client.post(self.at, given)
        assert answer.status_code == 302, answer.content.decode()[:20_000]
        return answer.url


@pytest.mark.point("EXP")
def test_from_need_to_submission_in_four_pages_and_a_handful_of_fields(client, world):
    """4.1: from a product change to a submitted plan: begin from the template, who, when and where, check answers."""
    template, now = make(world), timezone.now()
    change = register_change(content=a_change(world), actor=world.manager, now=now)
    client.force_login(world.pic)
    need = client.get(reverse("product_change_detail", args=[change.uuid])).content.decode()
    begin_url = f"{reverse('plan_new')}?kind=refreshment&change={change.uuid}&line={world.line.code}"
    assert begin_url.replace("&", "&amp;") in need

    visitor = Visitor(client)
    visitor.open(begin_url)
    visitor.open(visitor.send(template=str(template.uuid)))
    visitor.open(visitor.send())
    day = (timezone.localtime(now, world.site.zone) + timedelta(days=9)).date()
    visitor.open(visitor.send(starts_at_day=day.isoformat(), starts_at_time="14:00", room=str(world.room.pk)))
    assert visitor.at == reverse("plan_submit", args=[TrainingPlan.objects.get().uuid])
    assert not visitor.page.context["gaps"]
    visitor.send()

    revision = TrainingPlan.objects.get().revisions.get()
    assert revision.state == RevisionState.SUBMITTED
    assert {each.reason for each in revision.targets.all()} == {TargetReason.PRODUCT_CHANGE}
    assert visitor.pages <= 4
    assert visitor.touched <= 8


def test_an_improvement_from_defects_goes_on_with_when_and_where(client, world):
    """5.1.1 c: the agents with their defects, the rest from the template; three pages to the submission."""
    template = make(world, kind=TrainingKind.IMPROVEMENT, name="Perbaikan", minutes=90)
    make_defects(world, 2)
    client.force_login(world.pic)
    visitor = Visitor(client)
    visitor.open(f"{reverse('need_agents')}?parameter=C1")
    visitor.open(visitor.send(template=str(template.uuid)))
    plan = TrainingPlan.objects.get()
    assert visitor.at == reverse("plan_when", args=[plan.uuid])
    day = (timezone.localtime(timezone.now(), world.site.zone) + timedelta(days=9)).date()
    visitor.open(visitor.send(starts_at_day=day.isoformat(), starts_at_time="14:00", room=str(world.room.pk)))
    visitor.send()
    revision = plan.revisions.get()
    assert revision.state == RevisionState.SUBMITTED
    assert revision.targets.get().reason == TargetReason.DEFECTS
    assert (visitor.pages, visitor.touched) == (3, 4)


def a_change(world):
    return ChangeText(
        number="SE-41/2026",
        kind="product",
        title="Biaya transfer gram baru",
        issuer="Divisi Produk",
        issued_on=timezone.localdate() - timedelta(days=2),
        effective_on=timezone.localdate() + timedelta(days=20),
        lines=[world.line],
        modules=[world.module_version.module],
        summary="",
    )


# --- pages -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["list", "new", "detail", "edit"])
def test_the_pages_open_for_those_of_the_line_and_nobody_else(client, world, page):
    template = make(world)
    args = [] if page in {"list", "new"} else [template.uuid]
    url = reverse(f"plan_template_{page}", args=args)
    assert client.get(url).status_code == 302
    for user in (world.pic, world.manager):
        client.force_login(user)
        assert client.get(url).status_code == 200
    assert client.delete(url).status_code == 405
    client.force_login(world.qc)
    assert client.get(url).status_code == 403
    client.force_login(make_user("trainer", line=ServiceLineFactory()))
    assert client.get(url).status_code == (404 if args else 200)


def test_it_is_made_changed_retired_and_restored_on_the_pages(client, world):
    client.force_login(world.pic)
    page = client.get(reverse("plan_template_new"))
    given = Form(page).values | {"name": "Briefing", "minutes": "25", "pass_mark": "82,5", "line": str(world.line.pk)}
    assert client.post(reverse("plan_template_new"), given | {"minutes": "2"}).status_code == 422
    answer = client.post(reverse("plan_template_new"), given)
    template = PlanTemplate.objects.get()
    assert answer.url == reverse("plan_template_detail", args=[template.uuid])
    assert (template.minutes, template.pass_mark, template.line) == (25, Decimal("82.5"), world.line)
    edit = reverse("plan_template_edit", args=[template.uuid])
    assert client.post(edit, Form(client.get(edit)).values | {"minutes": "30"}).status_code == 302
    template.refresh_from_db()
    assert (template.minutes, template.pass_mark) == (30, Decimal("82.5")), "what was not touched stays"
    for verb, in_use in (("retire", False), ("restore", True)):
        url = reverse(f"plan_template_{verb}", args=[template.uuid])
        assert client.get(url).status_code == 405
        assert client.post(url).status_code == 302
        assert client.post(url).status_code == 409
        assert PlanTemplate.objects.get().is_active is in_use


def test_an_approved_plan_becomes_a_template(client, world):
    """The form is filled with what the plan says; a foreign plan is unknown."""
    plan = approved_plan(world=world, minutes=45)
    client.force_login(world.pic)
    url = f"{reverse('plan_template_new')}?plan={plan.uuid}"
    assert url.replace("&", "&amp;") in client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
    answer = client.post(url, Form(client.get(url)).values)
    assert answer.status_code == 302
    template, revision = PlanTemplate.objects.get(), plan.revisions.get()
    assert (template.name, template.minutes, template.module) == (plan.title, 45, revision.module_version.module)
    assert (template.scheme, template.pass_mark) == (revision.scheme, revision.pass_mark)
    assert list(template.class_types.all()) == list(revision.class_types.all())
    client.force_login(make_user("trainer", line=ServiceLineFactory()))
    assert client.get(url).status_code == 404


def test_a_plan_begins_with_the_template_in_the_address(client, world):
    template = make(world)
    client.force_login(world.pic)
    page = client.get(reverse("plan_new"), {"template": template.uuid})
    initial = page.context["form"].initial
    assert (initial["template"], initial["kind"], initial["title"]) == (template.uuid, "refreshment", "Briefing KCA")
    assert client.get(reverse("plan_new"), {"template": "x"}).status_code == 200
    given = Form(page).values | {"kind": "improvement"}
    assert client.post(reverse("plan_new"), given).status_code == 422
    answer = client.post(reverse("plan_new"), Form(page).values | {"title": ""})
    plan = TrainingPlan.objects.get()
    assert answer.url == f"{reverse('plan_targets_group', args=[plan.uuid])}?site={plan.site_id}"
    assert plan.title == "Briefing KCA"


def test_when_and_where_opens_for_the_pic_until_there_is_a_batch(client, world):
    plan = begin(world, make(world))
    url = reverse("plan_when", args=[plan.uuid])
    assert client.get(url).status_code == 302
    client.force_login(world.qc)
    assert client.get(url).status_code == 403
    client.force_login(make_user("trainer", line=ServiceLineFactory()))
    assert client.get(url).status_code == 404
    client.force_login(world.pic)
    page = client.get(url)
    assert page.context["form"].initial["minutes"] == 30
    assert client.delete(url).status_code == 405
    assert client.post(url, {}).status_code == 422
    full = draft_plan(world=world)
    assert client.get(reverse("plan_when", args=[full.uuid])).url == reverse("plan_sessions", args=[full.uuid])


def test_a_low_window_fills_the_first_meeting(client, world):
    """5.1.1 f: the window picked is the time proposed, as long as the template says, in the zone of the site."""
    plan = begin(world, make(world))
    client.force_login(world.pic)
    url = reverse("plan_when", args=[plan.uuid])
    assert f"{reverse('plan_windows', args=[plan.uuid])}?for=when" in client.get(url).content.decode()
    windows = client.get(reverse("plan_windows", args=[plan.uuid]), {"for": "when"})
    assert windows.context["pick_url"] == url
    assert duration_of(plan.revisions.get()) == 30
    form = client.get(url, {"start": "2027-03-01T14:00"}).context["form"]
    assert form.initial["starts_at"] == datetime(2027, 3, 1, 14, tzinfo=world.site.zone)
    assert client.get(url, {"start": "besok"}).status_code == 200


@pytest.mark.parametrize("name", ["plan_template_list", "plan_template_detail"])
def test_pages_cost_the_same_with_one_row_and_with_three(client, world, name):
    """Query budget: 12, whatever the rows."""
    template = make(world)
    begin(world, template)
    url = reverse(name, args=[template.uuid] if name.endswith("detail") else [])
    client.force_login(world.pic)
    with CaptureQueriesContext(connection) as first:
        client.get(url)
    for number in range(2):
        make(world, name=f"Lain {number}")
        begin(world, template)
    with CaptureQueriesContext(connection) as second:
        client.get(url)
    assert len(first) == len(second) <= 12


def test_the_form_from_a_plan_stays_within_the_query_budget(client, world):
    plan = approved_plan(world=world)
    client.force_login(world.pic)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("plan_template_new"), {"plan": plan.uuid}).status_code == 200
    assert len(asked) <= 12, [each["sql"][:90] for each in asked]


@pytest.mark.parametrize("name", ["plan_new", "plan_template_new", "plan_template_edit", "plan_when"])
def test_forms_stay_within_the_query_budget(client, world, name):
    template = make(world)
    subject = {"plan_template_edit": template, "plan_when": begin(world, template)}.get(name)
    client.force_login(world.pic)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(name, args=[subject.uuid] if subject else [])).status_code == 200
    assert len(asked) <= 12, [each["sql"][:90] for each in asked]


def test_a_draft_names_its_template_and_leads_to_it_who_may_read_it(client, world):
    """Issue 2, no screen that leads nowhere: Quality Control and team leaders read plans, but no templates."""
    template = make(world)
    plan = begin(world, template)
    link = f'<a href="{reverse("plan_template_detail", args=[template.uuid])}">{template}</a>'
    for user, may_read in ((world.pic, True), (world.manager, True), (world.qc, False), (world.leader, False)):
        client.force_login(user)
        page = client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
        assert str(template) in page
        assert (link in page) is may_read
