"""The shell: menu by role, slots, tables, error pages, files shipped."""

from types import SimpleNamespace

import django_tables2
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.core.management import call_command
from django.db import DataError
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.template import Origin, RequestContext, Template, engines
from django.test import Client, override_settings
from django.urls import path
from django.utils import translation

from trainingops.domain import Refused
from trainingops.ui import charts, exports, navigation, panels
from trainingops.ui.context import page
from trainingops.ui.tables import FigureColumn, PageTable, configure
from trainingops.ui.views import render_part

# A page in the shell names the procedure in force, which the database holds.
pytestmark = pytest.mark.django_db


def view(request):
    return HttpResponse("")


urlpatterns = [
    path(f"{name}/", view, name=name) for name in ("plan_list", "plan_detail", "plan_queue", "user_list", "gone")
]


class Row:
    def __init__(self, *roles):
        self.roles = frozenset(roles)

    def allows(self, roles, method):
        return method == "GET" and (not self.roles or bool(self.roles & roles))


ACCESS = {"plan_list": Row(), "plan_detail": Row(), "plan_queue": Row("manager"), "user_list": Row("administrator")}


@pytest.fixture
def menu(monkeypatch, settings):
    settings.ROOT_URLCONF = settings_name = __name__
    settings.ACCESS_TABLE = f"{settings_name}.ACCESS"
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_counts", [])
    monkeypatch.setattr(navigation, "_access_table", lambda: ACCESS)
    navigation.register(
        navigation.NavItem("settings", "Pengguna", "user_list", "user"),
        navigation.NavItem("5.1", "Rencana", "plan_list", "plan", low=True),
        navigation.NavItem("5.1", "Antrean", "plan_queue", "wait", order=60, count_key="queue"),
        navigation.NavItem("5.2", "Belum ada alamatnya", "nowhere", "people"),
    )


class Person:
    is_authenticated = True
    theme = "dark"

    def __str__(self):
        return "Rika <Winarsih>"


def asked(rf, address="/plan_list/", *roles):
    request = rf.get(address)
    request.user, request.resolver_match = Person(), SimpleNamespace(url_name=address.strip("/").split("?")[0])
    request.authority = SimpleNamespace(role_names=frozenset(roles), title="Trainer")
    return request


def labels(groups):
    return [(group.key, [str(shown.item.label) for shown in items]) for group, items in groups]


def test_the_menu_shows_what_the_access_table_allows(rf, menu):
    assert labels(page(asked(rf))["navigation"]) == [("5.1", ["Rencana"])]
    assert labels(page(asked(rf, "/plan_list/", "manager", "administrator"))["navigation"]) == [
        ("5.1", ["Rencana", "Antrean"]),
        ("settings", ["Pengguna"]),
    ]


def test_the_bar_of_phones_holds_three_of_the_readers_work_by_short_names(rf, menu):
    navigation.register(
        navigation.NavItem("start", "Training saya", "plan_detail", "book", low=True, low_for=frozenset({"agent"})),
        navigation.NavItem("5.1", "Antrean persetujuan", "plan_queue", "wait", order=60, low=True, short="Antrean"),
    )
    for role, words in (("agent", ["Training saya", "Rencana"]), ("manager", ["Rencana", "Antrean"])):
        shown = page(asked(rf, "/plan_list/", role))["navigation_low"]
        assert [str(each.item.word_low) for each in shown] == words


def test_somebody_who_is_not_signed_in_has_no_menu(rf, menu):
    request = asked(rf)
    request.user = AnonymousUser()
    assert not page(request)["navigation"]


def test_one_item_is_where_we_are(rf, menu):
    for address, here in (("/plan_detail/", "Rencana"), ("/plan_queue/", "Antrean"), ("/plan_list/", "Rencana")):
        groups = page(asked(rf, address, "manager"))["navigation"]
        assert [str(shown.item.label) for _g, items in groups for shown in items if shown.current] == [here]


def test_counts_take_one_query_a_page_and_only_where_the_shell_is_shown(rf, menu, django_assert_num_queries):
    for name in ("a", "b", "c"):
        ContentType.objects.create(app_label="menu", model=name)
    rows = ContentType.objects.filter(app_label="menu").order_by("model")
    navigation.register_counts(lambda request: {"queue": rows})
    navigation.register_counts(lambda request: {"inbox": rows.filter(model__lt="c"), "none": rows.none()})
    with django_assert_num_queries(0):
        context = page(asked(rf, "/plan_list/", "manager"))
    with django_assert_num_queries(1):
        shown = [item for _group, items in context["navigation"] for item in items]
        assert [item.count for item in shown] == [0, 3]
        assert context["counts"]["inbox"] == 2


