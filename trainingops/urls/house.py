"""People and imports, the pages of the dashboard, records, notices, jobs, health."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from trainingops.dashboard import health as health_views
from trainingops.dashboard.views import calendar as calendar_views
from trainingops.dashboard.views import home as home_views
from trainingops.dashboard.views import search as search_views
from trainingops.dashboard.views import timeline as timeline_views
from trainingops.imports import views as import_views
from trainingops.jobs import views as job_views
from trainingops.notifications import views as notification_views
from trainingops.people.views import account as account_views
from trainingops.people.views import accounts as accounts_views
from trainingops.people.views import delegations as delegation_views
from trainingops.people.views import people as people_views
from trainingops.people.views import places as place_views
from trainingops.people.views import roster as roster_views
from trainingops.people.views import shift_codes as shift_code_views
from trainingops.records import verifying
from trainingops.records import views as record_views

urlpatterns: list[URLPattern | URLResolver] = []

# --- people, imports -------------------------------------------------------------------------------------
# Of allauth only these: no sign-up, no mail management, no reset by mail.
urlpatterns += [
    path("sign-in/", allauth_views.login, name="account_login"),
    path("sign-in/code/", account_views.code_redeem, name="account_code"),
    # Short, because it is printed on every slip.
    path("k/", RedirectView.as_view(pattern_name="account_code"), name="account_code_short"),
    path("sign-in/again/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("sign-in/closed/", allauth_views.account_inactive, name="account_inactive"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("language/", account_views.set_language, name="set_language"),
    path("account/", account_views.account, name="account"),
    path("account/password/", account_views.account_password, name="account_password"),
    path("account/pin/", account_views.account_pin, name="account_pin"),
    path("people/", people_views.people_list, name="people_list"),
    path("people/download/", import_views.people_download, name="people_download"),
    path("people/delegations/", delegation_views.delegation_list, name="delegation_list"),
    path("people/delegations/new/", delegation_views.delegation_new, name="delegation_new"),
    path("people/delegations/<uuid:uuid>/end/", delegation_views.delegation_end, name="delegation_end"),
    path("people/roster/", roster_views.roster, name="roster"),
    path("people/roster/download/", roster_views.roster_download, name="roster_download"),
    path("people/roster/codes/", shift_code_views.shift_code_list, name="shift_code_list"),
    path("people/roster/codes/new/", shift_code_views.shift_code_new, name="shift_code_new"),
    path("people/roster/codes/<uuid:uuid>/", shift_code_views.shift_code_edit, name="shift_code_edit"),
    path("people/roster/codes/<uuid:uuid>/hours/", shift_code_views.shift_code_hours, name="shift_code_hours"),
    path("people/roster/codes/<uuid:uuid>/remove/", shift_code_views.shift_code_remove, name="shift_code_remove"),
    path("people/codes/", people_views.people_codes, name="people_codes"),
    path("people/<uuid:uuid>/", people_views.person_detail, name="person_detail"),
    path("people/<uuid:uuid>/leave/", people_views.person_leave, name="person_leave"),
    path("people/<uuid:uuid>/account/", people_views.person_account, name="person_account"),
    path("accounts/", accounts_views.account_list, name="account_list"),
    path("accounts/new/", accounts_views.account_new, name="account_new"),
    path("accounts/<uuid:uuid>/", accounts_views.account_detail, name="account_detail"),
    path("accounts/<uuid:uuid>/roles/", accounts_views.role_new, name="role_new"),
    path("accounts/<uuid:uuid>/close/", accounts_views.account_close, name="account_close"),
    path("accounts/<uuid:uuid>/code/", accounts_views.account_code, name="account_issue_code"),
    path("roles/<uuid:uuid>/end/", accounts_views.role_end, name="role_end"),
    path("teams/", place_views.team_list, name="team_list"),
    path("teams/new/<slug:kind>/", place_views.place_new, name="place_new"),
    path("imports/", import_views.import_list, name="import_list"),
    path("imports/new/<slug:kind>/", import_views.import_new, name="import_new"),
    path("imports/template/<slug:kind>/", import_views.import_template, name="import_template"),
    path("imports/<uuid:uuid>/", import_views.import_detail, name="import_detail"),
    path("imports/<uuid:uuid>/columns/", import_views.import_columns, name="import_columns"),
    path("imports/<uuid:uuid>/answers/", import_views.import_answers, name="import_answers"),
    path("imports/<uuid:uuid>/check/", import_views.import_check, name="import_check"),
    path("imports/<uuid:uuid>/apply/", import_views.import_apply, name="import_apply"),
    path("imports/<uuid:uuid>/errors/", import_views.import_errors, name="import_errors"),
]

# --- dashboard -------------------------------------------------------------------------------------------
urlpatterns += [
    path("", home_views.home, name="home"),
    path("search/", search_views.search, name="search"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/feed/", calendar_views.calendar_feed, name="calendar_feed"),
    path("calendar/feed/<str:token>/trainings.ics", calendar_views.calendar_file, name="calendar_file"),
    path("plans/<uuid:uuid>/timeline/", timeline_views.plan_timeline, name="plan_timeline"),
]

# --- records ---------------------------------------------------------------------------------------------
urlpatterns += [
    path("records/", record_views.evidence_list, name="evidence_list"),
    path("records/export/", record_views.evidence_export, name="evidence_export"),
    path("records/<uuid:uuid>/", record_views.evidence_detail, name="evidence_detail"),
    path("records/<uuid:uuid>/pdf/", record_views.evidence_pdf, name="evidence_pdf"),
    path("records/<uuid:uuid>/data/", record_views.evidence_data, name="evidence_data"),
    path("records/requests/<uuid:uuid>/retry/", record_views.evidence_retry, name="evidence_retry"),
    path("records/archives/", record_views.archive_create, name="archive_create"),
    path("records/archives/<uuid:uuid>/", record_views.archive_detail, name="archive_detail"),
    path("records/archives/<uuid:uuid>/download/", record_views.archive_download, name="archive_download"),
    # Short, because it is printed on every record.
    path("v/", verifying.verify, name="verify"),
    path("v/<slug:code>", verifying.verify_record, name="verify_record"),
]

# --- notifications, jobs, health -------------------------------------------------------------------------
urlpatterns += [
    path("inbox/", notification_views.inbox, name="inbox"),
    path("inbox/read/", notification_views.notices_read, name="notices_read"),
    path("inbox/<uuid:uuid>/open/", notification_views.notice_open, name="notice_open"),
    path("inbox/<uuid:uuid>/read/", notification_views.notice_read, name="notice_read"),
    path("account/notices/", notification_views.notice_preferences, name="notice_preferences"),
    path("mails/stop/<str:signed>/", notification_views.unsubscribe, name="unsubscribe"),
    path("mails/", notification_views.outbox_list, name="outbox_list"),
    path("mails/send/", notification_views.outbox_resend_all, name="outbox_resend_all"),
    path("mails/<uuid:uuid>/send/", notification_views.outbox_resend, name="outbox_resend"),
    path("jobs/<uuid:uuid>/", job_views.job_detail, name="job_detail"),
    path("jobs/<uuid:uuid>/cancel/", job_views.job_cancel, name="job_cancel"),
    path("health/live", health_views.live, name="health_live"),
    path("health/ready", health_views.ready, name="health_ready"),
]
