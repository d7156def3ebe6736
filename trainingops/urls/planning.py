"""The planning stage."""

from django.urls import URLPattern, URLResolver, path

from planning.views import adjusting as adjusting_views
from planning.views import appointments as appointment_views
from planning.views import approval as approval_views
from planning.views import class_types as class_type_views
from planning.views import competence as competence_views
from planning.views import competence_matrix as matrix_views
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
from planning.views import requirements as requirement_views
from planning.views import roster as plan_roster_views
from planning.views import schemes as scheme_views
from planning.views import targets as target_views
from planning.views import templates as template_views
from planning.views import topics as topic_views
from planning.views import traffic as traffic_views
from planning.views import trainers as trainer_views
from planning.views import when as when_views
from planning.views import windows as window_views

urlpatterns: list[URLPattern | URLResolver] = []

# --- planning: catalogue ---------------------------------------------------------------------------------
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
    path("needs/samples/<uuid:uuid>/", need_views.sample_detail, name="sample_detail"),
    path("needs/samples/<uuid:uuid>/correct/", need_views.sample_correct, name="sample_correct"),
    path("needs/samples/<uuid:uuid>/annul/", need_views.sample_annul, name="sample_annul"),
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
    path("questions/<uuid:uuid>/keep/", question_views.question_keep, name="question_keep"),
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
    path("schemes/<uuid:uuid>/restore/", scheme_views.scheme_restore, name="scheme_restore"),
    path("appointments/", appointment_views.appointment_list, name="appointment_list"),
    path("appointments/new/", appointment_views.appointment_new, name="appointment_new"),
    path("appointments/<uuid:uuid>/", appointment_views.appointment_detail, name="appointment_detail"),
    path("appointments/<uuid:uuid>/revoke/", appointment_views.appointment_revoke, name="appointment_revoke"),
    path("places/", appointment_views.place_list, name="place_list"),
    path("places/rooms/new/", appointment_views.room_new, name="room_new"),
    path("places/rooms/<uuid:uuid>/edit/", appointment_views.room_edit, name="room_edit"),
    path("places/applications/<uuid:uuid>/edit/", appointment_views.application_edit, name="application_edit"),
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

# --- planning: competence --------------------------------------------------------------------------------
urlpatterns += [
    path("competence/", competence_views.my_competence, name="my_competence"),
    path("competence/<uuid:uuid>.pdf", competence_views.competence_pdf, name="competence_pdf"),
    path("competences/", competence_views.competence_list, name="competence_list"),
    path("competences/trainers/", competence_views.competence_trainers, name="competence_trainers"),
    path("competences/matrix/", matrix_views.competence_matrix, name="competence_matrix"),
    path("competences/matrix/plan/", matrix_views.competence_plan, name="competence_plan"),
    path("competences/required/", requirement_views.requirement_list, name="requirement_list"),
    path("competences/required/new/", requirement_views.requirement_new, name="requirement_new"),
    path("competences/required/<uuid:uuid>/", requirement_views.requirement_detail, name="requirement_detail"),
    path("competences/required/<uuid:uuid>/decide/", requirement_views.requirement_decide, name="requirement_decide"),
    path(
        "competences/required/<uuid:uuid>/withdraw/",
        requirement_views.requirement_withdraw,
        name="requirement_withdraw",
    ),
]

# --- planning: class types -------------------------------------------------------------------------------
urlpatterns += [
    path("class-types/", class_type_views.class_type_list, name="class_type_list"),
    path("class-types/new/", class_type_views.class_type_new, name="class_type_new"),
    path("class-types/<uuid:uuid>/edit/", class_type_views.class_type_edit, name="class_type_edit"),
    path("class-types/<uuid:uuid>/retire/", class_type_views.class_type_retire, name="class_type_retire"),
    path("class-types/<uuid:uuid>/restore/", class_type_views.class_type_restore, name="class_type_restore"),
]

# --- planning: plans -------------------------------------------------------------------------------------
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
    path("plans/releases/<uuid:uuid>/move/", release_views.release_move, name="release_move"),
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
    path("plans/<uuid:uuid>/windows/", window_views.plan_windows, name="plan_windows"),
    path("plans/<uuid:uuid>/batches/", window_views.plan_batches, name="plan_batches"),
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
    path("plans/<uuid:uuid>/hand-over/", plan_views.plan_hand_over, name="plan_hand_over"),
    path("plans/<uuid:uuid>/coordination/", consultation_views.plan_consult, name="plan_consult"),
    path("plans/<uuid:uuid>/coordination/sheet/", consultation_views.plan_sheet, name="plan_sheet"),
]
