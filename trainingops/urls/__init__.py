"""Every URL of the product, by room. Each name stands in :mod:`trainingops.access` with its roles and methods."""

from django.urls import URLPattern, URLResolver

from trainingops.audit.idempotency import sent_once
from trainingops.urls import house, planning, stages

handler400 = "trainingops.ui.views.bad_request"
handler500 = "trainingops.ui.views.server_error"
urlpatterns: list[URLPattern | URLResolver] = [*house.urlpatterns, *planning.urlpatterns, *stages.urlpatterns]

# --- every view: a form sent twice acts once -----------------------------------------------------------------
for _pattern in urlpatterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = sent_once(_pattern.callback)
