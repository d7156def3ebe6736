"""The stages after approval: sessions, reporting, evaluation."""

from django.urls import URLPattern, URLResolver, path

from evaluation.views import (
    actions,
    analyses,
    coaching,
    defects,
    duties,
    effects,
    indicators,
    levels,
    objectives,
    reviews,
)
from evaluation.views import comparison as comparison_views
from evaluation.views import indicator as indicator_4_4
from evaluation.views import training_hours as hours
from reporting.views import client_names, previews, recipients
from reporting.views import indicator as reporting_indicator
from reporting.views import obligations as reporting_obligations
from reporting.views import recaps as reporting_recaps
from reporting.views import reports as reporting_reports
from reporting.views import rules as reporting_rules
from sessions.views import amending as amending_views
from sessions.views import assessors as assessor_views
from sessions.views import cases as case_views
from sessions.views import check_in as check_in_views
from sessions.views import codes as code_views
from sessions.views import corrections as correction_views
from sessions.views import day as day_views
from sessions.views import files as file_views
from sessions.views import filing as filing_views
from sessions.views import guests as guest_views
from sessions.views import indicator as indicator_views
from sessions.views import kiosk as kiosk_views
from sessions.views import marking as marking_views
from sessions.views import marking_queue as queue_views
from sessions.views import own_people as own_people_views
from sessions.views import paper as paper_views
from sessions.views import quiz as quiz_views
from sessions.views import recovery as recovery_views
from sessions.views import roll as roll_views
from sessions.views import scans as scan_views
from sessions.views import score_paste as paste_views
from sessions.views import scores as score_views
from sessions.views import sessions as session_views
from sessions.views import shared_pc as shared_pc_views
from sessions.views import survey as survey_views
from sessions.views import testing as testing_views

urlpatterns: list[URLPattern | URLResolver] = []

