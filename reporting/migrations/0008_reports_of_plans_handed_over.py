"""Reports that are still owed on plans that were handed over before they went along (2.2, 5.3.2)."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def pass_on(apps, _schema_editor):
    Obligation = apps.get_model("reporting", "ReportObligation")
    plans = apps.get_model("planning", "TrainingPlan").objects
    pic = plans.filter(training_sessions=OuterRef("training_session")).values("pic")
    behind = Obligation.objects.filter(state="pending").exclude(owner=F("training_session__plan__pic"))
    behind.update(owner=Subquery(pic))


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0007_escalation_and_recap"),
        ("training_sessions", "0017_name_of_archived_pages"),
    ]

    operations = [migrations.RunPython(pass_on, migrations.RunPython.noop, elidable=True)]
