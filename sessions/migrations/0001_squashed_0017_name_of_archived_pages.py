"""What the migrations up to 0017 make of an empty database, in one step; a filled one goes on with them."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('training_sessions', '0001_initial'),
        ('training_sessions', '0002_tell_planning_who_was_trained'),
        ('training_sessions', '0003_system_words_by_kind'),
        ('training_sessions', '0004_case_waived_by_another'),
        ('training_sessions', '0005_answers_marked_by_hand'),
        ('training_sessions', '0006_meetings_within_a_day'),
        ('training_sessions', '0007_a_test_that_nobody_took'),
        ('training_sessions', '0008_attendance_by_pin'),
        ('training_sessions', '0009_file_that_says_so'),
        ('training_sessions', '0010_guards'),
        ('training_sessions', '0011_leaders_and_leave_of_cases'),
        ('training_sessions', '0012_asked_assessors'),
        ('training_sessions', '0013_reaction_survey'),
        ('training_sessions', '0014_notes_files_and_what_was_held'),
        ('training_sessions', '0015_paper_and_extra_time'),
        ('training_sessions', '0016_corrections_and_people_beyond_target'),
        ('training_sessions', '0017_name_of_archived_pages'),
    ]

    dependencies = [
        ('imports', '0003_subject_and_file_of_an_import'),
        ('jobs', '0001_initial'),
        ('people', '0008_calendar_feed'),
        ('planning', '0029_what_an_answer_is_about'),
        ('records', '0003_details_disposed_of'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='AbsenceReason',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.SlugField(max_length=30, unique=True)),
                    ('name', models.CharField(max_length=80)),
                    ('charged_to_operation', models.BooleanField(default=False)),
                    ('needs_decider', models.BooleanField(default=False)),
                    ('order', models.PositiveSmallIntegerField(default=0)),
                    ('is_active', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['order', 'name'],
                },
            ),
            migrations.CreateModel(
                name='Enrolment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('origin', models.CharField(choices=[('target', 'On target'), ('recovery', 'Recovery'), ('substitute', 'Substitute'), ('extra', 'Extra')], default='target', max_length=10)),
                    ('removed_at', models.DateTimeField(null=True)),
                ],
                options={
                    'ordering': [django.db.models.functions.text.Lower('person__name'), 'pk'],
                },
            ),
            migrations.CreateModel(
                name='SessionMeeting',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('actual_starts_at', models.DateTimeField(null=True)),
                    ('actual_ends_at', models.DateTimeField(null=True)),
                    ('state', models.CharField(choices=[('planned', 'Planned'), ('open', 'Under way'), ('concluded', 'Concluded'), ('cancelled', 'Cancelled')], default='planned', max_length=9)),
                ],
                options={
                    'ordering': ['starts_at'],
                },
            ),
            migrations.CreateModel(
                name='TrainingSession',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=40, unique=True, verbose_name='number')),
                    ('kind', models.CharField(choices=[('regular', 'Class of the plan'), ('make_up', 'Make-up class'), ('one_to_one', 'One to one'), ('filed', 'Filed afterwards, without prior approval')], default='regular', max_length=10, verbose_name='kind')),
                    ('state', models.CharField(choices=[('scheduled', 'Scheduled'), ('open', 'Under way'), ('concluded', 'Concluded'), ('cancelled', 'Cancelled'), ('filed', 'Filed, without prior approval')], default='scheduled', max_length=9, verbose_name='state')),
                    ('label', models.CharField(max_length=60, verbose_name='batch')),
                    ('scheme', models.TextField(help_text='frozen scoring scheme as canonical JSON: parameters, pass mark, decimals, cap')),
                    ('scheme_hash', models.CharField(max_length=64)),
                    ('tolerance_minutes', models.PositiveSmallIntegerField(default=15, help_text='lateness that is not a case')),
                    ('recovery_days', models.PositiveSmallIntegerField(default=7)),
                    ('starts_at', models.DateTimeField(verbose_name='planned start')),
                    ('ends_at', models.DateTimeField(verbose_name='planned end of the last meeting')),
                    ('opened_at', models.DateTimeField(null=True)),
                    ('post_opened_at', models.DateTimeField(help_text='from then on the post-test opens and the pre-test closes', null=True)),
                    ('concluded_at', models.DateTimeField(null=True)),
                    ('notes', models.TextField(blank=True, verbose_name='notes')),
                    ('notes_version', models.PositiveIntegerField(default=0, help_text='row version of the notes alone')),
                    ('notes_at', models.DateTimeField(null=True)),
                    ('cancel_reason', models.TextField(blank=True)),
                    ('calendar_sequence', models.PositiveIntegerField(default=0, help_text='how often its times changed: SEQUENCE of its calendar entries (CAL-2)')),
                    ('cancelled_at', models.DateTimeField(help_text='none for those cancelled before this was kept', null=True)),
                    ('concluded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('held_version', models.ForeignKey(help_text='what was taught, where it was another', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.moduleversion')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('module_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_sessions', to='planning.moduleversion')),
                    ('notes_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_sessions', to='planning.trainingplan')),
                    ('planned', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_sessions', to='planning.plannedsession')),
                    ('post_paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.testpaper')),
                    ('pre_paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.testpaper')),
                    ('revision', models.ForeignKey(blank=True, help_text='the approved revision in force; none for make-up classes and filed ones', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='training_sessions', to='planning.planrevision')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_sessions', to='people.site')),
                ],
                options={
                    'ordering': ['-starts_at'],
                },
            ),
            migrations.CreateModel(
                name='Deviation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('date', 'Date'), ('time', 'Time'), ('duration', 'Duration'), ('trainer', 'Trainer'), ('module', 'Module'), ('method', 'Method'), ('application', 'Application'), ('participant', 'Participant'), ('test', 'Test'), ('approval', 'Approval')], max_length=11)),
                    ('planned', models.CharField(blank=True, max_length=200)),
                    ('actual', models.CharField(blank=True, max_length=200)),
                    ('measured', models.JSONField(blank=True, default=list, help_text='what the system found instead: pairs of stored values')),
                    ('reason', models.TextField()),
                    ('reported_at', models.DateTimeField()),
                    ('acknowledged_at', models.DateTimeField(null=True)),
                    ('acknowledged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('training_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deviations', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['reported_at'],
                },
            ),
            migrations.CreateModel(
                name='SurveyParticipation',
                fields=[
                    ('enrolment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='survey_participation', serialize=False, to='training_sessions.enrolment')),
                ],
            ),
            migrations.AddField(
                model_name='enrolment',
                name='deviation',
                field=models.OneToOneField(help_text='of somebody beyond target: what the manager acknowledges', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='enrolment', to='training_sessions.deviation'),
            ),
            migrations.AddField(
                model_name='enrolment',
                name='instead_of',
                field=models.ForeignKey(help_text='of a substitute: whose place they took', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.enrolment'),
            ),
            migrations.AddField(
                model_name='enrolment',
                name='line',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline'),
            ),
            migrations.AddField(
                model_name='enrolment',
                name='person',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='people.person'),
            ),
            migrations.AddField(
                model_name='enrolment',
                name='site',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site'),
            ),
            migrations.AddField(
                model_name='enrolment',
                name='team',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team'),
            ),
            migrations.CreateModel(
                name='ExtraTime',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('minutes', models.PositiveSmallIntegerField()),
                    ('reason', models.TextField()),
                    ('given_at', models.DateTimeField()),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extra_times', to='training_sessions.enrolment')),
                    ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['given_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='PaperSheet',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('code', models.CharField(help_text='unguessable; in the QR of every page', max_length=24, unique=True)),
                    ('filled', models.BooleanField(default=False)),
                    ('spare_rows', models.PositiveSmallIntegerField(default=0, help_text='empty rows for people who are not enrolled')),
                    ('printed_at', models.DateTimeField()),
                    ('pdf', models.BinaryField(null=True)),
                    ('error', models.TextField(blank=True)),
                    ('printed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='training_sessions.sessionmeeting')),
                ],
                options={
                    'ordering': ['-printed_at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='Scan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('file_name', models.CharField(max_length=160)),
                    ('uploaded_at', models.DateTimeField()),
                    ('dated', models.DateField(help_text='when the paper was signed, if the uploader said so', null=True)),
                    ('paper_place', models.CharField(blank=True, help_text='room, rack and box of the paper original', max_length=120)),
                    ('pages', models.PositiveSmallIntegerField(help_text='none until the file was opened', null=True)),
                    ('problem', models.CharField(blank=True, choices=[('damaged', 'The file is damaged, or no picture and no PDF'), ('encrypted', 'The PDF asks for a password'), ('too_large', 'More than 60 pages, or a picture too large'), ('too_slow', 'Reading it took too long')], max_length=14)),
                    ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                    ('site', models.ForeignKey(help_text='where it was uploaded', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('session_said', models.ForeignKey(help_text='from whose page it was uploaded', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['uploaded_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='SessionSummary',
                fields=[
                    ('training_session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='summary', serialize=False, to='training_sessions.trainingsession')),
                    ('enrolled', models.PositiveIntegerField(default=0)),
                    ('beyond_target', models.PositiveIntegerField(default=0, help_text='substitutes and extras; in no other count')),
                    ('recorded', models.PositiveIntegerField(default=0, help_text='enrolments whose every meeting is recorded')),
                    ('present', models.PositiveIntegerField(default=0)),
                    ('late', models.PositiveIntegerField(default=0)),
                    ('absent', models.PositiveIntegerField(default=0)),
                    ('scored', models.PositiveIntegerField(default=0)),
                    ('passed', models.PositiveIntegerField(default=0)),
                    ('cases_open', models.PositiveIntegerField(default=0)),
                    ('mean_pre', models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                    ('mean_post', models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                    ('mean_final', models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ],
            ),
            migrations.AddField(
                model_name='sessionmeeting',
                name='training_session',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='training_sessions.trainingsession'),
            ),
            migrations.CreateModel(
                name='ScanPage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('state', models.CharField(choices=[('unfiled', 'Not filed yet'), ('filed', 'Archived'), ('discarded', 'Discarded')], default='unfiled', max_length=9)),
                    ('problem', models.CharField(blank=True, choices=[('no_code', 'No QR code that can be read'), ('foreign', 'The QR code is not of an attendance list of ours'), ('other_class', 'The QR code is of a class that the uploader does not see'), ('several', 'QR codes of several lists on one page')], max_length=11)),
                    ('evidence_date', models.DateField(null=True)),
                    ('filed_at', models.DateTimeField(null=True)),
                    ('discarded_at', models.DateTimeField(null=True)),
                    ('reason', models.TextField(blank=True)),
                    ('discarded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('filed_by', models.ForeignKey(help_text='none: by its QR code', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('picture', models.ForeignKey(help_text='the page as a JPEG', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.evidencerequest')),
                    ('scan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='page_rows', to='training_sessions.scan')),
                    ('sheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='training_sessions.papersheet')),
                    ('meeting', models.ForeignKey(help_text='none for a list of the whole session', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.sessionmeeting')),
                    ('training_session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scan_pages', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['scan__uploaded_at', 'scan', 'number'],
                },
            ),
            migrations.CreateModel(
                name='RecoveryCase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('recovery', 'Recovery'), ('remedial', 'Remedial')], max_length=8)),
                    ('state', models.CharField(choices=[('open', 'Open'), ('scheduled', 'Scheduled'), ('resolved', 'Resolved'), ('waived', 'Waived'), ('lapsed', 'Lapsed'), ('voided', 'Void by correction')], default='open', max_length=9)),
                    ('cause', models.CharField(choices=[('absent', 'Absent'), ('late', 'Late over the tolerance'), ('left_early', 'Left early'), ('not_recorded', 'Attendance not recorded'), ('below_pass_mark', 'Below the pass mark')], max_length=15)),
                    ('minutes', models.PositiveSmallIntegerField(help_text='late by, or left early by', null=True)),
                    ('due_at', models.DateTimeField(help_text='with the days for which it is suspended')),
                    ('suspension', models.CharField(blank=True, choices=[('leave', 'Leave'), ('sick', 'Sick'), ('long_leave', 'Long leave')], max_length=10)),
                    ('suspended_from', models.DateField(null=True)),
                    ('suspended_until', models.DateField(help_text='inclusive; none while nobody knows the end', null=True)),
                    ('test_opened_at', models.DateTimeField(help_text='self-study or remedial: from then on the test may start', null=True)),
                    ('opened_at', models.DateTimeField()),
                    ('settled_at', models.DateTimeField(null=True)),
                    ('note', models.TextField(blank=True)),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='training_sessions.enrolment')),
                    ('form', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.recoveryform')),
                    ('leader', models.ForeignKey(help_text='who lets the agent go to the recovery: the present leader of their team', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_cases', to=settings.AUTH_USER_MODEL)),
                    ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('meeting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='training_sessions.sessionmeeting')),
                    ('missed_in', models.ForeignKey(help_text='the class that was to recover it', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.trainingsession')),
                    ('scheduled_in', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recovers', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['due_at'],
                },
            ),
            migrations.AddField(
                model_name='enrolment',
                name='training_session',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='training_sessions.trainingsession'),
            ),
            migrations.CreateModel(
                name='ClassFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('photo', 'Photo of the class'), ('paper', 'Scan of the paper')], max_length=5)),
                    ('file_name', models.CharField(max_length=160)),
                    ('added_at', models.DateTimeField()),
                    ('removed_at', models.DateTimeField(null=True)),
                    ('removal_reason', models.TextField(blank=True)),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('removed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('thumbnail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('training_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='class_files', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='AskedAssessor',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('asked_at', models.DateTimeField()),
                    ('reason', models.TextField(blank=True)),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('assessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('parameter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.scoringparameter')),
                    ('enrolment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='asked_assessors', to='training_sessions.enrolment')),
                    ('training_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_assessors', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['asked_at', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='SurveyForm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version', models.PositiveSmallIntegerField(unique=True)),
                    ('statements', models.JSONField(help_text='list of {code, id, en}: what people agree with, or not')),
                    ('question', models.JSONField(help_text='{id, en}: what they answer in their own words')),
                    ('open_days', models.PositiveSmallIntegerField(default=7, help_text='days after the conclusion of the session')),
                    ('least_answers', models.PositiveSmallIntegerField(default=5, help_text='below that no result is ever shown')),
                ],
                options={
                    'ordering': ['version'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('least_answers__gte', 5)), name='survey_needs_five_answers')],
                },
            ),
            migrations.CreateModel(
                name='ReactionSurvey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('closes_at', models.DateTimeField(help_text='set when the session is concluded', null=True)),
                    ('tallies', models.JSONField(default=dict, help_text='code of a statement → how many chose 1, 2, 3, 4, 5')),
                    ('texts', models.JSONField(default=list)),
                    ('training_session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='survey', to='training_sessions.trainingsession')),
                    ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='surveys', to='training_sessions.surveyform')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='TargetOutcome',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('outstanding', 'Outstanding'), ('trained', 'Trained'), ('waived', 'Waived'), ('lapsed', 'Lapsed')], default='outstanding', max_length=11)),
                    ('result', models.CharField(choices=[('not_scored', 'Not scored'), ('passed', 'Passed'), ('in_remedial', 'In remedial'), ('not_passed', 'Not passed')], default='not_scored', max_length=11)),
                    ('on_schedule', models.BooleanField(help_text='trained without recovery', null=True)),
                    ('settled_at', models.DateTimeField(null=True)),
                    ('reason', models.TextField(blank=True)),
                    ('lapse_cause', models.CharField(blank=True, choices=[('left', 'Left'), ('other_line', 'Moved to a line to which the module does not apply')], max_length=10)),
                    ('lapse_proposed_at', models.DateTimeField(help_text='the system found that the person left or moved', null=True)),
                    ('lapse_declined_at', models.DateTimeField(help_text='somebody decided that they are trained all the same', null=True)),
                    ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('enrolment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.enrolment')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='people.person')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='planning.trainingplan')),
                    ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                ],
            ),
            migrations.CreateModel(
                name='TestAttempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('phase', models.CharField(choices=[('pre', 'Pre-test'), ('post', 'Post-test'), ('remedial', 'Remedial')], max_length=8)),
                    ('number', models.PositiveSmallIntegerField(default=1)),
                    ('state', models.CharField(choices=[('in_progress', 'In progress'), ('submitted', 'Handed in')], default='in_progress', max_length=11)),
                    ('started_at', models.DateTimeField()),
                    ('due_at', models.DateTimeField()),
                    ('submitted_at', models.DateTimeField(null=True)),
                    ('points', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                    ('maximum', models.DecimalField(decimal_places=2, max_digits=8)),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='training_sessions.enrolment')),
                    ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='planning.testpaper')),
                ],
                options={
                    'ordering': ['enrolment', 'phase', 'number'],
                },
            ),
            migrations.CreateModel(
                name='TestAnswer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('choice', models.JSONField(default=list)),
                    ('saved_at', models.DateTimeField()),
                    ('points', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                    ('marked_at', models.DateTimeField(null=True)),
                    ('marked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('question_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.questionversion')),
                    ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='training_sessions.testattempt')),
                ],
            ),
            migrations.CreateModel(
                name='ParameterScore',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('value', models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('recorded_at', models.DateTimeField()),
                    ('assessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='training_sessions.enrolment')),
                    ('imported', models.ForeignKey(help_text='the import of the file that it stands in', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.importrun')),
                    ('parameter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.scoringparameter')),
                    ('recorded_by', models.ForeignKey(help_text='who wrote the present value', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('enrolment', 'attempt', 'parameter', 'assessor'), name='score_once'), models.CheckConstraint(condition=models.Q(('value', None), ('value__gte', 0), _connector='OR'), name='score_not_negative')],
                },
            ),
            migrations.CreateModel(
                name='MeetingTrainer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('is_substitute', models.BooleanField(default=False)),
                    ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.trainerprofile')),
                    ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meeting_trainers', to='training_sessions.sessionmeeting')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('meeting', 'trainer'), name='meeting_trainer_once')],
                },
            ),
            migrations.CreateModel(
                name='JoinRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('at', models.DateTimeField(help_text='when the code was scanned or typed, or the PIN entered')),
                    ('source', models.CharField(choices=[('trainer', 'Trainer'), ('qr', 'QR'), ('typed', 'Typed code'), ('pin', 'PIN on a shared PC'), ('import', 'Import'), ('correct', 'Correction')], max_length=7)),
                    ('declined_at', models.DateTimeField(null=True)),
                    ('declined_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='join_requests', to='people.person')),
                    ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='join_requests', to='training_sessions.sessionmeeting')),
                ],
                options={
                    'ordering': ['at'],
                    'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='join_request_once')],
                },
            ),
            migrations.CreateModel(
                name='AttendanceCorrection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('pending', 'Waits for a decision'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='pending', max_length=9, verbose_name='state')),
                    ('status', models.CharField(choices=[('present', 'Present'), ('late', 'Late'), ('absent', 'Absent')], max_length=7, verbose_name='attendance')),
                    ('minutes_late', models.PositiveSmallIntegerField(default=0)),
                    ('minutes_left_early', models.PositiveSmallIntegerField(default=0)),
                    ('reason_note', models.CharField(blank=True, max_length=200)),
                    ('before', models.JSONField(default=list, help_text='what stood there when it was decided')),
                    ('why', models.TextField(verbose_name='why')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('requested_at', models.DateTimeField(verbose_name='asked at')),
                    ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                    ('decision_note', models.TextField(blank=True)),
                    ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('reason', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.absencereason')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='training_sessions.enrolment')),
                    ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='training_sessions.sessionmeeting')),
                ],
                options={
                    'ordering': ['-requested_at'],
                    'indexes': [models.Index(fields=['state', 'requested_at'], name='training_se_state_65cf8f_idx')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('meeting', 'enrolment'), name='one_pending_correction'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='settled_correction_has_its_decision'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('decision_note', ''), _negated=True), _connector='OR'), name='rejected_correction_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'absent'), _negated=True), ('reason__isnull', False), _connector='OR'), name='corrected_absence_has_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='Attendance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('status', models.CharField(blank=True, choices=[('present', 'Present'), ('late', 'Late'), ('absent', 'Absent')], max_length=7)),
                    ('minutes_late', models.PositiveSmallIntegerField(default=0)),
                    ('minutes_left_early', models.PositiveSmallIntegerField(default=0)),
                    ('reason_note', models.CharField(blank=True, help_text='who decided, or what happened', max_length=200)),
                    ('source', models.CharField(choices=[('trainer', 'Trainer'), ('qr', 'QR'), ('typed', 'Typed code'), ('pin', 'PIN on a shared PC'), ('import', 'Import'), ('correct', 'Correction')], default='trainer', max_length=7)),
                    ('recorded_at', models.DateTimeField(null=True)),
                    ('fill', models.UUIDField(help_text='the “mark the rest present” that filled this blank, until it is edited', null=True)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('imported', models.ForeignKey(help_text='the import of the file that says so', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.importrun')),
                    ('reason', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training_sessions.absencereason')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='training_sessions.enrolment')),
                    ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='training_sessions.sessionmeeting')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('meeting', 'enrolment'), name='attendance_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'absent'), _negated=True), ('reason__isnull', False), _connector='OR'), name='absence_has_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='SessionResult',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('attempt', models.PositiveSmallIntegerField(default=1)),
                    ('scheme_hash', models.CharField(max_length=64)),
                    ('status', models.CharField(choices=[('scored', 'Scored'), ('incomplete', 'Incomplete')], max_length=10)),
                    ('final', models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                    ('passed', models.BooleanField(null=True)),
                    ('explanation', models.JSONField(default=dict)),
                    ('current', models.BooleanField(default=True)),
                    ('computed_at', models.DateTimeField()),
                    ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='training_sessions.enrolment')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('current', True)), fields=('enrolment',), name='one_current_result'), models.CheckConstraint(condition=models.Q(models.Q(('final', None), ('passed', None), ('status', 'incomplete')), models.Q(('final__isnull', False), ('passed__isnull', False), ('status', 'scored')), _connector='OR'), name='result_says_all_or_nothing')],
                },
            ),
            migrations.AddIndex(
                model_name='trainingsession',
                index=models.Index(fields=['state', 'starts_at'], name='training_se_state_49f2df_idx'),
            ),
            migrations.AddIndex(
                model_name='trainingsession',
                index=models.Index(fields=['line', 'starts_at'], name='training_se_line_id_d9eede_idx'),
            ),
            migrations.AddConstraint(
                model_name='trainingsession',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='trainingsession',
                constraint=models.CheckConstraint(condition=models.Q(('revision__isnull', False), ('kind__in', ['make_up', 'one_to_one', 'filed']), _connector='OR'), name='regular_session_has_an_approved_revision'),
            ),
            migrations.AddConstraint(
                model_name='sessionmeeting',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meeting_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='sessionmeeting',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=1))))), name='meeting_within_a_day'),
            ),
            migrations.AddConstraint(
                model_name='sessionmeeting',
                constraint=models.CheckConstraint(condition=models.Q(('actual_ends_at', None), ('actual_ends_at__gt', models.F('actual_starts_at')), _connector='OR'), name='meeting_actual_end_after_start'),
            ),
            migrations.AddConstraint(
                model_name='sessionmeeting',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'concluded'), _negated=True), models.Q(('actual_ends_at__isnull', False), ('actual_starts_at__isnull', False)), _connector='OR'), name='concluded_meeting_has_times'),
            ),
            migrations.AddIndex(
                model_name='scanpage',
                index=models.Index(condition=models.Q(('state', 'unfiled')), fields=['scan'], name='scan_page_unfiled'),
            ),
            migrations.AddConstraint(
                model_name='scanpage',
                constraint=models.UniqueConstraint(fields=('scan', 'number'), name='scan_page_once'),
            ),
            migrations.AddConstraint(
                model_name='scanpage',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'filed'), _negated=True), models.Q(('evidence_date__isnull', False), ('filed_at__isnull', False), ('training_session__isnull', False)), _connector='OR'), name='filed_page_has_session_and_date'),
            ),
            migrations.AddConstraint(
                model_name='scanpage',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'discarded'), _negated=True), models.Q(('discarded_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='discarded_page_has_a_reason'),
            ),
            migrations.AddIndex(
                model_name='recoverycase',
                index=models.Index(fields=['state', 'due_at'], name='training_se_state_2bed66_idx'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'recovery'), models.Q(('state', 'voided'), _negated=True)), fields=('enrolment', 'meeting'), name='one_case_a_missed_meeting'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'remedial'), models.Q(('state', 'voided'), _negated=True)), fields=('enrolment',), name='one_remedial_case_an_enrolment'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waived'), _negated=True), models.Q(('signature__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='case_waiver_is_signed_with_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waived'), _negated=True), models.Q(('settled_by', models.F('owner')), _negated=True), _connector='OR'), name='case_waived_by_another'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'recovery'), _negated=True), ('meeting__isnull', False), _connector='OR'), name='recovery_names_its_meeting'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'scheduled'), _negated=True), ('scheduled_in__isnull', False), _connector='OR'), name='scheduled_case_has_a_session'),
            ),
            migrations.AddConstraint(
                model_name='recoverycase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('suspended_from', None), ('suspended_until', None), ('suspension', '')), models.Q(models.Q(('suspension', ''), _negated=True), ('suspended_from__isnull', False)), _connector='OR'), name='suspension_says_from_when'),
            ),
            migrations.AddConstraint(
                model_name='enrolment',
                constraint=models.UniqueConstraint(fields=('training_session', 'person'), name='enrolment_once'),
            ),
            migrations.AddConstraint(
                model_name='enrolment',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('instead_of__isnull', False), ('origin', 'substitute')), models.Q(models.Q(('origin', 'substitute'), _negated=True), ('instead_of__isnull', True)), _connector='OR'), name='substitute_names_whom'),
            ),
            migrations.AddConstraint(
                model_name='deviation',
                constraint=models.CheckConstraint(condition=models.Q(('acknowledged_by', None), models.Q(('acknowledged_by', models.F('reported_by')), _negated=True), _connector='OR'), name='deviation_acknowledged_by_another'),
            ),
            migrations.AddConstraint(
                model_name='classfile',
                constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('training_session', 'file'), name='class_file_once'),
            ),
            migrations.AddConstraint(
                model_name='classfile',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('removal_reason', ''), ('removed_at', None), ('removed_by', None)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False), models.Q(('removal_reason', ''), _negated=True)), _connector='OR'), name='class_file_removed_by_somebody_for_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='classfile',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'photo'), _negated=True), ('thumbnail__isnull', False), _connector='OR'), name='photo_has_a_thumbnail'),
            ),
            migrations.AddConstraint(
                model_name='askedassessor',
                constraint=models.UniqueConstraint(condition=models.Q(('enrolment', None), ('withdrawn_at', None)), fields=('training_session', 'parameter', 'attempt', 'assessor'), name='assessor_asked_once'),
            ),
            migrations.AddConstraint(
                model_name='askedassessor',
                constraint=models.UniqueConstraint(condition=models.Q(('enrolment__isnull', False), ('withdrawn_at', None)), fields=('enrolment', 'parameter', 'attempt'), name='one_second_opinion'),
            ),
            migrations.AddConstraint(
                model_name='askedassessor',
                constraint=models.CheckConstraint(condition=models.Q(('assessor', models.F('asked_by')), _negated=True), name='assessor_asked_by_another'),
            ),
            migrations.AddConstraint(
                model_name='askedassessor',
                constraint=models.CheckConstraint(condition=models.Q(('enrolment', None), models.Q(('reason', ''), _negated=True), _connector='OR'), name='second_opinion_has_a_reason'),
            ),
            migrations.AddIndex(
                model_name='targetoutcome',
                index=models.Index(fields=['state'], name='training_se_state_c5c90f_idx'),
            ),
            migrations.AddConstraint(
                model_name='targetoutcome',
                constraint=models.UniqueConstraint(fields=('plan', 'person'), name='outcome_once'),
            ),
            migrations.AddConstraint(
                model_name='targetoutcome',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waived'), _negated=True), models.Q(('signature__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='waiver_is_signed_with_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='targetoutcome',
                constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), ('proposed_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='outcome_decided_by_another'),
            ),
            migrations.AddConstraint(
                model_name='targetoutcome',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('lapse_cause', ''), ('lapse_declined_at', None), ('lapse_proposed_at', None)), models.Q(models.Q(('lapse_cause', ''), _negated=True), ('lapse_proposed_at__isnull', False)), _connector='OR'), name='lapse_proposal_says_why_and_when'),
            ),
            migrations.AddIndex(
                model_name='testattempt',
                index=models.Index(condition=models.Q(('state', 'in_progress')), fields=['due_at'], name='attempt_running'),
            ),
            migrations.AddConstraint(
                model_name='testattempt',
                constraint=models.UniqueConstraint(fields=('enrolment', 'phase', 'number'), name='attempt_once'),
            ),
            migrations.AddConstraint(
                model_name='testattempt',
                constraint=models.CheckConstraint(condition=models.Q(('state', 'in_progress'), ('submitted_at__isnull', False), _connector='OR'), name='submitted_attempt_has_a_time'),
            ),
            migrations.AddConstraint(
                model_name='testanswer',
                constraint=models.UniqueConstraint(fields=('attempt', 'question_version'), name='answer_once'),
            ),
        ]),
        *sql_of('sessions.migrations.0010_guards'),
    ]
