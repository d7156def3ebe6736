from zoneinfo import ZoneInfo

from django.db import migrations


def tell(apps, schema_editor):
    """Targets that were trained before planning kept who had which module."""
    TargetOutcome = apps.get_model("training_sessions", "TargetOutcome")
    ModuleTraining = apps.get_model("planning", "ModuleTraining")
    trained = TargetOutcome.objects.filter(
        state="trained", enrolment__isnull=False, settled_at__isnull=False
    ).select_related("enrolment__training_session__site")
    ModuleTraining.objects.bulk_create(
        (
            ModuleTraining(
                person_id=each.person_id,
                module_version_id=each.enrolment.training_session.module_version_id,
                trained_on=each.settled_at.astimezone(ZoneInfo(each.enrolment.training_session.site.timezone)).date(),
                source=each.uuid,
            )
            for each in trained.iterator(chunk_size=2000)
        ),
        batch_size=2000,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0001_initial"), ("planning", "0002_needs_in_depth")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop, elidable=True)]
