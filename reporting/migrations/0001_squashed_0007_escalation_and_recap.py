"""What the migrations up to 0007 make of an empty database, in one step; a filled one goes on with them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import reporting.models
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('reporting', '0001_initial'),
        ('reporting', '0002_guards'),
        ('reporting', '0003_days_off_in_english'),
        ('reporting', '0004_facts_that_changed'),
        ('reporting', '0005_parties_copies_and_deliveries'),
        ('reporting', '0006_deliveries_stay'),
        ('reporting', '0007_escalation_and_recap'),
    ]

    dependencies = [
        ('people', '0008_calendar_feed'),
        ('planning', '0029_what_an_answer_is_about'),
        ('records', '0003_details_disposed_of'),
        ('training_sessions', '0017_name_of_archived_pages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='ClientNames',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('shown', models.BooleanField()),
                    ('reason', models.CharField(max_length=300)),
                    ('decided_at', models.DateTimeField()),
                    ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                ],
                options={
                    'ordering': ['-decided_at', '-pk'],
                },
            ),
            migrations.CreateModel(
                name='DeadlinePolicy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('effective_on', models.DateField()),
                    ('business_days', models.BooleanField(default=False)),
                    ('collective_leave_is_off', models.BooleanField(default=False)),
                    ('reminder_hours', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=reporting.models.default_reminders, help_text='whole hours before the due time at which the PIC is reminded, the longest first', size=None)),
                    ('manager_hours', models.PositiveSmallIntegerField(default=12, help_text='after the due time: the manager is told again; none: not at all', null=True)),
                    ('parties_hours', models.PositiveSmallIntegerField(default=36, help_text='after the due time: the parties that wait for the report are told, too', null=True)),
                    ('removed_at', models.DateTimeField(null=True)),
                    ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                ],
                options={
                    'ordering': ['-effective_on'],
                },
            ),
            migrations.CreateModel(
                name='Distribution',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('party', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20)),
                    ('name', models.CharField(blank=True, max_length=120)),
                    ('address', models.EmailField(blank=True, max_length=254)),
                    ('unreachable', models.BooleanField(default=False, help_text='the account was closed when it was sent')),
                    ('sent_at', models.DateTimeField()),
                    ('opened_at', models.DateTimeField(null=True)),
                    ('acknowledged_at', models.DateTimeField(null=True)),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='distributions', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['party', 'id'],
                },
            ),
            migrations.CreateModel(
                name='ReportDelivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('channel', models.CharField(choices=[('hand', 'In person'), ('meeting', 'In a meeting'), ('mail', 'Own mail'), ('messenger', 'Messaging app'), ('courier', 'Courier')], max_length=9)),
                    ('delivered_at', models.DateTimeField()),
                    ('received_by', models.CharField(max_length=120)),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('recorded_at', models.DateTimeField()),
                    ('distribution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='reporting.distribution')),
                    ('file', models.ForeignKey(help_text='the proof', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='ReportObligation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('pending', 'Pending'), ('submitted', 'Submitted'), ('void', 'Void')], default='pending', max_length=9)),
                    ('last_end', models.DateTimeField(help_text='the end from which H+1 counts')),
                    ('due_at', models.DateTimeField(db_index=True)),
                    ('timezone', models.CharField(max_length=40)),
                    ('explanation', models.JSONField(default=dict, help_text='start, days skipped by name, rule (DLN-2)')),
                    ('submitted_at', models.DateTimeField(null=True)),
                    ('breached_at', models.DateTimeField(null=True)),
                    ('escalated_to', models.CharField(blank=True, choices=[('manager', 'The manager again'), ('parties', 'The parties that wait for the report')], help_text='the last step up the line that was told', max_length=8)),
                    ('escalate_at', models.DateTimeField(help_text='when the next step is told, unless the report is in', null=True)),
                    ('void_reason', models.TextField(blank=True)),
                    ('created_at', models.DateTimeField()),
                    ('parties_told', models.JSONField(default=list, help_text='those without a recipient, as told')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to=settings.AUTH_USER_MODEL)),
                    ('policy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reporting.deadlinepolicy')),
                    ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('training_session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='obligation', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['due_at'],
                },
            ),
            migrations.CreateModel(
                name='ObligationChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('cause', models.CharField(choices=[('scheduled', 'Scheduled'), ('rescheduled', 'Rescheduled by an approved revision'), ('later_end', 'Ended later than planned'), ('day_off', 'Day off changed'), ('policy', 'Policy changed'), ('cancelled', 'Session cancelled')], max_length=11)),
                    ('old_due_at', models.DateTimeField(null=True)),
                    ('new_due_at', models.DateTimeField()),
                    ('old_last_end', models.DateTimeField(null=True)),
                    ('new_last_end', models.DateTimeField()),
                    ('reason', models.TextField(blank=True)),
                    ('explanation', models.JSONField(default=dict)),
                    ('changed_at', models.DateTimeField()),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('obligation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='reporting.reportobligation')),
                ],
                options={
                    'ordering': ['changed_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='ReportVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('content', models.TextField()),
                    ('content_hash', models.CharField(max_length=64)),
                    ('reason', models.TextField(blank=True, help_text='of an amendment')),
                    ('submitted_at', models.DateTimeField()),
                    ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['report', '-number'],
                },
            ),
            migrations.CreateModel(
                name='ReportShare',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('group', models.CharField(max_length=80)),
                    ('shared_at', models.DateTimeField()),
                    ('shared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='reporting.reportversion')),
                ],
                options={
                    'ordering': ['-shared_at'],
                },
            ),
            migrations.CreateModel(
                name='ReportParty',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('party', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('recipients', models.ManyToManyField(related_name='stands_for', to='reporting.distribution')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parties', to='reporting.reportversion')),
                ],
                options={
                    'ordering': ['pk'],
                },
            ),
            migrations.AddField(
                model_name='distribution',
                name='version',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='distributions', to='reporting.reportversion'),
            ),
            migrations.CreateModel(
                name='TrainingRecap',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('figures', models.JSONField(help_text='as reporting.recap.Recap, by name')),
                    ('closed_at', models.DateTimeField()),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recaps', to='planning.trainingplan')),
                ],
                options={
                    'ordering': ['plan', '-number'],
                },
            ),
            migrations.CreateModel(
                name='TrainingReport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('amended', 'Amended')], default='draft', max_length=9)),
                    ('course', models.TextField(blank=True, verbose_name='how the training went')),
                    ('obstacles', models.TextField(blank=True, verbose_name='obstacles')),
                    ('follow_up', models.TextField(blank=True, verbose_name='follow-up')),
                    ('version', models.PositiveIntegerField(default=1, help_text='row version of the draft')),
                    ('updated_at', models.DateTimeField(null=True)),
                    ('changed_at', models.DateTimeField(help_text='facts changed since the last version: the next one is owed', null=True)),
                    ('changed_what', models.JSONField(default=list, help_text='what of them: attendance, scores, participants')),
                    ('obligation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='report', to='reporting.reportobligation')),
                    ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-id'],
                },
            ),
            migrations.AddField(
                model_name='reportversion',
                name='report',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='reporting.trainingreport'),
            ),
            migrations.CreateModel(
                name='DayOff',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('day', models.DateField()),
                    ('name', models.CharField(max_length=200)),
                    ('name_en', models.CharField(blank=True, help_text='of a published day; what people typed has none', max_length=200)),
                    ('category', models.CharField(choices=[('public', 'Public holiday'), ('government', 'Collective leave'), ('local', 'Local day off')], max_length=10)),
                    ('removed_at', models.DateTimeField(null=True)),
                    ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                ],
                options={
                    'ordering': ['day', 'category'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('day', 'category', 'site'), name='day_off_once', nulls_distinct=False)],
                },
            ),
            migrations.AddConstraint(
                model_name='deadlinepolicy',
                constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('site', 'effective_on'), name='policy_once_a_day', nulls_distinct=False),
            ),
            migrations.AddIndex(
                model_name='reportobligation',
                index=models.Index(condition=models.Q(('breached_at', None), ('state', 'pending')), fields=['due_at'], name='obligation_to_breach'),
            ),
            migrations.AddIndex(
                model_name='reportobligation',
                index=models.Index(condition=models.Q(('state', 'pending')), fields=['escalate_at'], name='obligation_to_escalate'),
            ),
            migrations.AddConstraint(
                model_name='reportobligation',
                constraint=models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('last_end'))), name='due_after_last_end'),
            ),
            migrations.AddConstraint(
                model_name='reportobligation',
                constraint=models.CheckConstraint(condition=models.Q(('breached_at', None), ('breached_at', models.F('due_at')), _connector='OR'), name='breach_is_at_the_due_time'),
            ),
            migrations.AddConstraint(
                model_name='reportobligation',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'submitted'), ('submitted_at__isnull', False), ('submitted_by__isnull', False)), models.Q(models.Q(('state', 'submitted'), _negated=True), ('submitted_at', None), ('submitted_by', None)), _connector='OR'), name='submission_has_time_and_person'),
            ),
            migrations.AddConstraint(
                model_name='reportobligation',
                constraint=models.CheckConstraint(condition=models.Q(('submitted_at', None), models.Q(('breached_at', None), ('submitted_at__lt', models.F('due_at'))), models.Q(('breached_at__isnull', False), ('submitted_at__gte', models.F('due_at'))), _connector='OR'), name='late_submission_is_a_breach'),
            ),
            migrations.AddConstraint(
                model_name='reportobligation',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'void'), _negated=True), models.Q(models.Q(('void_reason', ''), _negated=True), ('breached_at', None)), _connector='OR'), name='void_has_a_reason_and_no_breach'),
            ),
            migrations.AddConstraint(
                model_name='reportparty',
                constraint=models.UniqueConstraint(fields=('version', 'party', 'site', 'line'), name='report_party_once_a_place'),
            ),
            migrations.AddConstraint(
                model_name='distribution',
                constraint=models.UniqueConstraint(fields=('version', 'party', 'user', 'address', 'name'), name='distribution_once_a_recipient', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='distribution',
                constraint=models.CheckConstraint(condition=models.Q(('user__isnull', False), models.Q(('address', ''), _negated=True), models.Q(('name', ''), _negated=True), _connector='OR'), name='distribution_names_somebody'),
            ),
            migrations.AddConstraint(
                model_name='distribution',
                constraint=models.CheckConstraint(condition=models.Q(('acknowledged_at', None), ('opened_at__isnull', False), _connector='OR'), name='acknowledged_was_opened'),
            ),
            migrations.AddConstraint(
                model_name='trainingrecap',
                constraint=models.UniqueConstraint(fields=('plan', 'number'), name='recap_number_once'),
            ),
            migrations.AddConstraint(
                model_name='reportversion',
                constraint=models.UniqueConstraint(fields=('report', 'number'), name='report_version_once'),
            ),
            migrations.AddConstraint(
                model_name='reportversion',
                constraint=models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='amendment_has_a_reason'),
            ),
        ]),
        *sql_of('reporting.migrations.0002_guards'),
        *sql_of('reporting.migrations.0006_deliveries_stay'),
        *sql_of('reporting.migrations.0007_escalation_and_recap'),
    ]