# --- sessions --------------------------------------------------------------------------------------------
urlpatterns += [
    path("sessions/", session_views.session_list, name="session_list"),
    path("sessions/<uuid:uuid>/", day_views.session_detail, name="session_detail"),
    path("sessions/indicator/", indicator_views.session_indicator, name="session_indicator"),
    path("sessions/filed/new/", filing_views.session_filed_new, name="session_filed_new"),
    path("sessions/<uuid:uuid>/notes/", day_views.session_notes, name="session_notes"),
    path("sessions/<uuid:uuid>/photos/", day_views.session_photos, name="session_photos"),
    path("sessions/<uuid:uuid>/substitute/", day_views.session_substitute, name="session_substitute"),
    path("sessions/<uuid:uuid>/other-time/", day_views.session_propose_move, name="session_propose_move"),
    path("class-files/<uuid:uuid>/", day_views.class_file, name="class_file"),
    path("class-files/<uuid:uuid>/small/", day_views.class_file_thumbnail, name="class_file_thumbnail"),
    path("class-files/<uuid:uuid>/remove/", day_views.class_file_remove, name="class_file_remove"),
    path("sessions/<uuid:uuid>/open/", session_views.session_open, name="session_open"),
    path("sessions/<uuid:uuid>/post-test/", session_views.session_post_test, name="session_post_test"),
    path("sessions/<uuid:uuid>/conclude/", session_views.session_conclude, name="session_conclude"),
    path("sessions/<uuid:uuid>/move/", session_views.session_move, name="session_move"),
    path("sessions/<uuid:uuid>/codes/", code_views.session_codes, name="session_codes"),
    path("sessions/<uuid:uuid>/withdraw/", filing_views.session_withdraw, name="session_withdraw"),
    path("sessions/<uuid:uuid>/cancel/", session_views.session_cancel, name="session_cancel"),
    path("sessions/<uuid:uuid>/own/", own_people_views.session_own, name="session_own"),
    path("sessions/<uuid:uuid>/results/", session_views.session_results, name="session_results"),
    path("sessions/<uuid:uuid>/marking/", marking_views.session_marking, name="session_marking"),
    path("sessions/<uuid:uuid>/tests/", testing_views.session_tests, name="session_tests"),
    path(
        "sessions/<uuid:uuid>/tests/<uuid:enrolment>/extra-time/",
        testing_views.session_extra_time,
        name="session_extra_time",
    ),
    path("sessions/<uuid:uuid>/tests/paper/", testing_views.session_paper_results, name="session_paper_results"),
    path("marking/", queue_views.marking_queue, name="marking_queue"),
    path("sessions/<uuid:uuid>/scores/", score_views.session_scores, name="session_scores"),
    path("sessions/<uuid:uuid>/assessors/", assessor_views.session_assessors, name="session_assessors"),
    path(
        "sessions/<uuid:uuid>/assessors/<uuid:asked>/withdraw/",
        assessor_views.session_assessor_withdraw,
        name="session_assessor_withdraw",
    ),
    path("sessions/<uuid:uuid>/scores/paste/", paste_views.session_score_paste, name="session_score_paste"),
    path(
        "sessions/<uuid:uuid>/scores/<int:enrolment>/<uuid:parameter>/",
        score_views.session_score_cell,
        name="session_score_cell",
    ),
    path("sessions/<uuid:uuid>/results/<int:enrolment>/", amending_views.score_amend, name="score_amend"),
    path("sessions/<uuid:uuid>/deviations/new/", session_views.deviation_new, name="deviation_new"),
    path("sessions/<uuid:uuid>/files/<uuid:run>/", file_views.session_file, name="session_file"),
    path("meetings/<uuid:uuid>/roll/", roll_views.meeting_roll, name="meeting_roll"),
    path("meetings/<uuid:uuid>/roll/<int:enrolment>/", roll_views.meeting_cell, name="meeting_cell"),
    path("meetings/<uuid:uuid>/roll/rest/", roll_views.meeting_rest, name="meeting_rest"),
    path("meetings/<uuid:uuid>/roll/rest/<uuid:fill>/undo/", roll_views.meeting_rest_undo, name="meeting_rest_undo"),
    path("meetings/<uuid:uuid>/open/", session_views.meeting_open, name="meeting_open"),
    path("meetings/<uuid:uuid>/conclude/", session_views.meeting_conclude, name="meeting_conclude"),
    path("meetings/<uuid:uuid>/check-in/", kiosk_views.meeting_kiosk, name="meeting_kiosk"),
    path("meetings/<uuid:uuid>/sheets/", paper_views.meeting_sheets, name="meeting_sheets"),
    path("sheets/<uuid:uuid>/", paper_views.sheet_file, name="sheet_file"),
    path("k/<str:code>/", paper_views.sheet_code, name="sheet_code"),
    path("scans/", scan_views.scan_list, name="scan_list"),
    path("scans/new/", scan_views.scan_new, name="scan_new"),
    path("scans/<uuid:uuid>/file/", scan_views.scan_file, name="scan_file"),
    path("scans/pages/<uuid:uuid>/", scan_views.scan_page, name="scan_page"),
    path("scans/pages/<uuid:uuid>/discard/", scan_views.scan_discard, name="scan_discard"),
    path("scans/pages/<uuid:uuid>/picture/", scan_views.scan_picture, name="scan_picture"),
    path("h/", check_in_views.check_in, name="check_in"),
    path("h/<str:code>/", check_in_views.check_in_scan, name="check_in_scan"),
    path("check-in/", check_in_views.check_in_confirm, name="check_in_confirm"),
    path("check-in/<uuid:uuid>/", check_in_views.check_in_done, name="check_in_done"),
    path("meetings/<uuid:uuid>/shared-pc/", shared_pc_views.shared_pc_start, name="shared_pc_start"),
    path("pc/", shared_pc_views.shared_pc, name="shared_pc"),
    path("pc/choice/", shared_pc_views.shared_pc_choice, name="shared_pc_choice"),
    path("pc/end/", shared_pc_views.shared_pc_end, name="shared_pc_end"),
    path("surveys/", survey_views.survey_list, name="survey_list"),
    path("sessions/<uuid:uuid>/survey/", survey_views.survey_result, name="survey_result"),
    path(
        "meetings/<uuid:uuid>/roll/<int:enrolment>/correct/",
        correction_views.attendance_correct,
        name="attendance_correct",
    ),
    path("meetings/<uuid:uuid>/roll/guests/", guest_views.guest_add, name="guest_add"),
    path("meetings/<uuid:uuid>/roll/guests/<int:enrolment>/remove/", guest_views.guest_remove, name="guest_remove"),
    path("join-requests/<uuid:uuid>/decline/", guest_views.join_decline, name="join_decline"),
    path("check-in/ask/", guest_views.check_in_ask, name="check_in_ask"),
    path("check-in/<uuid:uuid>/correction/", correction_views.correction_new, name="correction_new"),
    path("corrections/", correction_views.correction_list, name="correction_list"),
    path("corrections/<uuid:uuid>/", correction_views.correction_detail, name="correction_detail"),
    path("corrections/<uuid:uuid>/withdraw/", correction_views.correction_withdraw, name="correction_withdraw"),
    path("corrections/<uuid:uuid>/document/", correction_views.correction_document, name="correction_document"),
    path("deviations/", session_views.deviation_list, name="deviation_list"),
    path("deviations/<uuid:uuid>/acknowledge/", session_views.deviation_acknowledge, name="deviation_acknowledge"),
    path("recovery/", recovery_views.recovery_list, name="recovery_list"),
    path("recovery/schedule/", recovery_views.recovery_schedule, name="recovery_schedule"),
    path("recovery/suggestions/", recovery_views.recovery_suggestions, name="recovery_suggestions"),
    path("recovery/indicator/", recovery_views.recovery_indicator, name="recovery_indicator"),
    path("recovery/targets/<uuid:uuid>/lapse/", case_views.target_lapse, name="target_lapse"),
    path("recovery/<uuid:uuid>/", case_views.case_detail, name="case_detail"),
    path("recovery/<uuid:uuid>/test/", case_views.case_test, name="case_test"),
    path("recovery/<uuid:uuid>/take-back/", case_views.case_take_back, name="case_take_back"),
    path("recovery/<uuid:uuid>/waive/", case_views.case_waive, name="case_waive"),
    path("recovery/<uuid:uuid>/lapse/", case_views.case_lapse, name="case_lapse"),
    path("trainings/", quiz_views.my_trainings, name="my_trainings"),
    path("trainings/<uuid:uuid>/calendar.ics", quiz_views.training_calendar, name="training_calendar"),
    path("trainings/<uuid:uuid>/survey/", survey_views.survey_answer, name="survey_answer"),
    path("trainings/<uuid:uuid>/survey/done/", survey_views.survey_done, name="survey_done"),
    path("trainings/<uuid:uuid>/<slug:phase>/", quiz_views.test_start, name="test_start"),
    path("tests/<uuid:uuid>/<int:place>/", quiz_views.test_question, name="test_question"),
    path("tests/<uuid:uuid>/paper/", quiz_views.test_paper, name="test_paper"),
    path("tests/<uuid:uuid>/summary/", quiz_views.test_summary, name="test_summary"),
    path("tests/<uuid:uuid>/submit/", quiz_views.test_submit, name="test_submit"),
    path("tests/<uuid:uuid>/done/", quiz_views.test_done, name="test_done"),
]

