"""An evaluated contact counts once: the newest evaluation of those that a filled database has, the others are kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_shift_hours'),
        ('planning', '0020_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='monitoringsample',
            name='sample_source_once',
        ),
        migrations.AddField(
            model_name='defect',
            name='fell_with',
            field=models.ForeignKey(blank=True, help_text='the evaluation that stopped counting and took this finding with it; they return together', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fallen_findings', to='planning.monitoringsample'),
        ),
        migrations.AddField(
            model_name='monitoringsample',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='monitoringsample',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='monitoringsample',
            name='decision_note',
            field=models.TextField(blank=True, default='', verbose_name='reason of the decision'),
        ),
        migrations.AddField(
            model_name='monitoringsample',
            name='state',
            field=models.CharField(choices=[('counting', 'Counts'), ('replaced', 'Replaced'), ('annulled', 'Annulled')], default='counting', max_length=8, verbose_name='state'),
        ),
        migrations.RunSQL(
            """
            UPDATE planning_monitoringsample AS old SET state = 'replaced'
            WHERE contact_reference <> '' AND EXISTS (
                SELECT 1 FROM planning_monitoringsample AS newer
                WHERE newer.source = old.source AND newer.contact_reference = old.contact_reference
                    AND newer.id > old.id
            )
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='monitoringsample',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'annulled'), _negated=True), fields=('source', 'source_reference'), name='sample_source_once'),
        ),
        migrations.AddConstraint(
            model_name='monitoringsample',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'counting'), models.Q(('contact_reference', ''), _negated=True)), fields=('source', 'contact_reference'), name='sample_contact_counts_once'),
        ),
    ]
