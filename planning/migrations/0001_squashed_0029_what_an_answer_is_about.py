"""What the migrations up to 0029 make of an empty database, in one step; a filled one goes on with them."""

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('planning', '0001_initial'),
        ('planning', '0002_needs_in_depth'),
        ('planning', '0003_floor_and_traffic'),
        ('planning', '0004_coordination_with_documents'),
        ('planning', '0005_question_bank'),
        ('planning', '0006_decision_on_behalf'),
        ('planning', '0007_modules_in_depth'),
        ('planning', '0008_extra_time'),
        ('planning', '0009_meetings_by_start'),
        ('planning', '0010_papers_and_statistics'),
        ('planning', '0011_trainers_in_depth'),
        ('planning', '0012_qualifications_and_requests'),
        ('planning', '0013_release_confirmations'),
        ('planning', '0014_plan_templates'),
        ('planning', '0015_remarks_resolved'),
        ('planning', '0016_guests_of_a_batch'),
        ('planning', '0017_meetings_within_a_day'),
        ('planning', '0018_scales_of_measures'),
        ('planning', '0019_figures_that_can_be'),
        ('planning', '0020_guards'),
        ('planning', '0021_a_contact_counts_once'),
        ('planning', '0022_reason_for_more_people_than_seats'),
        ('planning', '0023_several_assessors'),
        ('planning', '0024_plan_filed_afterwards'),
        ('planning', '0025_changes_without_a_revision'),
        ('planning', '0026_reasons_as_facts'),
        ('planning', '0027_when_a_plan_was_cancelled'),
        ('planning', '0028_plans_handed_over'),
        ('planning', '0029_what_an_answer_is_about'),
    ]

    dependencies = [
        ('people', '0008_calendar_feed'),
        ('records', '0003_details_disposed_of'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='ClassType',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=30, unique=True)),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('is_active', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='LicenceSeat',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField()),
                ],
                options={
                    'ordering': ['application', 'number'],
                },
            ),
            migrations.CreateModel(
                name='QualityParameter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.CharField(max_length=12, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=160, verbose_name='name')),
                    ('error_class', models.CharField(choices=[('cace', 'Customer-affecting critical error (CACE)'), ('bace', 'Business-affecting critical error (BACE)'), ('coace', 'Compliance-affecting critical error (CoACE)'), ('non_critical', 'Non-critical')], max_length=12, verbose_name='class')),
                    ('weight', models.DecimalField(decimal_places=2, default=0, max_digits=6, verbose_name='weight')),
                ],
                options={
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='Question',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.CharField(max_length=30, unique=True, verbose_name='code')),
                    ('retired_at', models.DateTimeField(help_text='from then on new papers cannot take it', null=True)),
                ],
                options={
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='RecoveryForm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=30, unique=True)),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('has_session', models.BooleanField(default=True, help_text='self-study has none: its attempt belongs to the case')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='TrainingApplication',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                    ('needs_licence', models.BooleanField(default=False, verbose_name='needs a licence for each user')),
                    ('is_active', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='ModuleVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=10, verbose_name='version')),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('approved', 'Approved'), ('retired', 'Retired')], default='draft', max_length=9, verbose_name='state')),
                    ('objectives', models.TextField(verbose_name='objectives')),
                    ('duration_minutes', models.PositiveSmallIntegerField(default=120, verbose_name='suggested duration (minutes)')),
                    ('change_note', models.TextField(blank=True, verbose_name='change note')),
                    ('submitted_at', models.DateTimeField(null=True)),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('decision_note', models.TextField(blank=True)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['module', '-number'],
                },
            ),
            migrations.CreateModel(
                name='MonitoringSample',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('source', models.CharField(max_length=40, verbose_name='source')),
                    ('source_reference', models.CharField(max_length=120, verbose_name='reference in the source')),
                    ('contacted_on', models.DateField(verbose_name='date of contact')),
                    ('contact_reference', models.CharField(blank=True, max_length=60, verbose_name='contact')),
                    ('kind', models.CharField(choices=[('random', 'Random'), ('targeted', 'Targeted'), ('complaint', 'Complaint')], default='random', max_length=9, verbose_name='kind of sample')),
                    ('inspected', models.PositiveIntegerField(default=1, verbose_name='inspected contacts')),
                    ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='score')),
                    ('channel', models.CharField(blank=True, default='', max_length=40, verbose_name='channel')),
                    ('note', models.TextField(blank=True, default='', verbose_name='note')),
                    ('answers', models.JSONField(blank=True, default=dict, help_text='what the sheet says, by code of the parameter: Y right, N wrong, NA')),
                    ('state', models.CharField(choices=[('counting', 'Counts'), ('replaced', 'Replaced'), ('annulled', 'Annulled')], default='counting', max_length=8, verbose_name='state')),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decision_note', models.TextField(blank=True, default='', verbose_name='reason of the decision')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='samples', to='people.person')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team')),
                ],
                options={
                    'ordering': ['-contacted_on', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Defect',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('source', models.CharField(max_length=40, verbose_name='source')),
                    ('source_reference', models.CharField(max_length=120, verbose_name='reference in the source')),
                    ('occurred_on', models.DateField(verbose_name='date of contact')),
                    ('contact_reference', models.CharField(max_length=60, verbose_name='contact')),
                    ('channel', models.CharField(blank=True, max_length=40, verbose_name='channel')),
                    ('error_class', models.CharField(choices=[('cace', 'Customer-affecting critical error (CACE)'), ('bace', 'Business-affecting critical error (BACE)'), ('coace', 'Compliance-affecting critical error (CoACE)'), ('non_critical', 'Non-critical')], max_length=12, verbose_name='class')),
                    ('root_cause', models.CharField(blank=True, choices=[('attitude', 'Attitude'), ('skill', 'Skill'), ('knowledge', 'Knowledge')], help_text='blank: not determined yet', max_length=9, verbose_name='root cause')),
                    ('root_cause_by', models.CharField(blank=True, max_length=120, verbose_name='root cause set by')),
                    ('state', models.CharField(choices=[('valid', 'Valid'), ('disputed', 'Disputed'), ('annulled', 'Annulled')], default='valid', max_length=8, verbose_name='state')),
                    ('note', models.TextField(blank=True, verbose_name='note')),
                    ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ('decision_note', models.TextField(blank=True, verbose_name='reason of the decision')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='defects', to='people.person')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team')),
                    ('fell_with', models.ForeignKey(blank=True, help_text='the evaluation that stopped counting and took this finding with it; they return together', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fallen_findings', to='planning.monitoringsample')),
                    ('parameter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='defects', to='planning.qualityparameter')),
                ],
                options={
                    'ordering': ['-occurred_on', 'id'],
                },
            ),
            migrations.CreateModel(
                name='NeedSource',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('service_defects', 'Service defects'), ('client', 'Direction of the client'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('manager', 'Concern of the manager'), ('sso_training', 'SSO Training'), ('product_change', 'Product or procedure change')], max_length=17, verbose_name='kind')),
                    ('dated_on', models.DateField(verbose_name='date')),
                    ('asked_by', models.CharField(max_length=120, verbose_name='from whom')),
                    ('request', models.TextField(verbose_name='what was asked')),
                    ('document', models.CharField(blank=True, max_length=160, verbose_name='document')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline', verbose_name='service line')),
                ],
                options={
                    'ordering': ['-dated_on', '-id'],
                },
            ),
            migrations.CreateModel(
                name='PlannedSession',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(db_index=True, default=uuid.uuid4)),
                    ('label', models.CharField(max_length=60, verbose_name='batch')),
                    ('link', models.URLField(blank=True, verbose_name='link')),
                    ('place_changed_at', models.DateTimeField(help_text='last change of room or link without a revision', null=True)),
                    ('host_site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site', verbose_name='host site')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='PlannedMeeting',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(db_index=True, default=uuid.uuid4)),
                    ('starts_at', models.DateTimeField(verbose_name='starts')),
                    ('ends_at', models.DateTimeField(verbose_name='ends')),
                    ('planned_session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meetings', to='planning.plannedsession')),
                ],
                options={
                    'ordering': ['starts_at'],
                },
            ),
            migrations.CreateModel(
                name='PlanRevision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('purpose', models.TextField(blank=True, verbose_name='why this training')),
                    ('method', models.CharField(blank=True, choices=[('online', 'Online'), ('offline', 'Offline'), ('hybrid', 'Hybrid')], max_length=7, verbose_name='method')),
                    ('pass_mark', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='pass mark')),
                    ('tolerance_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='tolerated lateness (minutes)')),
                    ('recovery_days', models.PositiveSmallIntegerField(default=7, verbose_name='days for recovery')),
                    ('number', models.PositiveSmallIntegerField()),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('returned', 'Returned'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('superseded', 'Superseded')], default='draft', max_length=10, verbose_name='state')),
                    ('busy_reason', models.TextField(blank=True, verbose_name='reason for a busy interval')),
                    ('trainer_reason', models.TextField(blank=True, verbose_name='reason for a trainer without qualification')),
                    ('seats_reason', models.TextField(blank=True, verbose_name='reason for more people than seats')),
                    ('created_at', models.DateTimeField()),
                    ('submitted_at', models.DateTimeField(null=True)),
                    ('content', models.TextField(blank=True)),
                    ('content_hash', models.CharField(blank=True, max_length=64)),
                    ('class_types', models.ManyToManyField(blank=True, related_name='+', to='planning.classtype', verbose_name='class types')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('module_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='planning.moduleversion', verbose_name='module')),
                    ('needs', models.ManyToManyField(blank=True, related_name='revisions', to='planning.needsource', verbose_name='sources of the need')),
                    ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('recovery_forms', models.ManyToManyField(blank=True, related_name='+', to='planning.recoveryform', verbose_name='forms of recovery')),
                ],
                options={
                    'ordering': ['plan', '-number'],
                },
            ),
            migrations.CreateModel(
                name='PlanRecipient',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('party', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20, verbose_name='party')),
                    ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='mail address')),
                    ('added_at', models.DateTimeField(help_text='when added without a revision', null=True)),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='planning.planrevision')),
                ],
                options={
                    'ordering': ['party', 'id'],
                },
            ),
            migrations.AddField(
                model_name='plannedsession',
                name='revision',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='planning.planrevision'),
            ),
            migrations.CreateModel(
                name='ApprovalDecision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('decision', models.CharField(choices=[('approved', 'Approved'), ('returned', 'Returned'), ('rejected', 'Rejected')], max_length=8)),
                    ('decided_at', models.DateTimeField()),
                    ('comment', models.TextField(blank=True)),
                    ('content_hash', models.CharField(max_length=64)),
                    ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('on_behalf_of', models.ForeignKey(help_text='the absent manager', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='planning.planrevision')),
                ],
            ),
            migrations.CreateModel(
                name='PlanTarget',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('reason', models.CharField(choices=[('defects', 'Service defects'), ('segment', 'Segment, skill or line'), ('not_trained_since', 'Not trained in this module since'), ('product_change', 'Product or procedure change'), ('chosen', 'Chosen by the PIC')], max_length=17, verbose_name='reason')),
                    ('reason_facts', models.JSONField(default=list, help_text='why, as kinds and values (planning.reasons)')),
                    ('reason_note', models.CharField(blank=True, help_text='as the PIC wrote it', max_length=300, verbose_name='reason in words')),
                    ('extra_minutes', models.PositiveSmallIntegerField(default=0, help_text='not material: the PIC gives it alone (QUZ-4)', verbose_name='extra time for each test (minutes)')),
                    ('moved_at', models.DateTimeField(help_text='last move to another batch without a revision', null=True)),
                    ('extra_time_at', models.DateTimeField(help_text='last change of the extra time without a revision', null=True)),
                    ('defects', models.ManyToManyField(blank=True, related_name='targets', to='planning.defect')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_targets', to='people.person')),
                    ('planned_session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='planning.plannedsession', verbose_name='batch')),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='planning.planrevision')),
                ],
                options={
                    'ordering': ['person__name'],
                },
            ),
            migrations.CreateModel(
                name='ProductChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('product', 'Product'), ('procedure', 'Procedure')], max_length=9, verbose_name='kind')),
                    ('number', models.CharField(max_length=60, verbose_name='number of the announcement')),
                    ('title', models.CharField(max_length=160, verbose_name='title')),
                    ('summary', models.TextField(blank=True, verbose_name='what changes')),
                    ('issuer', models.CharField(max_length=120, verbose_name='announced by')),
                    ('issued_on', models.DateField(verbose_name='announced on')),
                    ('effective_on', models.DateField(verbose_name='effective from')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('lines', models.ManyToManyField(related_name='+', to='people.serviceline', verbose_name='service lines')),
                ],
                options={
                    'ordering': ['-effective_on', '-id'],
                },
            ),
            migrations.AddField(
                model_name='needsource',
                name='product_change',
                field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='need', to='planning.productchange', verbose_name='product or procedure change'),
            ),
            migrations.CreateModel(
                name='QuestionVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('kind', models.CharField(choices=[('single', 'Single choice'), ('multiple', 'Multiple choice'), ('true_false', 'True or false'), ('short', 'Short answer')], max_length=10, verbose_name='kind')),
                    ('text', models.TextField(verbose_name='question')),
                    ('options', models.JSONField(default=list)),
                    ('correct', models.JSONField(default=list)),
                    ('explanation', models.TextField(blank=True, verbose_name='explanation')),
                    ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='planning.question')),
                ],
                options={
                    'ordering': ['question', '-number'],
                },
            ),
            migrations.CreateModel(
                name='QuestionStatistics',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('phase', models.CharField(choices=[('pre', 'Pre-test'), ('post', 'Post-test')], max_length=4)),
                    ('attempts', models.PositiveIntegerField()),
                    ('difficulty', models.DecimalField(decimal_places=4, max_digits=5)),
                    ('discrimination', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                    ('last_used_on', models.DateField()),
                    ('question_version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statistics', to='planning.questionversion')),
                ],
                options={
                    'ordering': ['question_version', 'phase'],
                },
            ),
            migrations.CreateModel(
                name='PaperQuestion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('order', models.PositiveSmallIntegerField()),
                    ('points', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=6)),
                    ('question_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.questionversion')),
                ],
                options={
                    'ordering': ['paper', 'order'],
                },
            ),
            migrations.CreateModel(
                name='RevisionComment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('field', models.CharField(blank=True, max_length=40)),
                    ('text', models.TextField()),
                    ('created_at', models.DateTimeField()),
                    ('resolved_at', models.DateTimeField(null=True)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='planning.planrevision')),
                ],
                options={
                    'ordering': ['created_at'],
                },
            ),
            migrations.CreateModel(
                name='Room',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('capacity', models.PositiveSmallIntegerField(default=20, verbose_name='seats')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='people.site', verbose_name='site')),
                ],
                options={
                    'ordering': ['site', 'name'],
                },
            ),
            migrations.AddField(
                model_name='plannedsession',
                name='room',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.room', verbose_name='room'),
            ),
            migrations.CreateModel(
                name='SampleCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('error_class', models.CharField(choices=[('cace', 'Customer-affecting critical error (CACE)'), ('bace', 'Business-affecting critical error (BACE)'), ('coace', 'Compliance-affecting critical error (CoACE)'), ('non_critical', 'Non-critical')], max_length=12)),
                    ('defective', models.PositiveIntegerField(default=0)),
                    ('sample', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='planning.monitoringsample')),
                ],
            ),
            migrations.CreateModel(
                name='ScoringScheme',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                    ('decimals', models.PositiveSmallIntegerField(default=2, verbose_name='decimals')),
                    ('pass_mark', models.DecimalField(decimal_places=2, default=Decimal('80'), max_digits=6, verbose_name='suggested pass mark')),
                    ('remedial_cap', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='cap of a remedial')),
                    ('remedial_attempts', models.PositiveSmallIntegerField(default=1, verbose_name='remedial attempts')),
                    ('is_active', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['name'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('pass_mark__gte', 0), ('pass_mark__lte', 100)), name='scheme_pass_mark_0_100'), models.CheckConstraint(condition=models.Q(('decimals__lte', 4)), name='scheme_decimals_0_4'), models.CheckConstraint(condition=models.Q(('remedial_attempts__lte', 3)), name='scheme_remedials_0_3')],
                },
            ),
            migrations.CreateModel(
                name='ScoringParameter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('weight', models.DecimalField(decimal_places=3, max_digits=7, verbose_name='weight')),
                    ('maximum_score', models.DecimalField(decimal_places=2, default=Decimal('100'), max_digits=7, verbose_name='maximum')),
                    ('minimum', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='minimum')),
                    ('source', models.CharField(choices=[('post_test', 'Post-test'), ('pre_test', 'Pre-test'), ('trainer', 'Scored by the trainer'), ('qc', 'Scored by Quality Control'), ('leader', 'Scored by the team leader')], default='trainer', max_length=9, verbose_name='scored by')),
                    ('settled_by', models.CharField(choices=[('one', 'One assessor'), ('average', 'Average of several assessors'), ('second', 'A second opinion counts where it was asked for')], default='one', max_length=7, verbose_name='assessors')),
                    ('assessors', models.PositiveSmallIntegerField(default=1, help_text='how many scores an average needs at least')),
                    ('order', models.PositiveSmallIntegerField(default=0)),
                    ('scheme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parameters', to='planning.scoringscheme')),
                ],
                options={
                    'ordering': ['scheme', 'order', 'name'],
                },
            ),
            migrations.AddField(
                model_name='planrevision',
                name='scheme',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='planning.scoringscheme', verbose_name='scoring scheme'),
            ),
            migrations.CreateModel(
                name='ServiceMeasure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('unit', models.CharField(blank=True, max_length=20, verbose_name='unit')),
                    ('decimals', models.PositiveSmallIntegerField(default=2, verbose_name='decimals')),
                    ('better', models.CharField(choices=[('higher', 'Higher is better'), ('lower', 'Lower is better')], default='higher', max_length=6, verbose_name='better when')),
                    ('lowest', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='lowest figure')),
                    ('highest', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='highest figure')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('decimals__lte', 4)), name='measure_decimals_0_4'), models.CheckConstraint(condition=models.Q(('lowest', None), ('highest', None), ('lowest__lt', models.F('highest')), _connector='OR'), name='measure_scale_rises')],
                },
            ),
            migrations.CreateModel(
                name='ServiceIndicator',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(verbose_name='to (inclusive)')),
                    ('value', models.DecimalField(decimal_places=4, max_digits=14, verbose_name='value')),
                    ('responses', models.PositiveIntegerField(null=True, verbose_name='responses')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline', verbose_name='service line')),
                    ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='people.person', verbose_name='agent')),
                    ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site', verbose_name='site')),
                    ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team', verbose_name='team')),
                    ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='planning.servicemeasure', verbose_name='measure')),
                ],
                options={
                    'ordering': ['-starts_on', 'measure', 'line', 'id'],
                },
            ),
            migrations.CreateModel(
                name='TestPaper',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.CharField(max_length=30, unique=True, verbose_name='code')),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('form', models.CharField(default='A', max_length=1, verbose_name='form')),
                    ('duration_minutes', models.PositiveSmallIntegerField(default=20, verbose_name='time (minutes)')),
                    ('multiple_rule', models.CharField(choices=[('whole', 'All right options and no other, or no points'), ('partial', 'Each right option counts, each wrong one takes as much away; never below 0')], default='whole', max_length=7, verbose_name='points of a multiple choice')),
                    ('pair_of', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pair', to='planning.testpaper')),
                    ('questions', models.ManyToManyField(related_name='papers', through='planning.PaperQuestion', to='planning.questionversion')),
                ],
                options={
                    'ordering': ['code'],
                },
            ),
            migrations.AddField(
                model_name='planrevision',
                name='post_paper',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.testpaper', verbose_name='post-test'),
            ),
            migrations.AddField(
                model_name='planrevision',
                name='pre_paper',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.testpaper', verbose_name='pre-test'),
            ),
            migrations.AddField(
                model_name='paperquestion',
                name='paper',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='paper_questions', to='planning.testpaper'),
            ),
            migrations.CreateModel(
                name='Topic',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('kind', models.CharField(choices=[('soft', 'Soft skill'), ('hard', 'Hard skill')], max_length=4, verbose_name='kind')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='planning.topic')),
                ],
                options={
                    'ordering': ['kind', 'name'],
                },
            ),
            migrations.AddField(
                model_name='question',
                name='topic',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='planning.topic'),
            ),
            migrations.CreateModel(
                name='TrafficInterval',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source', models.CharField(max_length=40)),
                    ('queue', models.CharField(blank=True, default='', help_text='where the source has several', max_length=80)),
                    ('starts_at', models.DateTimeField()),
                    ('minutes', models.PositiveSmallIntegerField()),
                    ('is_complete', models.BooleanField(default=True, help_text='the interval was over when the report was made')),
                    ('offered', models.PositiveIntegerField()),
                    ('answered', models.PositiveIntegerField(null=True)),
                    ('abandoned', models.PositiveIntegerField(null=True)),
                    ('aht_seconds', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                    ('asa_seconds', models.DecimalField(decimal_places=3, max_digits=9, null=True)),
                    ('agents', models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                    ('service_level_percent', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                ],
                options={
                    'ordering': ['starts_at'],
                },
            ),
            migrations.CreateModel(
                name='TrainerProfile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('kind', models.CharField(choices=[('internal', 'Internal'), ('sso_training', 'SSO Training'), ('client', 'Client'), ('external', 'External')], default='internal', max_length=12, verbose_name='kind')),
                    ('valid_until', models.DateField(blank=True, null=True, verbose_name='qualified until')),
                    ('person', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainer_profile', to='people.person')),
                    ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit', verbose_name='unit')),
                    ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainer_profile', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='TrainerModule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('valid_until', models.DateField(blank=True, null=True, verbose_name='may teach it until')),
                    ('trainerprofile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='permits', to='planning.trainerprofile')),
                ],
                options={
                    'db_table': 'planning_trainerprofile_modules',
                },
            ),
            migrations.AddField(
                model_name='plannedsession',
                name='trainers',
                field=models.ManyToManyField(related_name='planned_sessions', to='planning.trainerprofile', verbose_name='trainers'),
            ),
            migrations.CreateModel(
                name='Booking',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('trainer', 'Trainer'), ('participant', 'Participant'), ('room', 'Room'), ('seat', 'Application licence')], max_length=11)),
                    ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                    ('live', models.BooleanField(default=True)),
                    ('is_guest', models.BooleanField(default=False, help_text='beside what the revision names: recovery in this batch, a substitute on the day')),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='people.person')),
                    ('seat', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='planning.licenceseat')),
                    ('planned_meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='planning.plannedmeeting')),
                    ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='planning.room')),
                    ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='planning.trainerprofile')),
                ],
            ),
            migrations.CreateModel(
                name='TrainerQualification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('title', models.CharField(max_length=160, verbose_name='qualification')),
                    ('issuer', models.CharField(max_length=120, verbose_name='from whom')),
                    ('valid_from', models.DateField(verbose_name='valid from')),
                    ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('recorded_at', models.DateTimeField()),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='planning.trainerprofile')),
                ],
                options={
                    'ordering': ['-valid_from', '-id'],
                },
            ),
            migrations.AddField(
                model_name='planrevision',
                name='application',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.trainingapplication', verbose_name='application'),
            ),
            migrations.AddField(
                model_name='licenceseat',
                name='application',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='planning.trainingapplication'),
            ),
            migrations.CreateModel(
                name='TrainingModule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('code', models.CharField(max_length=30, unique=True, verbose_name='code')),
                    ('title', models.CharField(max_length=160, verbose_name='title')),
                    ('kind', models.CharField(choices=[('soft', 'Soft skill'), ('hard', 'Hard skill')], max_length=4, verbose_name='kind')),
                    ('lines', models.ManyToManyField(related_name='modules', to='people.serviceline', verbose_name='service lines')),
                    ('needs', models.ManyToManyField(blank=True, related_name='modules', to='planning.needsource', verbose_name='sources of needs that it answers')),
                    ('parameters', models.ManyToManyField(blank=True, related_name='modules', to='planning.qualityparameter', verbose_name='parameters that it improves')),
                    ('topics', models.ManyToManyField(blank=True, related_name='modules', to='planning.topic', verbose_name='topics')),
                ],
                options={
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='TrainerRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('wanted_on', models.DateField(verbose_name='wanted on')),
                    ('asked', models.TextField(verbose_name='what is asked')),
                    ('requested_at', models.DateTimeField()),
                    ('answer', models.CharField(blank=True, choices=[('accepted', 'Will come'), ('declined', 'Cannot come')], max_length=8, verbose_name='answer')),
                    ('answer_note', models.TextField(blank=True, verbose_name='what was answered')),
                    ('answered_on', models.DateField(blank=True, null=True, verbose_name='answered on')),
                    ('entered_for', models.CharField(blank=True, max_length=120, verbose_name='who answered')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline', verbose_name='service line')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site', verbose_name='site')),
                    ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='planning.trainerprofile', verbose_name='trainer')),
                    ('module', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainer_requests', to='planning.trainingmodule', verbose_name='module')),
                ],
                options={
                    'ordering': ['-requested_at', '-id'],
                },
            ),
            migrations.AddField(
                model_name='trainerprofile',
                name='modules',
                field=models.ManyToManyField(blank=True, related_name='trainers', through='planning.TrainerModule', to='planning.trainingmodule', verbose_name='modules they may teach'),
            ),
            migrations.AddField(
                model_name='trainermodule',
                name='trainingmodule',
                field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='permits', to='planning.trainingmodule'),
            ),
            migrations.AddField(
                model_name='productchange',
                name='modules',
                field=models.ManyToManyField(blank=True, related_name='product_changes', to='planning.trainingmodule', verbose_name='modules that answer it'),
            ),
            migrations.CreateModel(
                name='PlanTemplate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('purpose', models.TextField(blank=True, verbose_name='why this training')),
                    ('method', models.CharField(blank=True, choices=[('online', 'Online'), ('offline', 'Offline'), ('hybrid', 'Hybrid')], max_length=7, verbose_name='method')),
                    ('pass_mark', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='pass mark')),
                    ('tolerance_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='tolerated lateness (minutes)')),
                    ('recovery_days', models.PositiveSmallIntegerField(default=7, verbose_name='days for recovery')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('kind', models.CharField(choices=[('refreshment', 'Refreshment'), ('improvement', 'Improvement')], max_length=11, verbose_name='kind')),
                    ('title', models.CharField(blank=True, max_length=160, verbose_name='title')),
                    ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes of a meeting')),
                    ('meetings', models.PositiveSmallIntegerField(default=1, verbose_name='meetings, one a day')),
                    ('parties', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20), blank=True, default=list, size=None, verbose_name='recipients besides the mandatory parties')),
                    ('is_active', models.BooleanField(default=True)),
                    ('created_at', models.DateTimeField()),
                    ('class_types', models.ManyToManyField(blank=True, related_name='+', to='planning.classtype', verbose_name='class types')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline', verbose_name='service line')),
                    ('recovery_forms', models.ManyToManyField(blank=True, related_name='+', to='planning.recoveryform', verbose_name='forms of recovery')),
                    ('scheme', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.scoringscheme', verbose_name='scoring scheme')),
                    ('post_paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.testpaper', verbose_name='post-test')),
                    ('pre_paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.testpaper', verbose_name='pre-test')),
                    ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.trainingapplication', verbose_name='application')),
                    ('module', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.trainingmodule', verbose_name='module')),
                ],
                options={
                    'ordering': ['kind', 'name'],
                },
            ),
            migrations.AddField(
                model_name='moduleversion',
                name='module',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='planning.trainingmodule'),
            ),
            migrations.CreateModel(
                name='TrainingPlan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True, verbose_name='number')),
                    ('kind', models.CharField(choices=[('refreshment', 'Refreshment'), ('improvement', 'Improvement')], max_length=11, verbose_name='kind')),
                    ('title', models.CharField(max_length=160, verbose_name='title')),
                    ('state', models.CharField(choices=[('in_preparation', 'In preparation'), ('approved', 'Approved'), ('under_way', 'Under way'), ('reported', 'Reported'), ('under_review', 'Under review'), ('closed', 'Closed'), ('cancelled', 'Cancelled')], default='in_preparation', max_length=14, verbose_name='state')),
                    ('is_filed', models.BooleanField(default=False, help_text='made afterwards for a class held without approval (5.2)')),
                    ('created_at', models.DateTimeField()),
                    ('closed_at', models.DateTimeField(null=True)),
                    ('cancelled_at', models.DateTimeField(null=True)),
                    ('approved_revision', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approved_for', to='planning.planrevision')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='people.serviceline', verbose_name='service line')),
                    ('pic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to=settings.AUTH_USER_MODEL, verbose_name='PIC')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='people.site', verbose_name='site')),
                    ('template', models.ForeignKey(blank=True, help_text='what its first draft began with', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='planning.plantemplate')),
                ],
                options={
                    'ordering': ['-created_at'],
                },
            ),
            migrations.CreateModel(
                name='ReleaseConfirmation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('asked', 'Not confirmed yet'), ('confirmed', 'Release confirmed'), ('other_batch', 'Another batch asked')], default='asked', max_length=11)),
                    ('content_hash', models.CharField(max_length=64)),
                    ('asked_at', models.DateTimeField()),
                    ('reason', models.TextField(blank=True)),
                    ('answered_at', models.DateTimeField(null=True)),
                    ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('planned_session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='planning.plannedsession')),
                    ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='planning.trainingplan')),
                ],
                options={
                    'ordering': ['planned_session', 'team__name'],
                },
            ),
            migrations.AddField(
                model_name='planrevision',
                name='plan',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='planning.trainingplan'),
            ),
            migrations.AddField(
                model_name='plannedsession',
                name='plan',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='planned_sessions', to='planning.trainingplan'),
            ),
            migrations.CreateModel(
                name='PlanHandOver',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('reason', models.TextField()),
                    ('handed_at', models.DateTimeField()),
                    ('from_pic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('handed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('to_pic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_overs', to='planning.trainingplan')),
                ],
                options={
                    'ordering': ['handed_at'],
                },
            ),
            migrations.CreateModel(
                name='OvertimeOrder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('meeting', models.UUIDField(help_text='uuid of the planned meeting')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('minutes', models.PositiveSmallIntegerField(help_text='of the meeting, outside the shift')),
                    ('reason', models.TextField(verbose_name='reason')),
                    ('ordered_by', models.CharField(max_length=120, verbose_name='ordered by')),
                    ('entered_at', models.DateTimeField()),
                    ('consent', models.CharField(choices=[('asked', 'Asked'), ('given', 'Agreed'), ('refused', 'Declined')], default='asked', max_length=7, verbose_name='consent')),
                    ('consent_at', models.DateTimeField(null=True)),
                    ('consent_note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('consent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overtime_orders', to='people.person')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overtime_orders', to='planning.trainingplan')),
                ],
                options={
                    'ordering': ['starts_at', 'person'],
                },
            ),
            migrations.CreateModel(
                name='Consultation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('party', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20)),
                    ('asked_at', models.DateTimeField()),
                    ('due_on', models.DateField()),
                    ('answer', models.CharField(blank=True, choices=[('agreed', 'Agreed'), ('remarks', 'Remarks'), ('no_remarks', 'No remarks')], max_length=10)),
                    ('remark', models.TextField(blank=True)),
                    ('answered_at', models.DateTimeField(null=True)),
                    ('answered_for', models.CharField(blank=True, help_text='who answered, where the PIC entered it', max_length=120)),
                    ('answered_on', models.DateField(null=True)),
                    ('answered_about', models.JSONField(blank=True, default=dict, help_text='number of the revision answered, and what of it is coordinated')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='planning.trainingplan')),
                ],
                options={
                    'ordering': ['plan', 'party'],
                },
            ),
            migrations.CreateModel(
                name='Appointment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('duties', models.TextField(verbose_name='duties')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(verbose_name='to (inclusive)')),
                    ('appointed_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('revocation_reason', models.TextField(blank=True, verbose_name='reason of the revocation')),
                    ('appointed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline', verbose_name='service line')),
                    ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site', verbose_name='site')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL, verbose_name='PIC')),
                ],
                options={
                    'ordering': ['-starts_on'],
                    'indexes': [models.Index(fields=['user', 'starts_on', 'ends_on'], name='planning_ap_user_id_76cb2c_idx')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='appointment_ends_after_start'), models.CheckConstraint(condition=models.Q(('user', models.F('appointed_by')), _negated=True), name='appointed_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('revocation_reason', ''), ('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False), models.Q(('revocation_reason', ''), _negated=True)), _connector='OR'), name='revocation_names_who_and_why')],
                },
            ),
            migrations.CreateModel(
                name='LineTarget',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('method', models.CharField(choices=[('erlang_c', 'Erlang C (inbound voice)'), ('chat', 'Chat, several at the same time'), ('volume', 'Volume (mail, social media)'), ('contact_rate', 'Contact rate (outbound)')], max_length=12, verbose_name='method')),
                    ('goal_percent', models.DecimalField(decimal_places=2, default=Decimal('80'), max_digits=5, verbose_name='target (%)')),
                    ('answer_seconds', models.PositiveSmallIntegerField(default=20, verbose_name='answered within (seconds)')),
                    ('concurrency', models.PositiveSmallIntegerField(default=1, verbose_name='chats at the same time')),
                    ('set_at', models.DateTimeField()),
                    ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='target', to='people.serviceline')),
                    ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('goal_percent__gt', 0), ('goal_percent__lte', 100)), name='line_target_goal_0_100'), models.CheckConstraint(condition=models.Q(('concurrency__gte', 1)), name='line_target_concurrency_at_least_1')],
                },
            ),
            migrations.CreateModel(
                name='MarkedDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('day', models.DateField(verbose_name='day')),
                    ('reason', models.CharField(max_length=160, verbose_name='reason')),
                    ('marked_at', models.DateTimeField()),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline', verbose_name='service line')),
                    ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site', verbose_name='site')),
                ],
                options={
                    'ordering': ['-day'],
                    'constraints': [models.UniqueConstraint(fields=('site', 'line', 'day'), name='marked_day_once')],
                },
            ),
            migrations.CreateModel(
                name='ModuleTraining',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('trained_on', models.DateField()),
                    ('source', models.UUIDField(help_text="uuid of the target's outcome", unique=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='module_trainings', to='people.person')),
                    ('module_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='planning.moduleversion')),
                ],
                options={
                    'ordering': ['-trained_on'],
                    'indexes': [models.Index(fields=['person', 'module_version', 'trained_on'], name='planning_mo_person__8d25bd_idx')],
                },
            ),
            migrations.CreateModel(
                name='ModuleMaterial',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('url', models.URLField(blank=True, verbose_name='link')),
                    ('text', models.TextField(blank=True, verbose_name='text')),
                    ('file_name', models.CharField(blank=True, max_length=160)),
                    ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='planning.moduleversion')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('url', ''), _negated=True), models.Q(('text', ''), _negated=True), ('file__isnull', False), _connector='OR'), name='material_has_content')],
                },
            ),
            migrations.CreateModel(
                name='Competence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('achieved_on', models.DateField()),
                    ('valid_until', models.DateField(blank=True, null=True)),
                    ('result', models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                    ('source', models.UUIDField(help_text="uuid of the session's enrolment that showed it")),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='competences', to='people.person')),
                    ('module_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='competences', to='planning.moduleversion')),
                ],
                options={
                    'ordering': ['-achieved_on'],
                    'constraints': [models.UniqueConstraint(fields=('person', 'module_version', 'source'), name='competence_once_a_source')],
                },
            ),
            migrations.AddIndex(
                model_name='monitoringsample',
                index=models.Index(fields=['line', 'kind', 'contacted_on'], name='planning_mo_line_id_d772f8_idx'),
            ),
            migrations.AddIndex(
                model_name='monitoringsample',
                index=models.Index(fields=['contacted_on'], name='planning_mo_contact_64a02c_idx'),
            ),
            migrations.AddIndex(
                model_name='monitoringsample',
                index=models.Index(fields=['person', 'contacted_on'], name='planning_mo_person__52822f_idx'),
            ),
            migrations.AddConstraint(
                model_name='monitoringsample',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'annulled'), _negated=True), fields=('source', 'source_reference'), name='sample_source_once'),
            ),
            migrations.AddConstraint(
                model_name='monitoringsample',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'counting'), models.Q(('contact_reference', ''), _negated=True)), fields=('source', 'contact_reference'), name='sample_contact_counts_once'),
            ),
            migrations.AddConstraint(
                model_name='monitoringsample',
                constraint=models.CheckConstraint(condition=models.Q(('inspected__gt', 0)), name='sample_inspected_positive'),
            ),
            migrations.AddIndex(
                model_name='plannedmeeting',
                index=models.Index(fields=['starts_at'], name='planning_pl_starts__3d02eb_idx'),
            ),
            migrations.AddConstraint(
                model_name='plannedmeeting',
                constraint=models.UniqueConstraint(fields=('planned_session', 'uuid'), name='planned_meeting_once'),
            ),
            migrations.AddConstraint(
                model_name='plannedmeeting',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='planned_meeting_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='plannedmeeting',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(days=1))))), name='planned_meeting_within_a_day'),
            ),
            migrations.AddConstraint(
                model_name='planrecipient',
                constraint=models.CheckConstraint(condition=models.Q(('user__isnull', False), models.Q(('email', ''), _negated=True), _connector='OR'), name='recipient_can_be_reached'),
            ),
            migrations.AddConstraint(
                model_name='planrecipient',
                constraint=models.UniqueConstraint(fields=('revision', 'party', 'user'), name='recipient_once_a_party'),
            ),
            migrations.AddConstraint(
                model_name='approvaldecision',
                constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='decision_by_another'),
            ),
            migrations.AddConstraint(
                model_name='approvaldecision',
                constraint=models.CheckConstraint(condition=models.Q(('on_behalf_of', None), models.Q(('on_behalf_of', models.F('proposed_by')), _negated=True), _connector='OR'), name='decision_for_another'),
            ),
            migrations.AddConstraint(
                model_name='approvaldecision',
                constraint=models.CheckConstraint(condition=models.Q(('signature__isnull', False), models.Q(('decision', 'approved'), _negated=True), _connector='OR'), name='approval_is_signed'),
            ),
            migrations.AddConstraint(
                model_name='approvaldecision',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('comment', ''), _negated=True), ('decision', 'approved'), _connector='OR'), name='return_and_rejection_have_a_comment'),
            ),
            migrations.AddConstraint(
                model_name='plantarget',
                constraint=models.UniqueConstraint(fields=('revision', 'person'), name='target_once_a_revision'),
            ),
            migrations.AddIndex(
                model_name='defect',
                index=models.Index(fields=['line', 'occurred_on'], name='planning_de_line_id_abc6f6_idx'),
            ),
            migrations.AddIndex(
                model_name='defect',
                index=models.Index(fields=['person', 'occurred_on'], name='planning_de_person__a742ce_idx'),
            ),
            migrations.AddIndex(
                model_name='defect',
                index=models.Index(fields=['parameter', 'occurred_on'], name='planning_de_paramet_e6f3f3_idx'),
            ),
            migrations.AddIndex(
                model_name='defect',
                index=models.Index(fields=['occurred_on'], name='planning_de_occurre_7e969c_idx'),
            ),
            migrations.AddConstraint(
                model_name='defect',
                constraint=models.UniqueConstraint(fields=('source', 'source_reference'), name='defect_source_once'),
            ),
            migrations.AddConstraint(
                model_name='questionversion',
                constraint=models.UniqueConstraint(fields=('question', 'number'), name='question_version_once'),
            ),
            migrations.AddConstraint(
                model_name='questionstatistics',
                constraint=models.UniqueConstraint(fields=('question_version', 'phase'), name='statistics_once'),
            ),
            migrations.AddConstraint(
                model_name='revisioncomment',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolved_at', None), ('resolved_by', None)), models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False)), _connector='OR'), name='resolved_remark_names_who_and_when'),
            ),
            migrations.AddConstraint(
                model_name='room',
                constraint=models.UniqueConstraint(fields=('site', 'name'), name='room_once'),
            ),
            migrations.AddConstraint(
                model_name='samplecount',
                constraint=models.UniqueConstraint(fields=('sample', 'error_class'), name='sample_class_once'),
            ),
            migrations.AddConstraint(
                model_name='scoringparameter',
                constraint=models.UniqueConstraint(fields=('scheme', 'name'), name='scheme_parameter_once'),
            ),
            migrations.AddConstraint(
                model_name='scoringparameter',
                constraint=models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='parameter_weight_positive'),
            ),
            migrations.AddConstraint(
                model_name='scoringparameter',
                constraint=models.CheckConstraint(condition=models.Q(('maximum_score__gt', 0)), name='parameter_maximum_positive'),
            ),
            migrations.AddConstraint(
                model_name='scoringparameter',
                constraint=models.CheckConstraint(condition=models.Q(('minimum', None), models.Q(('minimum__gte', 0), ('minimum__lte', models.F('maximum_score'))), _connector='OR'), name='parameter_minimum_in_scale'),
            ),
            migrations.AddConstraint(
                model_name='scoringparameter',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('assessors__range', (2, 5)), ('settled_by', 'average')), models.Q(models.Q(('settled_by', 'average'), _negated=True), ('assessors', 1)), _connector='OR'), name='parameter_average_of_2_to_5'),
            ),
            migrations.AddConstraint(
                model_name='scoringparameter',
                constraint=models.CheckConstraint(condition=models.Q(('settled_by', 'one'), models.Q(('source__in', ['pre_test', 'post_test']), _negated=True), _connector='OR'), name='parameter_of_a_test_has_no_assessors'),
            ),
            migrations.AddIndex(
                model_name='serviceindicator',
                index=models.Index(fields=['measure', 'starts_on'], name='planning_se_measure_a79212_idx'),
            ),
            migrations.AddIndex(
                model_name='serviceindicator',
                index=models.Index(fields=['starts_on'], name='planning_se_starts__44dedb_idx'),
            ),
            migrations.AddConstraint(
                model_name='serviceindicator',
                constraint=models.UniqueConstraint(fields=('measure', 'line', 'site', 'person', 'starts_on', 'ends_on'), name='indicator_once', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='serviceindicator',
                constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='indicator_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='serviceindicator',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('team', None)), models.Q(('person__isnull', False), ('site__isnull', False)), _connector='OR'), name='indicator_of_an_agent_has_a_site'),
            ),
            migrations.AddConstraint(
                model_name='serviceindicator',
                constraint=models.CheckConstraint(condition=models.Q(('responses', None), ('responses__gt', 0), _connector='OR'), name='indicator_responses_positive'),
            ),
            migrations.AddConstraint(
                model_name='paperquestion',
                constraint=models.UniqueConstraint(fields=('paper', 'order'), name='paper_order_once'),
            ),
            migrations.AddConstraint(
                model_name='paperquestion',
                constraint=models.UniqueConstraint(fields=('paper', 'question_version'), name='paper_question_once'),
            ),
            migrations.AddConstraint(
                model_name='paperquestion',
                constraint=models.CheckConstraint(condition=models.Q(('points__gt', 0)), name='paper_points_positive'),
            ),
            migrations.AddConstraint(
                model_name='topic',
                constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='topic_not_below_itself'),
            ),
            migrations.AddIndex(
                model_name='trafficinterval',
                index=models.Index(fields=['line', 'site', 'source', 'starts_at'], name='planning_tr_line_id_3add82_idx'),
            ),
            migrations.AddIndex(
                model_name='trafficinterval',
                index=models.Index(fields=['starts_at'], name='planning_tr_starts__42d244_idx'),
            ),
            migrations.AddConstraint(
                model_name='trafficinterval',
                constraint=models.UniqueConstraint(fields=('site', 'line', 'source', 'queue', 'starts_at'), name='traffic_interval_of_queue_once'),
            ),
            migrations.AddConstraint(
                model_name='trafficinterval',
                constraint=models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 60)), name='traffic_minutes_1_60'),
            ),
            migrations.AddConstraint(
                model_name='trafficinterval',
                constraint=models.CheckConstraint(condition=models.Q(('answered', None), ('answered__lte', models.F('offered')), _connector='OR'), name='traffic_answered_within_offered'),
            ),
            migrations.AddConstraint(
                model_name='booking',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('role', 'participant'), ('room', None), ('seat', None)), models.Q(('role', 'trainer'), ('room', None), ('seat', None), ('trainer__isnull', False)), models.Q(('person', None), ('role', 'room'), ('room__isnull', False), ('seat', None), ('trainer', None)), models.Q(('person', None), ('role', 'seat'), ('room', None), ('seat__isnull', False), ('trainer', None)), _connector='OR'), name='booking_names_what_it_takes'),
            ),
            migrations.AddConstraint(
                model_name='booking',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True), ('person__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('person', '='), ('during', '&&')], name='booking_person_once'),
            ),
            migrations.AddConstraint(
                model_name='booking',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True), ('trainer__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('trainer', '='), ('during', '&&')], name='booking_trainer_once'),
            ),
            migrations.AddConstraint(
                model_name='booking',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True), ('room__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('room', '='), ('during', '&&')], name='booking_room_once'),
            ),
            migrations.AddConstraint(
                model_name='booking',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True), ('seat__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('seat', '='), ('during', '&&')], name='booking_seat_once'),
            ),
            migrations.AddConstraint(
                model_name='trainerqualification',
                constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='qualification_ends_after_start'),
            ),
            migrations.AddConstraint(
                model_name='licenceseat',
                constraint=models.UniqueConstraint(fields=('application', 'number'), name='licence_seat_once'),
            ),
            migrations.AddConstraint(
                model_name='trainerrequest',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_by', None), ('answered_on', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_by__isnull', False), ('answered_on__isnull', False)), _connector='OR'), name='answer_has_day_and_author'),
            ),
            migrations.AddConstraint(
                model_name='trainerrequest',
                constraint=models.CheckConstraint(condition=models.Q(('entered_for', ''), ('file__isnull', False), _connector='OR'), name='entered_answer_has_document'),
            ),
            migrations.AlterUniqueTogether(
                name='trainermodule',
                unique_together={('trainerprofile', 'trainingmodule')},
            ),
            migrations.AddIndex(
                model_name='productchange',
                index=models.Index(fields=['effective_on'], name='planning_pr_effecti_d9ea63_idx'),
            ),
            migrations.AddConstraint(
                model_name='productchange',
                constraint=models.UniqueConstraint(fields=('issuer', 'number'), name='change_number_once'),
            ),
            migrations.AddConstraint(
                model_name='productchange',
                constraint=models.CheckConstraint(condition=models.Q(('effective_on__gte', models.F('issued_on'))), name='change_effective_after_announcement'),
            ),
            migrations.AddConstraint(
                model_name='plantemplate',
                constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='plan_template_once'),
            ),
            migrations.AddConstraint(
                model_name='plantemplate',
                constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 720)), name='template_minutes_5_720'),
            ),
            migrations.AddConstraint(
                model_name='plantemplate',
                constraint=models.CheckConstraint(condition=models.Q(('meetings__gte', 1), ('meetings__lte', 10)), name='template_meetings_1_10'),
            ),
            migrations.AddConstraint(
                model_name='plantemplate',
                constraint=models.CheckConstraint(condition=models.Q(('pass_mark', None), models.Q(('pass_mark__gte', 0), ('pass_mark__lte', 100)), _connector='OR'), name='template_pass_mark_0_100'),
            ),
            migrations.AddConstraint(
                model_name='moduleversion',
                constraint=models.UniqueConstraint(fields=('module', 'number'), name='module_version_once'),
            ),
            migrations.AddConstraint(
                model_name='moduleversion',
                constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'returned'])), fields=('module',), name='one_open_version_a_module'),
            ),
            migrations.AddConstraint(
                model_name='moduleversion',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('module',), name='one_approved_version_a_module'),
            ),
            migrations.AddConstraint(
                model_name='moduleversion',
                constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('author')), _negated=True), _connector='OR'), name='module_decided_by_another'),
            ),
            migrations.AddIndex(
                model_name='trainingplan',
                index=models.Index(fields=['state', 'line'], name='planning_tr_state_c4d728_idx'),
            ),
            migrations.AddConstraint(
                model_name='trainingplan',
                constraint=models.CheckConstraint(condition=models.Q(('is_filed', False), ('approved_revision', None), _connector='OR'), name='filed_plan_is_never_approved'),
            ),
            migrations.AddConstraint(
                model_name='releaseconfirmation',
                constraint=models.UniqueConstraint(fields=('planned_session', 'team'), name='release_once_a_session_and_team'),
            ),
            migrations.AddConstraint(
                model_name='releaseconfirmation',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='release_answer_has_its_author'),
            ),
            migrations.AddConstraint(
                model_name='releaseconfirmation',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'other_batch'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='other_batch_has_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='planrevision',
                constraint=models.UniqueConstraint(fields=('plan', 'number'), name='revision_number_once'),
            ),
            migrations.AddConstraint(
                model_name='planrevision',
                constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted'])), fields=('plan',), name='one_open_revision_a_plan'),
            ),
            migrations.AddConstraint(
                model_name='planrevision',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('plan',), name='one_approved_revision_a_plan'),
            ),
            migrations.AddConstraint(
                model_name='planrevision',
                constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(models.Q(('content_hash', ''), _negated=True), ('submitted_at__isnull', False), ('pass_mark__isnull', False)), _connector='OR'), name='submitted_revision_is_frozen'),
            ),
            migrations.AddConstraint(
                model_name='planrevision',
                constraint=models.CheckConstraint(condition=models.Q(('pass_mark', None), models.Q(('pass_mark__gte', 0), ('pass_mark__lte', 100)), _connector='OR'), name='revision_pass_mark_0_100'),
            ),
            migrations.AddConstraint(
                model_name='plannedsession',
                constraint=models.UniqueConstraint(fields=('revision', 'uuid'), name='planned_session_once_a_revision'),
            ),
            migrations.AddConstraint(
                model_name='planhandover',
                constraint=models.CheckConstraint(condition=models.Q(('from_pic', models.F('to_pic')), _negated=True), name='plan_handed_to_another'),
            ),
            migrations.AddConstraint(
                model_name='planhandover',
                constraint=models.CheckConstraint(condition=models.Q(('handed_by', models.F('to_pic')), _negated=True), name='plan_handed_by_another'),
            ),
            migrations.AddConstraint(
                model_name='planhandover',
                constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hand_over_has_its_reason'),
            ),
            migrations.AddIndex(
                model_name='overtimeorder',
                index=models.Index(fields=['person', 'starts_at'], name='planning_ov_person__bfa00e_idx'),
            ),
            migrations.AddConstraint(
                model_name='overtimeorder',
                constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('plan', 'person', 'meeting'), name='one_live_order_a_meeting'),
            ),
            migrations.AddConstraint(
                model_name='overtimeorder',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('minutes__gt', 0)), name='overtime_has_length'),
            ),
            migrations.AddConstraint(
                model_name='overtimeorder',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('ordered_by', ''), _negated=True)), name='overtime_says_why_and_who'),
            ),
            migrations.AddConstraint(
                model_name='overtimeorder',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('consent', 'asked'), ('consent_at', None), ('consent_by', None)), models.Q(models.Q(('consent', 'asked'), _negated=True), ('consent_at__isnull', False), ('consent_by__isnull', False)), _connector='OR'), name='consent_names_who_and_when'),
            ),
            migrations.AddConstraint(
                model_name='consultation',
                constraint=models.UniqueConstraint(condition=models.Q(('answer', '')), fields=('plan', 'party'), name='one_open_question_a_party'),
            ),
            migrations.AddConstraint(
                model_name='consultation',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_for', ''), ('answered_on', None), ('file', None)), models.Q(models.Q(('answered_for', ''), _negated=True), ('answered_on__isnull', False), ('file__isnull', False)), _connector='OR'), name='entered_answer_has_its_document'),
            ),
        ]),
        *sql_of('planning.migrations.0020_guards'),
    ]