# --- reporting -------------------------------------------------------------------------------------------
urlpatterns += [
    path("deadlines/", reporting_obligations.obligation_list, name="obligation_list"),
    path("deadlines/export/", reporting_obligations.obligation_export, name="obligation_export"),
    path("deadlines/indicator/", reporting_indicator.obligation_indicator, name="obligation_indicator"),
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
    path("reports/<uuid:uuid>/recipients/new/", recipients.recipient_new, name="recipient_new"),
    path("reports/<uuid:uuid>/versions/<int:number>/copy/", previews.report_copy, name="report_copy"),
    path("reports/<uuid:uuid>/versions/<int:old>/<int:new>/", previews.report_difference, name="report_difference"),
    path("reports/<uuid:uuid>/preview/", previews.report_preview, name="report_preview"),
    path("reports/<uuid:uuid>/preview/pdf/", previews.report_preview_pdf, name="report_preview_pdf"),
    path("reports/<uuid:uuid>/remind/", recipients.report_remind, name="report_remind"),
    path("receipts/<uuid:uuid>/remind/", recipients.recipient_remind, name="recipient_remind"),
    path("receipts/<uuid:uuid>/later/", recipients.recipient_later, name="recipient_later"),
    path("receipts/<uuid:uuid>/resend/", recipients.recipient_resend, name="recipient_resend"),
    path("receipts/<uuid:uuid>/delivery/", recipients.delivery_new, name="delivery_new"),
    path("deliveries/<uuid:uuid>/file/", recipients.delivery_file, name="delivery_file"),
    path("reports/client-names/", client_names.client_names, name="client_names"),
    path("reports/client-names/<uuid:uuid>/", client_names.client_names_set, name="client_names_set"),
    path("recaps/<uuid:uuid>/", reporting_recaps.recap_detail, name="recap_detail"),
]

