"""What the migrations up to 0007 make of an empty database, in one step; a filled one goes on with them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('evaluation', '0001_initial'),
        ('evaluation', '0002_system_words_by_kind'),
        ('evaluation', '0003_minutes_approved_by_another'),
        ('evaluation', '0004_effect_may_be_undecided'),
        ('evaluation', '0005_reviews_never_overlap'),
        ('evaluation', '0006_guards'),
        ('evaluation', '0007_findings_and_actions_withdrawn'),
    ]

    dependencies = [
        ('people', '0008_calendar_feed'),
        ('planning', '0029_what_an_answer_is_about'),
        ('training_sessions', '0017_name_of_archived_pages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='Finding',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('aspect', models.CharField(choices=[('soft_modules', 'Soft-skill modules'), ('hard_modules', 'Hard-skill modules'), ('trainers', 'Executing trainers'), ('duration', 'Duration (days/hours)'), ('application', 'Training application'), ('method', 'Method: online, offline or hybrid'), ('other', 'Other relevant aspects')], max_length=12)),
                    ('nothing_found', models.BooleanField(default=False)),
                    ('text', models.TextField(blank=True)),
                    ('no_action_reason', models.TextField(blank=True)),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('withdrawn_reason', models.TextField(blank=True)),
                ],
                options={
                    'ordering': ['review', 'id'],
                },
            ),
            migrations.CreateModel(
                name='ImprovementAction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('kind', models.CharField(choices=[('preventive', 'Preventive/mitigating'), ('curative', 'Curative/solving')], max_length=10, verbose_name='kind')),
                    ('text', models.TextField(verbose_name='action')),
                    ('due_at', models.DateTimeField(verbose_name='due')),
                    ('state', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('done', 'Done'), ('effective', 'Effective'), ('withdrawn', 'Withdrawn')], default='open', max_length=11, verbose_name='state')),
                    ('done_at', models.DateTimeField(null=True)),
                    ('evidence_note', models.TextField(blank=True, verbose_name='evidence')),
                    ('withdrawn_reason', models.TextField(blank=True, verbose_name='why it was withdrawn')),
                    ('created_at', models.DateTimeField()),
                    ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='evaluation.finding')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='improvement_actions', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['due_at'],
                },
            ),
            migrations.CreateModel(
                name='EffectivenessCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('checked_at', models.DateTimeField()),
                    ('effective', models.BooleanField(null=True)),
                    ('defects_before', models.PositiveIntegerField(default=0)),
                    ('defects_after', models.PositiveIntegerField(default=0)),
                    ('note', models.TextField()),
                    ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='evaluation.improvementaction')),
                ],
                options={
                    'ordering': ['checked_at'],
                },
            ),
            migrations.CreateModel(
                name='Review',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('period_from', models.DateField()),
                    ('period_to', models.DateField()),
                    ('scheduled_at', models.DateTimeField()),
                    ('state', models.CharField(choices=[('scheduled', 'Scheduled'), ('held', 'Held'), ('approved', 'Minutes approved'), ('closed', 'Closed'), ('cancelled', 'Called off')], default='scheduled', max_length=9)),
                    ('shares_period', models.BooleanField(default=False, help_text='scheduled before overlapping periods were refused, and overlaps an earlier review')),
                    ('held_at', models.DateTimeField(null=True)),
                    ('closed_at', models.DateTimeField(null=True)),
                    ('created_at', models.DateTimeField()),
                    ('chair', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('late_plans', models.ManyToManyField(blank=True, help_text='those of ``plans`` that were reported after the invitation', related_name='+', to='planning.trainingplan')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('plans', models.ManyToManyField(blank=True, related_name='reviews', to='planning.trainingplan')),
                    ('secretary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                ],
                options={
                    'ordering': ['-scheduled_at'],
                },
            ),
            migrations.CreateModel(
                name='Minutes',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('text', models.TextField(blank=True, verbose_name='minutes')),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('content', models.TextField(blank=True)),
                    ('content_hash', models.CharField(blank=True, max_length=64)),
                    ('approved_at', models.DateTimeField(null=True)),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('written_by', models.ForeignKey(help_text="the review's secretary", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='minutes', to='evaluation.review')),
                ],
            ),
            migrations.AddField(
                model_name='finding',
                name='review',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='evaluation.review'),
            ),
            migrations.CreateModel(
                name='CoachingForm',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('problem', models.TextField(verbose_name='problem, with data')),
                    ('cause', models.TextField(verbose_name='cause')),
                    ('agreement', models.TextField(verbose_name='agreement')),
                    ('follow_up_on', models.DateField(verbose_name='follow-up on')),
                    ('coached_at', models.DateTimeField()),
                    ('comment', models.TextField(blank=True, verbose_name='comment of the agent')),
                    ('commented_at', models.DateTimeField(null=True)),
                    ('coach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('defects', models.ManyToManyField(blank=True, related_name='coaching_forms', to='planning.defect')),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coaching_forms', to='people.person', verbose_name='agent')),
                    ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coaching_forms', to='planning.trainingplan')),
                    ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('review', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coaching_forms', to='evaluation.review')),
                ],
                options={
                    'ordering': ['-coached_at'],
                },
            ),
            migrations.CreateModel(
                name='ReviewParticipant',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('is_required', models.BooleanField(default=True)),
                    ('presence', models.CharField(choices=[('invited', 'Invited'), ('present', 'Present'), ('excused', 'Excused')], default='invited', max_length=7)),
                    ('excuse', models.CharField(blank=True, max_length=200)),
                    ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='evaluation.review')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='TrainingDefect',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('late_approval', 'Approved late'), ('no_approval', 'Held without approval'), ('deviation', 'Deviation from the plan'), ('absence', 'Absence'), ('lateness', 'Lateness'), ('recovery_overdue', 'Recovery overdue'), ('report_breach', 'Report after H+1'), ('facility', 'Application or room failed'), ('question', 'Faulty test question'), ('rating', 'Module or trainer rated poorly')], max_length=16)),
                    ('occurred_at', models.DateTimeField()),
                    ('source', models.UUIDField(help_text='uuid of the breach, deviation, case or attendance behind it')),
                    ('description', models.CharField(blank=True, help_text='typed; blank where the system saw it', max_length=300)),
                    ('found', models.JSONField(blank=True, default=dict, help_text='the deviation behind it: kind and stored values')),
                    ('impact', models.TextField(blank=True)),
                    ('correction', models.TextField(blank=True)),
                    ('recorded_at', models.DateTimeField()),
                    ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_defects', to='planning.trainingplan')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('training_session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='training_defects', to='training_sessions.trainingsession')),
                ],
                options={
                    'ordering': ['-occurred_at'],
                },
            ),
            migrations.AddField(
                model_name='finding',
                name='training_defects',
                field=models.ManyToManyField(blank=True, related_name='findings', to='evaluation.trainingdefect'),
            ),
            migrations.AddIndex(
                model_name='improvementaction',
                index=models.Index(fields=['state', 'due_at'], name='evaluation__state_584695_idx'),
            ),
            migrations.AddConstraint(
                model_name='improvementaction',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('withdrawn_reason', ''), _negated=True), _connector='OR'), name='action_withdrawn_with_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='effectivenesscheck',
                constraint=models.CheckConstraint(condition=models.Q(('checked_by', models.F('owner')), _negated=True), name='effect_checked_by_another'),
            ),
            migrations.AddConstraint(
                model_name='review',
                constraint=models.CheckConstraint(condition=models.Q(('period_to__gte', models.F('period_from'))), name='review_period_in_order'),
            ),
            migrations.AddConstraint(
                model_name='review',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('shares_period', False), models.Q(('state', 'cancelled'), _negated=True)), expressions=[('site', '='), ('line', '='), (models.Func(models.F('period_from'), models.F('period_to'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='review_period_once'),
            ),
            migrations.AddConstraint(
                model_name='minutes',
                constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('written_by')), _negated=True), _connector='OR'), name='minutes_approved_by_another'),
            ),
            migrations.AddConstraint(
                model_name='reviewparticipant',
                constraint=models.UniqueConstraint(fields=('review', 'user'), name='review_participant_once'),
            ),
            migrations.AddConstraint(
                model_name='reviewparticipant',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('presence', 'excused'), _negated=True), models.Q(('excuse', ''), _negated=True), _connector='OR'), name='excused_with_a_word'),
            ),
            migrations.AddIndex(
                model_name='trainingdefect',
                index=models.Index(fields=['line', 'occurred_at'], name='evaluation__line_id_35f5eb_idx'),
            ),
            migrations.AddConstraint(
                model_name='trainingdefect',
                constraint=models.UniqueConstraint(fields=('kind', 'source'), name='training_defect_once'),
            ),
            migrations.AddConstraint(
                model_name='finding',
                constraint=models.UniqueConstraint(condition=models.Q(('nothing_found', True), ('withdrawn_at', None)), fields=('review', 'aspect'), name='nothing_found_once_an_aspect'),
            ),
            migrations.AddConstraint(
                model_name='finding',
                constraint=models.CheckConstraint(condition=models.Q(('nothing_found', True), models.Q(('text', ''), _negated=True), _connector='OR'), name='finding_has_words'),
            ),
            migrations.AddConstraint(
                model_name='finding',
                constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('withdrawn_reason', ''), _negated=True), _connector='OR'), name='finding_withdrawn_with_a_reason'),
            ),
        ]),
        *sql_of('evaluation.migrations.0006_guards'),
    ]
