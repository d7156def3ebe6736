"""Reminders and steps up the line by the rule; the recap of a training."""

import django.contrib.postgres.fields
import django.db.models.deletion
import reporting.models
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):

    dependencies = [
        ('planning', '0029_what_an_answer_is_about'),
        ('reporting', '0006_deliveries_stay'),
        ('training_sessions', '0017_name_of_archived_pages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TrainingRecap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('figures', models.JSONField(help_text='as reporting.recap.Recap, by name')),
                ('closed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['plan', '-number'],
            },
        ),
        migrations.AddField(
            model_name='deadlinepolicy',
            name='manager_hours',
            field=models.PositiveSmallIntegerField(default=12, help_text='after the due time: the manager is told again; none: not at all', null=True),
        ),
        migrations.AddField(
            model_name='deadlinepolicy',
            name='parties_hours',
            field=models.PositiveSmallIntegerField(default=36, help_text='after the due time: the parties that wait for the report are told, too', null=True),
        ),
        migrations.AddField(
            model_name='deadlinepolicy',
            name='reminder_hours',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=reporting.models.default_reminders, help_text='whole hours before the due time at which the PIC is reminded, the longest first', size=None),
        ),
        migrations.AddField(
            model_name='reportobligation',
            name='escalate_at',
            field=models.DateTimeField(help_text='when the next step is told, unless the report is in', null=True),
        ),
        migrations.AddField(
            model_name='reportobligation',
            name='escalated_to',
            field=models.CharField(blank=True, choices=[('manager', 'The manager again'), ('parties', 'The parties that wait for the report')], help_text='the last step up the line that was told', max_length=8),
        ),
        # What was missing before this release goes up the line, too.
        migrations.RunSQL(
            "UPDATE reporting_reportobligation SET escalate_at = due_at + interval '12 hours'"
            " WHERE state = 'pending' AND breached_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='reportobligation',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['escalate_at'], name='obligation_to_escalate'),
        ),
        migrations.AddField(
            model_name='trainingrecap',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recaps', to='planning.trainingplan'),
        ),
        migrations.AddConstraint(
            model_name='trainingrecap',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='recap_number_once'),
        ),
        *guard_table("reporting_trainingrecap"),
    ]