# --- evaluation ------------------------------------------------------------------------------------------
urlpatterns += [
    path("indicators/", indicators.indicator_overview, name="indicator_overview"),
    path("objectives/", objectives.objective_list, name="objective_list"),
    path("objectives/new/", objectives.objective_new, name="objective_new"),
    path("objectives/<uuid:uuid>/", objectives.objective_detail, name="objective_detail"),
    path("objectives/<uuid:uuid>/edit/", objectives.objective_edit, name="objective_edit"),
    path("objectives/<uuid:uuid>/submit/", objectives.objective_submit, name="objective_submit"),
    path("objectives/<uuid:uuid>/decide/", objectives.objective_decide, name="objective_decide"),
    path("indicators/hours/", hours.training_hours, name="training_hours"),
    path("indicators/comparison/", comparison_views.comparison, name="comparison"),
    path("indicators/<slug:key>/", indicators.indicator_detail, name="indicator_detail"),
    path("training-defects/", defects.training_defect_list, name="training_defect_list"),
    path("training-defects/indicator/", indicator_4_4.training_defect_indicator, name="training_defect_indicator"),
    path("training-defects/new/", defects.training_defect_new, name="training_defect_new"),
    path("training-defects/<uuid:uuid>/", defects.training_defect_detail, name="training_defect_detail"),
    path("training-defects/<uuid:uuid>/decide/", defects.training_defect_decide, name="training_defect_decide"),
    path("item-analyses/", analyses.analysis_list, name="analysis_list"),
    path("item-analyses/<uuid:uuid>/return/", analyses.analysis_return, name="analysis_return"),
    path("papers/<uuid:uuid>/analysis/", analyses.paper_analysis, name="paper_analysis"),
    path("effects/", effects.effect_list, name="effect_list"),
    path("effects/<uuid:uuid>/", effects.effect_detail, name="effect_detail"),
    path("effects/<uuid:uuid>/measure/", effects.effect_measure, name="effect_measure"),
    path("plans/<uuid:uuid>/levels/", levels.plan_levels, name="plan_levels"),
    path("reviews/", reviews.review_list, name="review_list"),
    path("reviews/due/", duties.review_due_list, name="review_due_list"),
    path("reviews/rules/", duties.review_rules, name="review_rules"),
    path("reviews/rules/new/", duties.review_policy_new, name="review_policy_new"),
    path("reviews/rules/<uuid:uuid>/remove/", duties.review_policy_remove, name="review_policy_remove"),
    path("reviews/new/", reviews.review_new, name="review_new"),
    path("reviews/<uuid:uuid>/", reviews.review_detail, name="review_detail"),
    path("reviews/<uuid:uuid>/presence/", reviews.review_presence, name="review_presence"),
    path("reviews/<uuid:uuid>/minutes/", reviews.review_minutes, name="review_minutes"),
    path("reviews/<uuid:uuid>/findings/new/", reviews.finding_new, name="finding_new"),
    path("reviews/<uuid:uuid>/approve/", reviews.review_approve, name="review_approve"),
    path("reviews/<uuid:uuid>/close/", reviews.review_close, name="review_close"),
    path("reviews/<uuid:uuid>/cancel/", reviews.review_cancel, name="review_cancel"),
    path("findings/<uuid:uuid>/edit/", reviews.finding_edit, name="finding_edit"),
    path("findings/<uuid:uuid>/withdraw/", reviews.finding_withdraw, name="finding_withdraw"),
    path("findings/<uuid:uuid>/actions/new/", actions.action_new, name="action_new"),
    path("actions/", actions.action_list, name="action_list"),
    path("actions/<uuid:uuid>/", actions.action_detail, name="action_detail"),
    path("actions/<uuid:uuid>/start/", actions.action_start, name="action_start"),
    path("actions/<uuid:uuid>/finish/", actions.action_finish, name="action_finish"),
    path("actions/<uuid:uuid>/withdraw/", actions.action_withdraw, name="action_withdraw"),
    path("actions/<uuid:uuid>/check/", actions.action_check, name="action_check"),
    path("coaching/", coaching.coaching_list, name="coaching_list"),
    path("coaching/people/<uuid:uuid>/new/", coaching.coaching_new, name="coaching_new"),
    path("coaching/<uuid:uuid>/", coaching.coaching_detail, name="coaching_detail"),
    path("coaching/<uuid:uuid>/edit/", coaching.coaching_edit, name="coaching_edit"),
    path("coaching/<uuid:uuid>/withdraw/", coaching.coaching_withdraw, name="coaching_withdraw"),
    path("coaching/<uuid:uuid>/sign/", coaching.coaching_acknowledge, name="coaching_acknowledge"),
    path("coaching/follow-ups/<uuid:uuid>/", coaching.coaching_follow_up, name="coaching_follow_up"),
    path("coaching/<uuid:uuid>/follow-ups/new/", coaching.coaching_follow_up_new, name="coaching_follow_up_new"),
    path("coaching/<uuid:uuid>/close/", coaching.coaching_close, name="coaching_close"),
]
