"""From a need to a plan: product changes, documents, bars and groups (5.1.1 b, c, d)."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from planning.enums import DefectState, TargetReason
from planning.models import ModuleTraining, ModuleVersion, NeedSource, PlannedMeeting, ProductChange, TrainingPlan
from planning.queries.changes import modules_too_old, not_trained, plans_answering, progress_of
from planning.tests.factories import PDF, draft_plan, make_world
from planning.tests.needs import make_change, make_defects
from planning.tests.test_needs import client_of
from trainingops.audit.models import AccessEvent
from trainingops.people.enums import Role
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_agent, make_user

pytestmark = pytest.mark.django_db


# --- 5.1.1 b: product and procedure changes ----------------------------------------------------------------
@pytest.mark.clause("5.1.1 b")
class TestProductChanges:
    def form(self, world, **fields):
        today = timezone.localdate()
        return {
            "kind": "product",
            "number": "SE-12/2026",
            "title": "Buyback emas",
            "issuer": "Divisi Produk",
            "issued_on": today.isoformat(),
            "effective_on": (today + timedelta(days=3)).isoformat(),
            "lines": [world.line.pk],
            "modules": [world.module_version.module.pk],
            **fields,
        }

    def test_a_change_is_registered_with_its_document_and_is_a_source_of_needs(self, world, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        client = client_of(world.manager)
        file = SimpleUploadedFile("surat edaran.pdf", PDF)
        answer = client.post(reverse("product_change_new"), self.form(world, file=file))
        change = ProductChange.objects.get()
        assert answer.url == reverse("product_change_detail", args=[change.uuid])
        assert NeedSource.objects.get().product_change == change
        download = client.get(reverse("product_change_document", args=[change.uuid]))
        assert download.content == PDF and 'filename="surat edaran.pdf"' in download["Content-Disposition"]
        assert download["Content-Type"] == "application/pdf"
        assert AccessEvent.objects.filter(kind=AccessEvent.Kind.DOWNLOAD, subject=change.uuid).exists()
        client.post(reverse("product_change_edit", args=[change.uuid]), self.form(world, title="Buyback, tarif baru"))
        change.refresh_from_db()
        assert change.title == "Buyback, tarif baru" and change.file
        assert NeedSource.objects.get().request == "SE-12/2026 Buyback, tarif baru"

    def test_only_documents_are_taken_whatever_their_name(self, world):
        file = SimpleUploadedFile("surat.pdf", b"<script>alert(1)</script>")
        page = client_of(world.manager).post(reverse("product_change_new"), self.form(world, file=file))
        assert "file" in page.context["form"].errors and not ProductChange.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("issued_on", "2099-01-01"), ("effective_on", "2020-01-01"), ("lines", []), ("number", "")],
    )
    def test_what_makes_no_sense_is_refused_at_its_field(self, world, field, value):
        page = client_of(world.manager).post(reverse("product_change_new"), self.form(world, **{field: value}))
        assert page.status_code in (200, 422)
        assert set(page.context["form"].errors) & {field, "effective_on"}

    def test_a_number_of_one_issuer_is_there_once(self, world):
        client = client_of(world.manager)
        client.post(reverse("product_change_new"), self.form(world))
        page = client.post(reverse("product_change_new"), self.form(world))
        assert "number" in page.context["form"].errors

    def test_the_page_says_how_many_days_are_left_and_how_many_were_trained(self, world):
        """Trained counts since the announcement, in a module that answers it."""
        change = make_change(world)
        today = timezone.localdate()
        once, before, _never = world.people
        for person, on in ((once, today), (before, change.issued_on - timedelta(days=1))):
            ModuleTraining.objects.create(
                person=person, module_version=world.module_version, trained_on=on, source=person.uuid
            )
        (progress,) = progress_of(ProductChange.objects.filter(pk=change.pk), day=today)
        assert (progress.days, progress.trained, progress.agents) == (3, 1, 3)
        world.manager.language = "id"
        world.manager.save()
        for name, args in (("need_overview", []), ("product_change_detail", [change.uuid])):
            text = " ".join(client_of(world.manager).get(reverse(name, args=args)).content.decode().split())
            assert "berlaku 3 hari lagi" in text and "1 dari 3 agent sudah training" in text

    def test_a_version_approved_before_the_announcement_counts_only_where_the_change_says_so(self, world):
        """It cannot say what changed: who had it still waits, and its plan answers nothing."""
        plan, change = draft_plan(world=world), make_change(world)
        today, (person, *_others) = timezone.localdate(), world.people
        ModuleTraining.objects.create(
            person=person, module_version=world.module_version, trained_on=today, source=person.uuid
        )
        changes = ProductChange.objects.filter(pk=change.pk)
        before = timezone.now() - timedelta(days=90)
        for decided_at, said in ((before, False), (before, True), (timezone.now(), False)):
            ModuleVersion.objects.filter(pk=world.module_version.pk).update(decided_at=decided_at)
            changes.update(earlier_versions=said)
            change.refresh_from_db()
            counts = decided_at != before or said
            (progress,) = progress_of(changes, day=today)
            assert progress.trained == counts
            assert (person.pk in not_trained(change, day=today).values_list("person", flat=True)) == (not counts)
            assert (plan in plans_answering(change)) == counts
            assert list(modules_too_old(change)) == ([] if counts else [world.module_version.module])

    def test_plans_with_a_module_that_answers_it_stand_on_its_page_unless_held_before_it_or_of_another_line(
        self, world
    ):
        """As the pages of submission and approval tie them to it; a plan that names the change always does."""
        plan, change = draft_plan(world=world), make_change(world)
        page = reverse("product_change_detail", args=[change.uuid])
        client = client_of(world.manager)
        assert plan.number in client.get(page).content.decode()
        last = PlannedMeeting.objects.filter(planned_session__plan=plan).latest("ends_at").ends_at
        changes = ProductChange.objects.filter(pk=change.pk)
        changes.update(issued_on=last.date() + timedelta(days=2), effective_on=last.date() + timedelta(days=3))
        assert plan.number not in client.get(page).content.decode(), "held before it was announced"
        changes.update(issued_on=change.issued_on)
        change.lines.set([other := ServiceLineFactory()])
        assert plan.number not in client_of(make_user("manager")).get(page).content.decode(), f"only for {other}"
        plan.revisions.get().needs.add(NeedSource.objects.get(product_change=change))
        assert plan.number in client_of(make_user("manager")).get(page).content.decode()

    def test_plans_out_of_the_reader_s_sight_are_counted_and_not_named(self, world):
        """“No plan answers it” would be false."""
        plan, change = draft_plan(world=world), make_change(world)
        change.lines.add(other := ServiceLineFactory())
        page = client_of(make_user("trainer", line=other)).get(reverse("product_change_detail", args=[change.uuid]))
        assert page.context["elsewhere"] == 1 and plan.number not in page.content.decode()
        assert b'class="dim"' not in page.content.split(b'id="plans"')[1].split(b"</section>")[0]

    def test_who_may_not_correct_it_on_every_line_reads_so_before_writing(self, world):
        """GET refuses whom POST would refuse."""
        change = make_change(world)
        change.lines.add(ServiceLineFactory())
        client = client_of(make_user("trainer", line=world.line))
        assert client.get(reverse("product_change_detail", args=[change.uuid])).status_code == 200
        assert client.get(reverse("product_change_edit", args=[change.uuid])).status_code == 403

    def test_those_of_another_line_are_not_found(self, world):
        change = make_change(world)
        stranger = make_world(people=0)
        client = client_of(stranger.manager)
        for name in ("product_change_detail", "product_change_edit", "product_change_document"):
            assert client.get(reverse(name, args=[change.uuid])).status_code == 404
        assert client.get(reverse("product_change_list")).context["rows"] == []
        assert not NeedSource.objects.visible_to(stranger.manager).exists()

    def test_a_plan_whose_last_meeting_lies_after_the_effective_date_says_so(self, world):
        early, late = make_change(world, days=1), make_change(world, days=30)
        plan = draft_plan(world=world, starts_at=timezone.now() + timedelta(days=4))
        revision = plan.revisions.get()
        revision.needs.set([early.need, late.need])
        page = client_of(world.pic).get(reverse("plan_submit", args=[plan.uuid]))
        assert [name for name, _day in page.context["held_before"]] == [str(early)]
        client_of(world.pic).post(reverse("plan_submit", args=[plan.uuid]))
        page = client_of(world.manager).get(reverse("plan_approval", args=[revision.uuid]))
        assert [name for name, _day in page.context["held_before"]] == [str(early)]
        assert early.number in page.content.decode()

    def test_a_change_that_the_module_answers_is_said_though_it_is_no_source_of_the_plan(self, world):
        long_ago = timezone.localdate() - timedelta(days=300)
        news, other_module = make_change(world, days=2), make_change(world, days=2)
        old = make_change(world, days=-200, issued_on=long_ago)
        for change in (news, old):
            change.modules.set([world.module_version.module])
        other_module.modules.clear()
        plan = draft_plan(world=world, starts_at=timezone.now() + timedelta(days=4))
        page = client_of(world.pic).get(reverse("plan_submit", args=[plan.uuid]))
        assert [name for name, _day in page.context["held_before"]] == [str(news)]


@pytest.mark.clause("5.1.1 d")
def test_a_source_of_needs_keeps_its_document(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = client_of(world.manager)
    given = {
        "kind": "client",
        "dated_on": "2026-11-01",
        "asked_by": "Divisi",
        "request": "Ulangi KCA",
        "document": "ND-1",
        "file": SimpleUploadedFile("nota.pdf", PDF),
    }
    assert client.post(reverse("need_source_new"), given).status_code == 302
    need = NeedSource.objects.get()
    assert client.get(reverse("need_source_document", args=[need.uuid])).content == PDF
    assert client_of(make_user(Role.AGENT)).get(reverse("need_source_document", args=[need.uuid])).status_code == 403
    bare = NeedSource.objects.create(
        kind="qc", dated_on="2026-11-01", asked_by="x", request="x", created_by=world.manager
    )
    assert client.get(reverse("need_source_document", args=[bare.uuid])).status_code == 404


# --- 5.1.1 c: from a bar to a plan -------------------------------------------------------------------------
@pytest.mark.clause("5.1.1 c")
class TestFromABarToAPlan:
    @pytest.mark.point("CHT-4")
    @pytest.mark.parametrize("by", ["parameter", "error_class", "root_cause", "team"])
    def test_every_bar_leads_to_its_defects_and_its_agents(self, world, by):
        make_defects(world, 2)
        make_defects(world, 1, person=world.people[1], root_cause="", state=DefectState.DISPUTED)
        client = client_of(world.pic)
        page = client.get(reverse("need_overview"), {"by": by})
        for row in page.context["rows"]:
            assert client.get(row.list_url).context["table"].paginator.count == row.cell.count
            agents = client.get(row.agents_url)
            assert sum(each["agent"].count for each in agents.context["rows"]) == row.cell.count
        chart = page.context["chart"]
        assert "<title>" in chart.svg and "<desc>" in chart.svg and "style=" not in chart.svg
        drawn = [row.list_url for row in page.context["rows"] if row.list_url]
        assert re.findall('<a href="([^"]+)"', html.unescape(chart.svg)) == drawn, "the bars themselves lead there"
        lines = client.get(reverse("need_overview"), {"by": by, "export": "csv"}).content.decode("utf-8-sig")
        assert len(lines.split()) >= len(page.context["rows"]) + 1

    def test_the_agents_ticked_become_participants_with_their_defects_as_reason(self, world):
        often, once, other = world.people
        mine = make_defects(world, 3, person=often)
        make_defects(world, 1, person=once)
        make_defects(world, 2, person=other)
        version = world.module_version
        ModuleTraining.objects.create(
            person=other, module_version=version, trained_on=timezone.localdate() - timedelta(days=9), source=other.uuid
        )
        client = client_of(world.pic)
        query = f"?parameter=C1&minimum=2&module={version.pk}"
        page = client.get(reverse("need_agents") + query)
        rows = {each["agent"].person: each for each in page.context["rows"]}
        assert set(rows) == {often, other}
        assert rows[often]["ticked"] and not rows[other]["ticked"] and rows[other]["trained_on"]
        place = world.pic.appointments.get()
        given = {"title": "Improvement C1", "place": place.pk, "person": [often.pk]}
        answer = client.post(reverse("need_agents") + query, given)
        plan = TrainingPlan.objects.get()
        revision = plan.revisions.get()
        target = revision.targets.get()
        assert answer.url == reverse("plan_detail", args=[plan.uuid])
        assert (target.person, target.reason, revision.module_version) == (often, TargetReason.DEFECTS, version)
        assert set(target.defects.all()) == set(mine) and "C1" in target.reason_words

    @pytest.mark.parametrize("wrong", ["since=2026-11-30&until=2026-11-01", "parameter=XX", "minimum=0", "module=0"])
    def test_what_is_asked_for_wrongly_lists_nobody_and_plans_nobody(self, world, wrong):
        make_defects(world, 3, person=world.people[0])
        client, place = client_of(world.pic), world.pic.appointments.get()
        page = client.get(f"{reverse('need_agents')}?{wrong}")
        assert page.context["rows"] == []
        assert page.context["form"].errors
        given = {"title": "x", "place": place.pk, "person": [world.people[0].pk]}
        assert client.post(f"{reverse('need_agents')}?{wrong}", given).status_code == 422
        assert not TrainingPlan.objects.exists()

    def test_the_reason_reads_in_the_language_of_who_reads_it(self, world):
        make_defects(world, 2, person=world.people[0])
        place = world.pic.appointments.get()
        given = {"title": "x", "place": place.pk, "person": [world.people[0].pk]}
        with translation.override("en"):
            client_of(world.pic).post(f"{reverse('need_agents')}?parameter=C1", given)
        revision = TrainingPlan.objects.get().revisions.get()
        target = revision.targets.get()
        with translation.override("en"):
            assert target.reason_words.startswith("2 defects C1, ")
        with translation.override("id"):
            assert target.reason_words.startswith("2 defect C1, ")
        assert revision.purpose.startswith("Defect layanan C1, ")

    def test_nobody_ticked_is_said_and_others_than_a_pic_cannot_begin(self, world):
        make_defects(world)
        place = world.pic.appointments.get()
        client = client_of(world.pic)
        page = client.post(reverse("need_agents") + "?parameter=C1", {"title": "x", "place": place.pk})
        assert page.status_code == 422 and not TrainingPlan.objects.exists()
        other = client_of(world.qc).post(
            reverse("need_agents") + "?parameter=C1", {"title": "x", "place": place.pk, "person": world.people[0].pk}
        )
        assert other.status_code == 422 and not TrainingPlan.objects.exists()

    def test_a_period_of_more_than_two_years_is_refused_with_the_way_out(self, world):
        page = client_of(world.pic).get(reverse("need_overview"), {"since": "2020-01-01", "until": "2026-01-01"})
        assert "since" in page.context["form"].errors


# --- 5.1.1 b: groups ---------------------------------------------------------------------------------------
@pytest.mark.clause("5.1.1 b")
class TestGroups:
    def setup(self, world):
        plan = draft_plan(world=world)
        revision = plan.revisions.get()
        revision.targets.all().delete()
        return revision, reverse("plan_targets_group", args=[plan.uuid])

    def test_not_trained_in_a_module_since_keeps_for_each_when_it_was_last(self, world):
        revision, url = self.setup(world)
        recent, long_ago, never = world.people
        today = timezone.localdate()
        for person, days in ((recent, 10), (long_ago, 400)):
            ModuleTraining.objects.create(
                person=person,
                module_version=world.module_version,
                trained_on=today - timedelta(days=days),
                source=person.uuid,
            )
        asked = {"module": world.module_version.module.pk, "since": (today - timedelta(days=180)).isoformat()}
        client = client_of(world.pic)
        page = client.get(url, asked)
        assert {person for person, _why in page.context["rows"]} == {long_ago, never}
        assert not revision.targets.exists()
        client.post(url, asked)
        reasons = {each.person: (each.reason, each.reason_words) for each in revision.targets.all()}
        assert set(reasons) == {long_ago, never}
        assert {reason for reason, _words in reasons.values()} == {TargetReason.NOT_TRAINED_SINCE}
        assert reasons[long_ago][1] != reasons[never][1]

    def test_a_product_change_leaves_out_who_was_trained_and_becomes_a_source(self, world):
        revision, url = self.setup(world)
        change = make_change(world)
        ModuleTraining.objects.create(
            person=world.people[0],
            module_version=world.module_version,
            trained_on=timezone.localdate(),
            source=world.people[0].uuid,
        )
        client_of(world.pic).post(url, {"change": change.uuid})
        assert {each.person for each in revision.targets.all()} == set(world.people[1:])
        assert all(change.number in each.reason_words for each in revision.targets.all())
        assert list(revision.needs.all()) == [change.need]

    def test_tenure_team_and_segment_narrow_the_line_and_officers_are_no_agents(self, world):
        revision, url = self.setup(world)
        today = timezone.localdate()
        new = make_agent(team=world.people[0].assignments.get().team, joined_on=today - timedelta(days=40))
        officer = make_agent(team=world.people[0].assignments.get().team)
        make_user(Role.QC, person=officer)
        client = client_of(world.pic)
        everybody = client.get(url, {"joined_months": ""})
        assert everybody.context["count"] == 4
        page = client.get(url, {"joined_at_most": "3"})
        assert [person for person, _why in page.context["rows"]] == [new]
        client.post(url, {"joined_at_most": "3"})
        assert revision.targets.get().reason == TargetReason.SEGMENT
        assert client.post(url, {"joined_months": "6", "joined_at_most": "3"}).status_code == 422
        assert client.get(url, {"joined_months": "500"}).context["count"] == 0

    def test_the_page_is_the_pics_alone_and_costs_the_same(self, world, django_assert_max_num_queries):
        _revision, url = self.setup(world)
        assert client_of(world.manager).get(url).status_code == 403
        client = client_of(world.pic)
        with django_assert_max_num_queries(12):
            client.get(url, {"joined_months": "1"})
        stranger = make_world(people=0)
        assert client_of(stranger.pic).get(url).status_code == 404

    def test_a_change_hands_itself_over_to_the_plan(self, world):
        change = make_change(world)
        client = client_of(world.pic)
        page = client.get(reverse("plan_new"), {"kind": "refreshment", "change": change.uuid, "line": world.line.code})
        initial = page.context["form"].initial
        assert initial["needs"] == [change.need.pk] and initial["title"] == change.title
        answer = client.post(
            f"{reverse('plan_new')}?change={change.uuid}",
            {"kind": "refreshment", "title": "x", "place": initial["place"], "needs": initial["needs"]},
        )
        plan = TrainingPlan.objects.get()
        assert (
            answer.url == f"{reverse('plan_targets_group', args=[plan.uuid])}?change={change.uuid}&site={plan.site_id}"
        )


@pytest.mark.clause("5.1.1 d")
def test_the_document_of_a_line_is_not_handed_to_another_line(world, settings, tmp_path):
    """What was asked for one line is read within it; without a line it concerns every line."""
    settings.MEDIA_ROOT = tmp_path
    elsewhere = make_user(Role.QC, site=SiteFactory(), line=ServiceLineFactory())
    given = {"kind": "qc", "dated_on": "2026-11-01", "asked_by": "QC", "request": "Ulangi", "document": "ND-2"}
    for line, status in ((world.line.pk, 404), ("", 200)):
        file = SimpleUploadedFile("nota.pdf", PDF)
        sent = client_of(world.manager).post(reverse("need_source_new"), {**given, "line": line, "file": file})
        assert sent.status_code == 302
        need = NeedSource.objects.latest("pk")
        address = reverse("need_source_document", args=[need.uuid])
        assert client_of(world.qc).get(address).status_code == 200
        assert client_of(elsewhere).get(address).status_code == status


@pytest.mark.clause("2.3")
@pytest.mark.parametrize("name", ["defect_list", "sample_list", "indicator_list"])
def test_a_reversed_period_is_said_instead_of_finding_nothing(world, name):
    page = client_of(world.qc).get(reverse(name), {"since": "2026-11-20", "until": "2026-11-01"})
    (told,) = page.context["filter"].form.errors["until"]
    assert "20 November 2026" in told and "1 November 2026" in told and told in page.content.decode()


def test_two_sources_of_one_kind_are_told_apart(world):
    """5.1.1 d: kind, date and what was asked, wherever a source is ticked; who asked stands in the list only."""
    asked = ("Kelas penanganan nasabah marah", "Simulator SBG " * 20)
    needs = [
        NeedSource(kind="sso_training", dated_on=date(2026, 11, 14), asked_by="Dewi Lestari", request=text)
        for text in asked
    ]
    with translation.override("id"):
        words = [str(need) for need in needs]
    assert words[0] == "SSO Training, 14 Nov 2026: Kelas penanganan nasabah marah"
    assert words[1].startswith("SSO Training, 14 Nov 2026: Simulator SBG") and words[1].endswith("…")
    assert "Dewi" not in "".join(words)