def test_the_shell_renders_with_theme_language_and_skip_link(rf, menu):
    with translation.override("id"):
        html = engines["django"].from_string('{% extends "ui/page.html" %}').render({"title": "Rencana"}, asked(rf))
    assert '<html lang="id" data-bs-theme="dark">' in html
    assert "<title>Rencana · Trainingops</title>" in html
    assert html.index('class="skip"') < html.index("<header")
    assert "<style" not in html and " style=" not in html and "<script>" not in html


def test_an_unknown_icon_stops_the_start():
    with pytest.raises(LookupError, match="archive"):
        navigation.register(navigation.NavItem("6", "x", "x", "sun"))


def test_an_unknown_group_is_refused():
    with pytest.raises(ValueError, match=r"5\.1"):
        navigation.register(navigation.NavItem("9", "x", "x", "plan"))


def test_a_slot_asks_its_providers_once_with_all_ids(monkeypatch):
    monkeypatch.setattr(panels, "_slots", {})
    monkeypatch.setattr(panels, "_providers", {})
    calls = []
    panels.register_provider("plans", lambda ids, user: calls.append(ids) or {2: "dua <"})
    with pytest.raises(LookupError, match="No slot"):
        panels.cells("plans", [1], None)
    panels.register_slot("plans", "plan ids")
    html = engines["django"].from_string(
        "{% slot_cells 'plans' ids as c %}{% for i in ids %}[{% cell c i %}]{% endfor %}"
    )
    assert html.render({"ids": [1, 2]}) == "[][dua &lt;]"
    assert calls == [[1, 2]]


class Scores(PageTable):
    caption = "Nilai"
    empty_title = "Belum ada nilai"
    name = django_tables2.Column(verbose_name="Nama")
    mark = FigureColumn(places=1, verbose_name="Nilai")


def test_a_table_has_caption_roles_labels_and_keeps_the_filter(rf):
    request = asked(rf, "/plan_list/?site=1")
    rows = [{"name": "=Rika", "mark": 87.5}, {"name": "Eka", "mark": None}, {"name": "Yessi", "mark": 3}]
    table = configure(request, Scores(rows), per_page=2)
    with translation.override("id"):
        html = engines["django"].from_string("{% table t export_url='/x/' %}").render({"t": table}, request)
    assert '<caption class="visually-hidden">Nilai</caption>' in html
    assert '<th role="rowheader" scope="row"' in html
    assert 'data-label="Nilai" class="num">87,5</td>' in html
    assert "site=1&amp;sort=name" in html and "site=1&amp;page=2" in html and 'href="/x/?site=1"' in html
    assert "1–2 dari 3" in html and "Unduh Excel" in html


def test_an_empty_table_says_whether_there_is_nothing_or_nothing_for_the_filter(rf):
    template = engines["django"].from_string("{% table t %}")
    with translation.override("id"):
        for address, words in (("/a/", "Belum ada nilai"), ("/a/?q=x", "Tidak ada hasil untuk filter ini")):
            request = asked(rf, address)
            assert words in template.render({"t": configure(request, Scores([]))}, request)


@pytest.mark.point("IMP-6")
def test_a_download_holds_all_rows_and_no_formula(rf):
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    rows = [{"name": "=1+1", "mark": 87.5}, {"name": "0042", "mark": None}]
    response = exports.table_response(Scores(rows), name="nilai")
    sheet = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert sheet == [["Nama", "Nilai"], ["'=1+1", 87.5], ["0042", ""]]
    text = exports.csv_response(["Nama"], [["@x"], ["0042"]], name="x").content.decode()
    assert text == "\ufeffNama\r\n'@x\r\n0042\r\n"


@pytest.mark.point("CHT-2")
@pytest.mark.point("CHT-3")
def test_the_heat_map_is_a_table_with_figures_and_names_the_lowest():
    with translation.override("id"):
        heat = charts.heat_map(
            caption="Panggilan",
            columns=["09", "10"],
            rows=[("Sen", [10, 50]), ("Sel", [None, 1200])],
            picked=frozenset({(0, 0)}),
        )
        html = engines["django"].get_template("ui/heat.html").render({"heat": heat})
    assert "Interval terendah: Sen, 09 (10)." in html
    assert '<td class="heat-1 picked">◆ 10</td>' in html
    assert '<td class="heat-5">1.200</td>' in html
    assert '<td class="">–</td>' in html


@pytest.mark.point("CHT-1")
@pytest.mark.point("CHT-4")
def test_a_chart_is_svg_with_title_text_and_its_numbers_and_no_style():
    chart = charts.pareto_chart(["C1", "C2"], [3, 1], [0.75, 1], title="Defek", text="C1 terbanyak.", unit="kasus")
    html = charts.render_chart(chart, csv_url="/csv/")
    assert "<title>Defek</title><desc>C1 terbanyak.</desc>" in html
    assert "style=" not in html and "class=" in html
    assert '<td class="num">3</td>' in html and 'href="/csv/"' in html
    assert charts.spark([1, None, 3], "12 bulan").count("<circle") == 3
    assert "<svg" in charts.spark([], "kosong")


