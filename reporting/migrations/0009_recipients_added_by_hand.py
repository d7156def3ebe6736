"""Somebody whom the sender adds to a report receives its later versions, too (5.3.2)."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


def remember(apps, _schema_editor):
    """Whom somebody added before, by the journal: the later versions that are still to come go there too."""
    added = apps.get_model("reporting", "AddedRecipient").objects
    sent = apps.get_model("reporting", "Distribution").objects.select_related("version")
    users = dict(apps.get_model("people", "User").objects.values_list("uuid", "pk"))
    entries = apps.get_model("audit", "Entry").objects.filter(verb="report.recipient_added").order_by("pk")
    for subject, actor, at in entries.values_list("subject", "actor", "occurred_at").iterator():
        row = sent.filter(uuid=subject).first()
        if row is not None and actor in users:
            added.get_or_create(
                report_id=row.version.report_id,
                party=row.party,
                user_id=row.user_id,
                name=row.name,
                address=row.address,
                defaults={"added_by_id": users[actor], "added_at": at},
            )


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0004_details_disposed_of"),
        ('reporting', '0008_reports_of_plans_handed_over'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AddedRecipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('party', models.CharField(choices=[('manager', 'Operations manager'), ('trainer', 'Trainer/PIC'), ('qc', 'Quality Control'), ('operations', 'Operation'), ('operation_support', 'Operation Support'), ('sso_training', 'SSO Training'), ('team_leader', 'Team leader'), ('client', 'Client'), ('auditor', 'Auditor'), ('agent', 'Agent'), ('administrator', 'Administrator')], max_length=20)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('added_at', models.DateTimeField()),
                ('taken_out_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='added_recipients', to='reporting.trainingreport')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('report', 'party', 'user', 'address', 'name'), name='added_recipient_once', nulls_distinct=False)],
            },
        ),
        migrations.RunPython(remember, migrations.RunPython.noop, elidable=True),
    ]
