"""Every URL of the product, by room. Each name stands in :mod:`trainingops.access` with its roles and methods."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, path

from evaluation.views import actions, coaching, defects, reviews
from planning.views import adjusting as adjusting_views
from planning.views import appointments as appointment_views
from planning.views import approval as approval_views
from planning.views import class_types as class_type_views
from planning.views import consultations as consultation_views
from planning.views import groups as group_views
from planning.views import indicator as indicator_views
from planning.views import modules as module_views
from planning.views import month as month_views
from planning.views import needs as need_views
from planning.views import papers as paper_views
from planning.views import parts as part_views
from planning.views import plan_list as plan_list_views
from planning.views import plans as plan_views
from planning.views import questions as question_views
from planning.views import releases as release_views
from planning.views import roster as plan_roster_views
from planning.views import schemes as scheme_views
from planning.views import targets as target_views
from planning.views import templates as template_views
from planning.views import topics as topic_views
from planning.views import traffic as traffic_views
from planning.views import trainers as trainer_views
from planning.views import when as when_views
from reporting.views import obligations as reporting_obligations
from reporting.views import reports as reporting_reports
from reporting.views import rules as reporting_rules
from sessions.views import marking as marking_views
from sessions.views import quiz as quiz_views
from sessions.views import recovery as recovery_views
from sessions.views import roll as roll_views
from sessions.views import scores as score_views
from sessions.views import sessions as session_views
from trainingops.audit.idempotency import sent_once
from trainingops.dashboard import health as health_views
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

handler400 = "trainingops.ui.views.bad_request"
handler500 = "trainingops.ui.views.server_error"
urlpatterns: list[URLPattern | URLResolver] = []

# --- people, imports ---------------------------------------------------------------------------------------
# Of allauth only these: no sign-up, no mail management, no reset by mail.
urlpatterns += [
    path("sign-in/", allauth_views.login, name="account_login"),
    path("sign-in/code/", account_views.code_redeem, name="account_code"),
    path("sign-in/again/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("sign-in/closed/", allauth_views.account_inactive, name="account_inactive"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("language/", account_views.set_language, name="set_language"),
    path("account/", account_views.account, name="account"),
    path("account/password/", account_views.account_password, name="account_password"),
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

# --- dashboard ---------------------------------------------------------------------------------------------
urlpatterns += [
    path("", home_views.home, name="home"),
    path("search/", search_views.search, name="search"),
    path("plans/<uuid:uuid>/timeline/", timeline_views.plan_timeline, name="plan_timeline"),
]

# --- planning: catalogue -----------------------------------------------------------------------------------
urlpatterns += [
    path("needs/", need_views.need_overview, name="need_overview"),
    path("needs/agents/", need_views.need_agents, name="need_agents"),
    path("needs/defects/", need_views.defect_list, name="defect_list"),
    path("needs/defects/new/", need_views.defect_new, name="defect_new"),
    path("needs/defects/<uuid:uuid>/", need_views.defect_detail, name="defect_detail"),
    path("needs/defects/<uuid:uuid>/cause/", need_views.defect_cause, name="defect_cause"),
    path("needs/defects/<uuid:uuid>/<slug:verb>/", need_views.defect_decide, name="defect_decide"),
    path("needs/parameters/", need_views.parameter_list, name="parameter_list"),
    path("needs/parameters/new/", need_views.parameter_new, name="parameter_new"),
    path("needs/parameters/<uuid:uuid>/", need_views.parameter_edit, name="parameter_edit"),
    path("needs/samples/", need_views.sample_list, name="sample_list"),
    path("needs/samples/new/", need_views.sample_new, name="sample_new"),
    path("needs/figures/", need_views.indicator_list, name="indicator_list"),
    path("needs/figures/measures/new/", need_views.measure_new, name="measure_new"),
    path("needs/changes/", need_views.product_change_list, name="product_change_list"),
    path("needs/changes/new/", need_views.product_change_new, name="product_change_new"),
    path("needs/changes/<uuid:uuid>/", need_views.product_change_detail, name="product_change_detail"),
    path("needs/changes/<uuid:uuid>/edit/", need_views.product_change_edit, name="product_change_edit"),
    path("needs/changes/<uuid:uuid>/document/", need_views.product_change_document, name="product_change_document"),
    path("needs/sources/", need_views.need_source_list, name="need_source_list"),
    path("needs/sources/new/", need_views.need_source_new, name="need_source_new"),
    path("needs/sources/<uuid:uuid>/document/", need_views.need_source_document, name="need_source_document"),
    path("traffic/", traffic_views.traffic, name="traffic"),
    path("traffic/csv/", traffic_views.traffic_csv, name="traffic_csv"),
    path("traffic/target/", traffic_views.traffic_target, name="traffic_target"),
    path("traffic/days/", traffic_views.traffic_days, name="traffic_days"),
    path("traffic/days/<uuid:uuid>/remove/", traffic_views.traffic_day_remove, name="traffic_day_remove"),
    path("modules/", module_views.module_list, name="module_list"),
    path("modules/standard/", module_views.module_standard, name="module_standard"),
    path("modules/standard/<uuid:uuid>/record/", module_views.module_standard_record, name="module_standard_record"),
    path("modules/topics/", topic_views.topic_list, name="topic_list"),
    path("modules/topics/new/", topic_views.topic_new, name="topic_new"),
    path("modules/topics/<uuid:uuid>/", topic_views.topic_edit, name="topic_edit"),
    path("modules/new/", module_views.module_new, name="module_new"),
    path("modules/<uuid:uuid>/", module_views.module_detail, name="module_detail"),
    path("modules/<uuid:uuid>/edit/", module_views.module_edit, name="module_edit"),
    path("modules/<uuid:uuid>/needs/", module_views.module_answers, name="module_answers"),
    path("modules/<uuid:uuid>/versions/new/", module_views.module_version_new, name="module_version_new"),
    path("modules/versions/<uuid:uuid>/edit/", module_views.module_version_edit, name="module_version_edit"),
    path("modules/versions/<uuid:uuid>/submit/", module_views.module_version_submit, name="module_version_submit"),
    path("modules/versions/<uuid:uuid>/decide/", module_views.module_version_decide, name="module_version_decide"),
    path("modules/versions/<uuid:uuid>/retire/", module_views.module_version_retire, name="module_version_retire"),
    path("modules/versions/<uuid:uuid>/materials/new/", module_views.material_new, name="material_new"),
    path("modules/materials/<uuid:uuid>/", module_views.material_detail, name="material_detail"),
    path("modules/materials/<uuid:uuid>/file/", module_views.material_file, name="material_file"),
    path("modules/materials/<uuid:uuid>/remove/", module_views.material_remove, name="material_remove"),
    path("questions/", question_views.question_list, name="question_list"),
    path("questions/new/", question_views.question_new, name="question_new"),
    path("questions/<uuid:uuid>/", question_views.question_detail, name="question_detail"),
    path("questions/<uuid:uuid>/retire/", question_views.question_retire, name="question_retire"),
    path("questions/<uuid:uuid>/restore/", question_views.question_restore, name="question_restore"),
    path("questions/<uuid:uuid>/edit/", question_views.question_edit, name="question_edit"),
    path("papers/", paper_views.paper_list, name="paper_list"),
    path("papers/new/", paper_views.paper_new, name="paper_new"),
    path("papers/<uuid:uuid>/", paper_views.paper_detail, name="paper_detail"),
    path("papers/<uuid:uuid>/pair/", paper_views.paper_pair, name="paper_pair"),
    path("papers/<uuid:uuid>/preview/<int:place>/", paper_views.paper_preview, name="paper_preview"),
    path("schemes/", scheme_views.scheme_list, name="scheme_list"),
    path("schemes/new/", scheme_views.scheme_new, name="scheme_new"),
    path("schemes/<uuid:uuid>/", scheme_views.scheme_detail, name="scheme_detail"),
    path("schemes/<uuid:uuid>/copy/", scheme_views.scheme_copy, name="scheme_copy"),
    path("schemes/<uuid:uuid>/retire/", scheme_views.scheme_retire, name="scheme_retire"),
    path("appointments/", appointment_views.appointment_list, name="appointment_list"),
    path("appointments/new/", appointment_views.appointment_new, name="appointment_new"),
    path("appointments/<uuid:uuid>/", appointment_views.appointment_detail, name="appointment_detail"),
    path("appointments/<uuid:uuid>/revoke/", appointment_views.appointment_revoke, name="appointment_revoke"),
    path("places/", appointment_views.place_list, name="place_list"),
    path("places/rooms/new/", appointment_views.room_new, name="room_new"),
    path("places/applications/new/", appointment_views.application_new, name="application_new"),
    path("places/trainers/new/", appointment_views.trainer_new, name="trainer_new"),
    path("places/trainers/<uuid:uuid>/", trainer_views.trainer_detail, name="trainer_detail"),
    path("places/trainers/<uuid:uuid>/edit/", appointment_views.trainer_edit, name="trainer_edit"),
    path("places/trainers/<uuid:uuid>/account/", trainer_views.trainer_account, name="trainer_account"),
    path("places/trainers/<uuid:uuid>/modules/", trainer_views.trainer_permit, name="trainer_permit"),
    path("places/trainers/<uuid:uuid>/qualifications/new/", trainer_views.qualification_new, name="qualification_new"),
    path(
        "places/qualifications/<uuid:uuid>/document/",
        trainer_views.qualification_document,
        name="qualification_document",
    ),
    path("trainer-requests/", trainer_views.trainer_request_list, name="trainer_request_list"),
    path("trainer-requests/new/", trainer_views.trainer_request_new, name="trainer_request_new"),
    path("trainer-requests/<uuid:uuid>/", trainer_views.trainer_request_detail, name="trainer_request_detail"),
    path("trainer-requests/<uuid:uuid>/answer/", trainer_views.trainer_request_answer, name="trainer_request_answer"),
    path(
        "trainer-requests/<uuid:uuid>/document/",
        trainer_views.trainer_request_document,
        name="trainer_request_document",
    ),
]

# --- planning: class types ---------------------------------------------------------------------------------
urlpatterns += [
    path("class-types/", class_type_views.class_type_list, name="class_type_list"),
    path("class-types/new/", class_type_views.class_type_new, name="class_type_new"),
    path("class-types/<uuid:uuid>/edit/", class_type_views.class_type_edit, name="class_type_edit"),
    path("class-types/<uuid:uuid>/retire/", class_type_views.class_type_retire, name="class_type_retire"),
    path("class-types/<uuid:uuid>/restore/", class_type_views.class_type_restore, name="class_type_restore"),
]

# --- planning: plans ---------------------------------------------------------------------------------------
urlpatterns += [
    path("plans/", plan_list_views.plan_list, name="plan_list"),
    path("plans/month/", month_views.plan_month, name="plan_month"),
    path("plans/month/copy/", month_views.plan_month_copy, name="plan_month_copy"),
    path("plans/month/change/", month_views.plan_month_change, name="plan_month_change"),
    path("plans/month/submit/", month_views.plan_month_submit, name="plan_month_submit"),
    path("plans/new/", plan_views.plan_new, name="plan_new"),
    path("plans/templates/", template_views.plan_template_list, name="plan_template_list"),
    path("plans/templates/new/", template_views.plan_template_new, name="plan_template_new"),
    path("plans/templates/<uuid:uuid>/", template_views.plan_template_detail, name="plan_template_detail"),
    path("plans/templates/<uuid:uuid>/edit/", template_views.plan_template_edit, name="plan_template_edit"),
    path("plans/templates/<uuid:uuid>/retire/", template_views.plan_template_retire, name="plan_template_retire"),
    path("plans/templates/<uuid:uuid>/restore/", template_views.plan_template_restore, name="plan_template_restore"),
    path("plans/indicator/", indicator_views.plan_indicator, name="plan_indicator"),
    path("plans/releases/", release_views.release_list, name="release_list"),
    path("plans/releases/<uuid:uuid>/", release_views.release_detail, name="release_detail"),
    path("plans/approvals/", approval_views.plan_approvals, name="plan_approvals"),
    path("plans/approvals/<uuid:uuid>/", approval_views.plan_approval, name="plan_approval"),
    path("plans/coordination/<uuid:uuid>/", consultation_views.consultation_answer, name="consultation_answer"),
    path("plans/coordination/<uuid:uuid>/enter/", consultation_views.consultation_enter, name="consultation_enter"),
    path(
        "plans/coordination/<uuid:uuid>/document/",
        consultation_views.consultation_document,
        name="consultation_document",
    ),
    path("plans/revisions/<uuid:uuid>/remark/", approval_views.revision_comment, name="revision_comment"),
    path("plans/remarks/<uuid:uuid>/", approval_views.comment_settle, name="comment_settle"),
    path("plans/<uuid:uuid>/", plan_views.plan_detail, name="plan_detail"),
    path("plans/<uuid:uuid>/revisions/<int:number>/", plan_views.plan_revision, name="plan_revision"),
    path("plans/<uuid:uuid>/parts/<slug:part>/", part_views.plan_part, name="plan_part"),
    path("plans/<uuid:uuid>/sessions/", part_views.plan_sessions, name="plan_sessions"),
    path("plans/<uuid:uuid>/sessions/new/", part_views.plan_session, name="plan_session_new"),
    path("plans/<uuid:uuid>/sessions/<uuid:session>/", part_views.plan_session, name="plan_session"),
    path(
        "plans/<uuid:uuid>/sessions/<uuid:session>/remove/", part_views.plan_session_remove, name="plan_session_remove"
    ),
    path("plans/<uuid:uuid>/when/", when_views.plan_when, name="plan_when"),
    path("plans/<uuid:uuid>/roster/", plan_roster_views.plan_roster, name="plan_roster"),
    path("plans/<uuid:uuid>/windows/", plan_roster_views.plan_windows, name="plan_windows"),
    path("plans/<uuid:uuid>/batches/", plan_roster_views.plan_batches, name="plan_batches"),
    path("overtime/<uuid:uuid>/", plan_roster_views.overtime_answer, name="overtime_answer"),
    path("plans/<uuid:uuid>/targets/", target_views.plan_targets, name="plan_targets"),
    path("plans/<uuid:uuid>/targets/group/", group_views.plan_targets_group, name="plan_targets_group"),
    path("plans/<uuid:uuid>/targets/defects/", target_views.plan_targets_defects, name="plan_targets_defects"),
    path("plans/<uuid:uuid>/targets/add/", target_views.plan_targets_add, name="plan_targets_add"),
    path("plans/<uuid:uuid>/recipients/", part_views.plan_recipients, name="plan_recipients"),
    path("plans/<uuid:uuid>/submit/", plan_views.plan_submit, name="plan_submit"),
    path("plans/<uuid:uuid>/withdraw/", plan_views.plan_withdraw, name="plan_withdraw"),
    path("plans/<uuid:uuid>/amend/", plan_views.plan_amend, name="plan_amend"),
    path("plans/<uuid:uuid>/adjust/", adjusting_views.plan_adjust, name="plan_adjust"),
    path("plans/<uuid:uuid>/adjust/recipients/", adjusting_views.plan_adjust_recipient, name="plan_adjust_recipient"),
    path(
        "plans/<uuid:uuid>/adjust/sessions/<uuid:session>/",
        adjusting_views.plan_adjust_place,
        name="plan_adjust_place",
    ),
    path(
        "plans/<uuid:uuid>/adjust/people/<uuid:target>/",
        adjusting_views.plan_adjust_target,
        name="plan_adjust_target",
    ),
    path("plans/<uuid:uuid>/cancel/", plan_views.plan_cancel, name="plan_cancel"),
    path("plans/<uuid:uuid>/coordination/", consultation_views.plan_consult, name="plan_consult"),
    path("plans/<uuid:uuid>/coordination/sheet/", consultation_views.plan_sheet, name="plan_sheet"),
]

# --- sessions ----------------------------------------------------------------------------------------------
urlpatterns += [
    path("sessions/", session_views.session_list, name="session_list"),
    path("sessions/<uuid:uuid>/", session_views.session_detail, name="session_detail"),
    path("sessions/<uuid:uuid>/open/", session_views.session_open, name="session_open"),
    path("sessions/<uuid:uuid>/post-test/", session_views.session_post_test, name="session_post_test"),
    path("sessions/<uuid:uuid>/conclude/", session_views.session_conclude, name="session_conclude"),
    path("sessions/<uuid:uuid>/cancel/", session_views.session_cancel, name="session_cancel"),
    path("sessions/<uuid:uuid>/results/", session_views.session_results, name="session_results"),
    path("sessions/<uuid:uuid>/marking/", marking_views.session_marking, name="session_marking"),
    path("sessions/<uuid:uuid>/scores/", score_views.session_scores, name="session_scores"),
    path(
        "sessions/<uuid:uuid>/scores/<int:enrolment>/<uuid:parameter>/",
        score_views.session_score_cell,
        name="session_score_cell",
    ),
    path("sessions/<uuid:uuid>/deviations/new/", session_views.deviation_new, name="deviation_new"),
    path("meetings/<uuid:uuid>/roll/", roll_views.meeting_roll, name="meeting_roll"),
    path("meetings/<uuid:uuid>/roll/<int:enrolment>/", roll_views.meeting_cell, name="meeting_cell"),
    path("meetings/<uuid:uuid>/roll/rest/", roll_views.meeting_rest, name="meeting_rest"),
    path("meetings/<uuid:uuid>/roll/rest/<uuid:fill>/undo/", roll_views.meeting_rest_undo, name="meeting_rest_undo"),
    path("meetings/<uuid:uuid>/open/", session_views.meeting_open, name="meeting_open"),
    path("meetings/<uuid:uuid>/conclude/", session_views.meeting_conclude, name="meeting_conclude"),
    path("deviations/", session_views.deviation_list, name="deviation_list"),
    path("deviations/<uuid:uuid>/acknowledge/", session_views.deviation_acknowledge, name="deviation_acknowledge"),
    path("recovery/", recovery_views.recovery_list, name="recovery_list"),
    path("recovery/schedule/", recovery_views.recovery_schedule, name="recovery_schedule"),
    path("recovery/<uuid:uuid>/", recovery_views.case_detail, name="case_detail"),
    path("recovery/<uuid:uuid>/test/", recovery_views.case_test, name="case_test"),
    path("recovery/<uuid:uuid>/waive/", recovery_views.case_waive, name="case_waive"),
    path("recovery/<uuid:uuid>/lapse/", recovery_views.case_lapse, name="case_lapse"),
    path("trainings/", quiz_views.my_trainings, name="my_trainings"),
    path("trainings/<uuid:uuid>/<slug:phase>/", quiz_views.test_start, name="test_start"),
    path("tests/<uuid:uuid>/<int:place>/", quiz_views.test_question, name="test_question"),
    path("tests/<uuid:uuid>/summary/", quiz_views.test_summary, name="test_summary"),
    path("tests/<uuid:uuid>/submit/", quiz_views.test_submit, name="test_submit"),
    path("tests/<uuid:uuid>/done/", quiz_views.test_done, name="test_done"),
]

# --- reporting ---------------------------------------------------------------------------------------------
urlpatterns += [
    path("deadlines/", reporting_obligations.obligation_list, name="obligation_list"),
    path("deadlines/export/", reporting_obligations.obligation_export, name="obligation_export"),
    path("deadlines/<uuid:uuid>/", reporting_obligations.obligation_detail, name="obligation_detail"),
    path("deadlines/<uuid:uuid>/remind/", reporting_obligations.obligation_remind, name="obligation_remind"),
    path("deadlines/rules/", reporting_rules.deadline_rules, name="deadline_rules"),
    path("deadlines/rules/days/new/", reporting_rules.day_off_new, name="day_off_new"),
    path("deadlines/rules/days/<uuid:uuid>/", reporting_rules.day_off_edit, name="day_off_edit"),
    path("deadlines/rules/days/<uuid:uuid>/remove/", reporting_rules.day_off_remove, name="day_off_remove"),
    path("deadlines/rules/new/", reporting_rules.policy_new, name="policy_new"),
    path("deadlines/rules/<uuid:uuid>/remove/", reporting_rules.policy_remove, name="policy_remove"),
    path("reports/", reporting_reports.report_list, name="report_list"),
    path("reports/<uuid:uuid>/", reporting_reports.report_detail, name="report_detail"),
    path("reports/<uuid:uuid>/versions/<int:number>/", reporting_reports.report_version, name="report_version"),
    path("reports/<uuid:uuid>/write/", reporting_reports.report_write, name="report_write"),
    path("reports/<uuid:uuid>/submit/", reporting_reports.report_submit, name="report_submit"),
    path("reports/<uuid:uuid>/acknowledge/", reporting_reports.report_acknowledge, name="report_acknowledge"),
    path("reports/<uuid:uuid>/opened/", reporting_reports.report_opened, name="report_opened"),
    path("reports/<uuid:uuid>/share/", reporting_reports.report_share, name="report_share"),
    path("reports/<uuid:uuid>/recipients/new/", reporting_reports.recipient_new, name="recipient_new"),
    path("receipts/<uuid:uuid>/remind/", reporting_reports.recipient_remind, name="recipient_remind"),
]

# --- evaluation --------------------------------------------------------------------------------------------
urlpatterns += [
    path("training-defects/", defects.training_defect_list, name="training_defect_list"),
    path("training-defects/new/", defects.training_defect_new, name="training_defect_new"),
    path("reviews/", reviews.review_list, name="review_list"),
    path("reviews/new/", reviews.review_new, name="review_new"),
    path("reviews/<uuid:uuid>/", reviews.review_detail, name="review_detail"),
    path("reviews/<uuid:uuid>/presence/", reviews.review_presence, name="review_presence"),
    path("reviews/<uuid:uuid>/minutes/", reviews.review_minutes, name="review_minutes"),
    path("reviews/<uuid:uuid>/findings/new/", reviews.finding_new, name="finding_new"),
    path("reviews/<uuid:uuid>/approve/", reviews.review_approve, name="review_approve"),
    path("reviews/<uuid:uuid>/close/", reviews.review_close, name="review_close"),
    path("reviews/<uuid:uuid>/cancel/", reviews.review_cancel, name="review_cancel"),
    path("findings/<uuid:uuid>/actions/new/", actions.action_new, name="action_new"),
    path("actions/", actions.action_list, name="action_list"),
    path("actions/<uuid:uuid>/", actions.action_detail, name="action_detail"),
    path("actions/<uuid:uuid>/start/", actions.action_start, name="action_start"),
    path("actions/<uuid:uuid>/finish/", actions.action_finish, name="action_finish"),
    path("actions/<uuid:uuid>/check/", actions.action_check, name="action_check"),
    path("coaching/", coaching.coaching_list, name="coaching_list"),
    path("coaching/people/<uuid:uuid>/new/", coaching.coaching_new, name="coaching_new"),
    path("coaching/<uuid:uuid>/", coaching.coaching_detail, name="coaching_detail"),
    path("coaching/<uuid:uuid>/comment/", coaching.coaching_comment, name="coaching_comment"),
]

# --- records -----------------------------------------------------------------------------------------------
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

# --- notifications, jobs, health ---------------------------------------------------------------------------
urlpatterns += [
    path("inbox/", notification_views.inbox, name="inbox"),
    path("inbox/read/", notification_views.notices_read, name="notices_read"),
    path("inbox/<uuid:uuid>/open/", notification_views.notice_open, name="notice_open"),
    path("mails/", notification_views.outbox_list, name="outbox_list"),
    path("mails/<uuid:uuid>/send/", notification_views.outbox_resend, name="outbox_resend"),
    path("jobs/<uuid:uuid>/", job_views.job_detail, name="job_detail"),
    path("jobs/<uuid:uuid>/cancel/", job_views.job_cancel, name="job_cancel"),
    path("health/live", health_views.live, name="health_live"),
    path("health/ready", health_views.ready, name="health_ready"),
]

# --- every view: a form sent twice acts once -----------------------------------------------------------------
for _pattern in urlpatterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = sent_once(_pattern.callback)
