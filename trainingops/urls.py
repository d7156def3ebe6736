"""Every URL of the product, by room. Each name stands in :mod:`trainingops.access` with its roles and methods."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from trainingops.dashboard import health as health_views
from trainingops.jobs import views as job_views
from trainingops.notifications import views as notification_views

urlpatterns: list[URLPattern | URLResolver] = []

# --- people, imports ---------------------------------------------------------------------------------------
urlpatterns += []

# --- dashboard ---------------------------------------------------------------------------------------------
urlpatterns += []

# --- planning: catalogue -----------------------------------------------------------------------------------
urlpatterns += []

# --- planning: plans ---------------------------------------------------------------------------------------
urlpatterns += []

# --- sessions ----------------------------------------------------------------------------------------------
urlpatterns += []

# --- reporting ---------------------------------------------------------------------------------------------
urlpatterns += []

# --- evaluation --------------------------------------------------------------------------------------------
urlpatterns += []

# --- records -----------------------------------------------------------------------------------------------
urlpatterns += []

# --- notifications, jobs, health ---------------------------------------------------------------------------
urlpatterns += [
    path("inbox/", notification_views.inbox, name="inbox"),
    path("inbox/read/", notification_views.notices_read, name="notices_read"),
    path("inbox/<uuid:uuid>/open/", notification_views.notice_open, name="notice_open"),
    path("jobs/<uuid:uuid>/", job_views.job_detail, name="job_detail"),
    path("jobs/<uuid:uuid>/cancel/", job_views.job_cancel, name="job_cancel"),
    path("health/live", health_views.live, name="health_live"),
    path("health/ready", health_views.ready, name="health_ready"),
]

# --- ui ----------------------------------------------------------------------------------------------------
urlpatterns += [path("language/", set_language, name="set_language")]