def boom(request, what):
    if what == "refused":
        raise Refused("Rencana “KCA” sudah disetujui. Muat ulang halaman.")
    if what == "denied":
        raise PermissionDenied("Mintalah kepada manajer.")
    if what == "method":
        return HttpResponseNotAllowed(["POST"])
    if what == "malformed":
        raise ValidationError("no uuid")
    if what == "unstorable":
        raise DataError("NUL")
    if what == "large":
        raise RequestDataTooBig
    if what == "crash":
        raise RuntimeError
    raise Http404


def test_htmx_gets_the_part_and_caches_can_tell(rf, menu):
    for headers, found in (({}, "<html"), ({"hx-request": "true"}, "<main")):
        request = asked(rf)
        request.META.update({f"HTTP_{key.upper().replace('-', '_')}": value for key, value in headers.items()})
        response = render_part(request, "ui/page.html", "ui/mark.html", {"title": "x"})
        assert ("<html" in response.content.decode()) is (found == "<html")
        assert "HX-Request" in response["Vary"]


@pytest.mark.point("PRN-2")
def test_a_printed_page_says_who_printed_it_and_when(rf, menu):
    with translation.override("id"):
        html = engines["django"].from_string('{% extends "ui/page.html" %}').render({}, asked(rf))
    assert "Dicetak oleh Rika &lt;Winarsih&gt;, <time" in html


class ErrorUrls:
    handler400 = "trainingops.ui.views.bad_request"
    urlpatterns = [path("<str:what>/", boom)]


MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", "trainingops.ui.middleware.ErrorPages"]


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("refused", 409, "sudah disetujui"),
        ("malformed", 400, "tidak dapat dibaca"),
        ("unstorable", 400, "tidak dapat dibaca"),
        ("nul/?q=a%00", 400, "tidak dapat dibaca"),
        ("large", 413, "kirim barisnya sebagian"),
        ("denied", 403, "Mintalah kepada manajer."),
        ("method", 405, "tidak dapat dibuka dengan cara itu"),
        ("missing", 404, "Halaman ini tidak ada"),
        ("crash", 500, "Terjadi gangguan"),
    ],
)
def test_what_cannot_be_done_says_what_happened_and_what_to_do(what, code, words):
    with override_settings(ROOT_URLCONF=ErrorUrls, MIDDLEWARE=MIDDLEWARE, DEBUG=False):
        address = f"/{what}" if "?" in what else f"/{what}/"
        response = Client(raise_request_exception=False, headers={"accept-language": "id"}).get(address)
    assert response.status_code == code
    assert words in response.content.decode()
    assert "RuntimeError" not in response.content.decode()


def test_only_what_is_used_is_shipped_and_the_manifest_storage_takes_it(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    vendor = {each.name for each in (tmp_path / "vendor").glob("*.min.*s")}
    assert {"bootstrap.min.css", "bootstrap.bundle.min.js", "htmx.min.js"} <= vendor
    assert b"sourceMappingURL" not in (tmp_path / "vendor/bootstrap.min.css").read_bytes()
    assert finders.find("vendor/bootstrap.min.css")
    assert finders.find("vendor/bootstrap.css") is None


ALLAUTH = """{% extends "allauth/layouts/entrance.html" %}{% load allauth %}
{% block head_title %}Masuk{% endblock %}
{% block content %}{% element h1 %}Masuk{% endelement %}
{% element form form=form method="post" action="/masuk/" %}
{% slot body %}{% element fields form=form unlabeled=True %}{% endelement %}{% endslot %}
{% slot actions %}{% element button type="submit" tags="prominent" %}Masuk{% endelement %}{% endslot %}
{% endelement %}{% endblock %}"""


def test_the_sign_in_librarys_pages_wear_our_dress(rf, menu):
    from django import forms

    class Login(forms.Form):
        login = forms.CharField(label="No. Karyawan")

    request = asked(rf)
    request.user = AnonymousUser()
    with translation.override("id"):
        source = Template(ALLAUTH, origin=Origin("masuk.html", "masuk.html"))
        html = source.render(RequestContext(request, {"form": Login({})}))
    assert html.count("<h1") == 1 and html.count("<form") == 1
    assert "<title>Kesalahan: Masuk · Trainingops</title>" in html
    assert '<a href="#id_login">No. Karyawan: ' in html
    assert 'class="btn btn-primary"' in html
