"""The components as tags, loaded everywhere (settings: builtins). Each is shown with an example in docs/ui.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any
from uuid import uuid4

from crispy_forms.utils import render_crispy_form
from django import forms, template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trainingops.ui import charts, errors, figures, icons, moments, panels
from trainingops.ui.forms import fields_only

register = template.Library()

STATUS_ICONS = {"ok": "ok", "info": "run", "warn": "warn", "late": "late", "idle": "draft", "waive": "waive"}


def _kind(kind: str) -> str:
    """The kind itself, or a message that lists the kinds there are."""
    if kind not in STATUS_ICONS:
        raise template.TemplateSyntaxError(f"No status kind {kind!r}. There are: {', '.join(STATUS_ICONS)}.")
    return kind


# --- Small words -------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """``{% icon "plan" %}``, with a label when no word stands beside it."""
    return icons.icon(name, label, css)


@register.simple_tag
def status(kind: str, word: str, icon: str = "", bare: bool = False) -> SafeString:
    """``{% status "ok" _("Approved") %}``: icon, word and colour, always the three."""
    drawing = icons.icon(icon or STATUS_ICONS[_kind(kind)])
    css = "status status-bare" if bare else "status"
    return format_html('<span class="{} is-{}">{}{}</span>', css, kind, drawing, word)


@register.simple_tag
def clause(number: str) -> SafeString:
    """``{% clause "5.3.2" %}``: cites the procedure, never decorates."""
    return format_html(
        '<span class="clause"><span class="visually-hidden">{} </span>{}</span>', _("Procedure clause"), number
    )


@register.simple_tag
def person(name: str, number: str = "") -> SafeString:
    """``{% person agent.name agent.employee_number %}``: the name, and the employee number below it."""
    return format_html('{}<span class="sub code">{}</span>', name, number) if number else format_html("{}", name)


@register.simple_tag
def not_recorded() -> SafeString:
    """What stands where nothing is known; blank is never 0."""
    return format_html('<span class="dimmer">{}</span>', _("not recorded"))


@register.filter
def figure(value: Decimal | float | int | None, places: int | None = None) -> str:
    """``{{ score|figure:2 }}`` → ``87,50``; nothing reads "not recorded"."""
    if value is None or value == "":
        return not_recorded()
    return figures.format_figure(value, places)


@register.filter
def percent(ratio: Decimal | float | None, places: int = 1) -> str:
    """``{{ 0.96|percent:1 }}`` → ``96,0%``."""
    if ratio is None:
        return not_recorded()
    return figures.format_figure(Decimal(str(ratio)) * 100, places) + "%"


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """``{{ cells|lookup:plan.pk }}``: the value of a key that is a variable, or nothing."""
    return mapping.get(key) if mapping else None


# --- Time --------------------------------------------------------------------------------------------------


@register.simple_tag
def when(moment: datetime | None, zone: tzinfo | str | None = None, style: str = "full") -> SafeString:
    """``{% when m.starts_at site.zone %}`` → ``24 November 2026 10.05 WIB``; also short, dated, weekday, time."""
    if moment is None:
        return not_recorded()
    return format_html(
        '<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), moments.moment_words(moment, zone, style)
    )


@register.simple_tag
def day(value: date | None, style: str = "full") -> SafeString:
    """``{% day plan.date %}`` → ``24 November 2026``; styles full, short, dated, weekday, month."""
    if value is None:
        return not_recorded()
    if isinstance(value, datetime):
        raise template.TemplateSyntaxError("{% day %} takes a date; show a time with {% when %} and its zone.")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), moments.day_words(value, style))


@register.filter
def clock(value: time) -> str:
    """``{{ window.starts_at|clock }}`` → ``10.00``: an hour of any day, on a page that says in whose zone."""
    return str(time_format(value, "TIME_FORMAT"))


@register.simple_tag
def span(starts_at: datetime, ends_at: datetime, zone: tzinfo | str | None = None) -> SafeString:
    """``{% span m.starts_at m.ends_at zone %}`` → ``24 November 2026 10.00–12.00 WIB``."""
    place = moments.as_zone(zone)
    first, last = starts_at.astimezone(place), ends_at.astimezone(place)
    if first.date() != last.date():
        return format_html("{} – {}", when(starts_at, place), when(ends_at, place))
    clock = moments.moment_words(first, place, "time").rsplit(" ", 1)[0]
    return format_html(
        '<time datetime="{}">{} {}</time>–<time datetime="{}">{}</time>',
        starts_at.isoformat(timespec="seconds"),
        moments.day_words(first.date()),
        clock,
        ends_at.isoformat(timespec="seconds"),
        moments.moment_words(last, place, "time"),
    )


@register.simple_tag(takes_context=True)
def deadline(
    context: template.Context,
    due_at: datetime | None,
    zone: tzinfo | str | None = None,
    kind: str = "",
    word: str = "",
    style: str = "full",
    icon: str = "",
) -> SafeString:
    """``{% deadline task.due_at site.zone %}``: the relative word, and the exact time below it.

    When the clock has stopped, say what came of it: ``{% deadline o.due_at zone "ok" _("On time") %}``; ``icon=``
    where the kind's own does not fit.
    The page's ``now`` decides, so that every deadline of one page agrees.
    """
    if due_at is None:
        return not_recorded()
    if word:
        shown = moments.DueWord(_kind(kind), icon or STATUS_ICONS[kind], word)
    else:
        shown = moments.due_word(due_at, context.get("now") or timezone.now(), zone)
    return format_html(
        '<span class="deadline is-{}"><b>{}{}</b>{}</span>',
        shown.kind,
        icons.icon(shown.icon),
        shown.word,
        when(due_at, zone, style),
    )


# --- Blocks ------------------------------------------------------------------------------------------------


@register.simple_block_tag
def note(content: str, kind: str = "info", icon: str = "") -> SafeString:
    """``{% note "warn" %}<p>…</p>{% endnote %}``: something to know or act on, inside the page."""
    drawing = icons.icon(icon or {**STATUS_ICONS, "info": "talk"}[_kind(kind)])
    return format_html('<div class="note is-{}">{}<div>{}</div></div>', kind, drawing, content)


@register.simple_tag(takes_context=True)
def empty_state(
    context: template.Context,
    kind: str,
    title: str = "",
    text: str = "",
    icon: str = "",
    url: str = "",
    action: str = "",
) -> SafeString:
    """One of the three texts of UX.md EMP-1: ``none`` (not yet), ``filtered`` (with a reset), ``denied``."""
    request = context.get("request")
    if kind == "none" and not title:
        raise template.TemplateSyntaxError('{% empty_state "none" %} needs a title: what is there none of?')
    if kind == "filtered":
        title, icon = title or _("No results for this filter"), icon or "filter"
        url, action = url or (request.path if request else ""), action or _("Clear filter")
    elif kind == "denied":
        title, icon = title or _("You have no access"), icon or "lock"
    elif kind != "none":
        raise template.TemplateSyntaxError(f"No empty state {kind!r}. There are: none, filtered, denied.")
    props = {"kind": kind, "title": title, "text": text, "icon": icon or "plan", "url": url, "action": action}
    return mark_safe(render_to_string("ui/empty.html", props))


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """``{% crumbs plans_url _("Plans") "" plan.number %}``: address and word in turn; no address for the last."""
    parts = list(zip(pairs[::2], pairs[1::2], strict=True))
    lines = format_html_join(
        "",
        "<li>{}</li>",
        ((format_html('<a href="{}">{}</a>', url, word) if url else word,) for url, word in parts),
    )
    return format_html('<nav aria-label="{}"><ol class="crumbs">{}</ol></nav>', _("Breadcrumbs"), lines)


@register.simple_tag
def chart(drawing: charts.Chart, csv_url: str = "") -> SafeString:
    """``{% chart chart csv_url=url %}``: the drawing, its sentence, and its numbers as a table."""
    return charts.render_chart(drawing, csv_url)


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: template.Context, page_obj: Page[Any], key: str = "page") -> dict[str, Any]:
    """``{% pager page_obj %}``: how many, and the neighbours, keeping the filter in the address."""
    return {"page_obj": page_obj, "key": key, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, key: str, value: Any) -> str:
    """``{% query_with "page" 3 as url %}``: this address with one value set (a fixed key: {% querystring %}).

    Another filter begins at its first page.
    """
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop("page", None)
    query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def table(context: template.Context, table: Any, export_url: str = "", empty: str = "") -> SafeString:
    """``{% table table export_url=url %}``: a PageTable with its pager, its Excel link and its empty state."""
    table.context = context
    request = context.get("request")
    if export_url and "?" not in export_url and request and request.GET:
        export_url = f"{export_url}?{request.GET.urlencode()}"
    props = {"table": table, "export_url": export_url or context.get("file_url", ""), "empty": empty}
    try:
        return mark_safe(render_to_string("ui/table.html", props, request=request))
    finally:
        del table.context


@register.inclusion_tag("ui/job.html")
def job_progress(
    title: str,
    done: int,
    total: int | None,
    kind: str = "info",
    word: str = "",
    text: str = "",
    poll_url: str = "",
    url: str = "",
    action: str = "",
) -> dict[str, Any]:
    """``{% job_progress title job.done job.total "info" job.get_state_display poll_url=… %}``.

    With ``poll_url`` the block asks every two seconds for its successor; without JavaScript a link reloads the page.
    """
    return {
        "title": title,
        "done": done,
        "total": total,
        "kind": _kind(kind),
        "word": word,
        "text": text,
        "poll_url": poll_url,
        "url": url,
        "action": action,
    }


# --- Forms -------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def error_summary(context: template.Context, *sources: Any) -> SafeString:
    """``{% error_summary form formset %}``: "There is a problem", with a link to the first field of each error.

    A POST whose page shows it is answered with 422 (``trainingops.ui.middleware``), so that no view has to say so.
    """
    lines = errors.lines(*sources)
    if lines and (request := context.get("request")):
        request.shows_errors = True
    return mark_safe(render_to_string("ui/error_summary.html", {"lines": lines})) if lines else mark_safe("")


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString:
    """``{% csrf_token %}``: Django's token, and beside it the key by which a form sent twice acts once."""
    return format_html('{}<input type="hidden" name="once" value="{}">', CsrfTokenNode().render(context), uuid4())


@register.simple_tag(takes_context=True)
def error_prefix(context: template.Context) -> str:
    """``Error: `` before the page's title while the page's form has errors."""
    sources = [context.get("form"), context.get("formset"), context.get("errors")]
    return _("Error:") + " " if errors.lines(*sources) else ""


@register.simple_tag
def form_body(form: forms.BaseForm, required_note: bool = True) -> SafeString:
    """``{% form_body form %}``: all fields by the form's crispy layout; the page writes <form>, token and buttons."""
    marked = required_note and any(bound.field.required for bound in form.visible_fields())
    legend = mark_safe(render_to_string("ui/required_note.html")) if marked else ""
    helper = getattr(form, "helper", None) or fields_only(form)  # allauth's forms bring none
    return format_html("{}{}", legend, mark_safe(render_crispy_form(form, helper=helper)))


@register.simple_tag
def field(bound: forms.BoundField, label: str = "", hint: str = "", hide_label: bool = False) -> SafeString:
    """``{% field form.minutes %}``: label, hint, control and error of one field; ``hide_label`` for grids."""
    return mark_safe(render_to_string("ui/field.html", errors.field_props(bound, label, hint, hide_label)))


# --- Slots of higher apps ----------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def slot_cells(context: template.Context, slot: str, ids: Iterable[Any]) -> dict[Any, list[Any]]:
    """``{% slot_cells "planning.plan_row" ids as cells %}`` once a page, then ``{% cell cells plan.pk %}``."""
    request = context.get("request")
    return panels.cells(slot, ids, getattr(request, "user", None))


@register.simple_tag
def cell(cells: Mapping[Any, list[Any]], key: Any) -> SafeString:
    """What the higher apps say about one id."""
    return format_html_join("", "{}", ((each,) for each in cells.get(key, ())))


@register.simple_tag(takes_context=True)
def panel_slot(context: template.Context, slot: str, key: Any) -> SafeString:
    """``{% panel_slot "planning.plan" plan.pk %}``: the slot of a page about one thing."""
    return cell(slot_cells(context, slot, [key]), key)
