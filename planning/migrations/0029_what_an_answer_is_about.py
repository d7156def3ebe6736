"""Which revision a team answered, and what of it is coordinated (5.1.1 d)."""

import json

from django.db import migrations, models


def take_from_revisions(apps, schema_editor):
    """Answers given before were about the newest revision of then; what a draft said is not known any more."""
    Consultation = apps.get_model("planning", "Consultation")
    PlanRevision = apps.get_model("planning", "PlanRevision")
    for asked in Consultation.objects.exclude(answer="").iterator():
        revisions = PlanRevision.objects.filter(plan=asked.plan_id, created_at__lte=asked.answered_at)
        revision = revisions.order_by("-number").first()
        if revision is None:
            continue
        about = {"revision": revision.number}
        if revision.content and revision.submitted_at <= asked.answered_at:
            content = json.loads(revision.content)
            module = content.get("module")
            about["module"] = f"{module['code']} v{module['version']}" if module else ""
            about["meetings"] = sorted(
                [meeting["starts_at"], meeting["ends_at"]]
                for planned in content.get("sessions", ())
                for meeting in planned["meetings"]
            )
            about["people"] = len(content.get("targets", ()))
        Consultation.objects.filter(pk=asked.pk).update(answered_about=about)


class Migration(migrations.Migration):
    dependencies = [("planning", "0028_plans_handed_over")]

    operations = [
        migrations.AddField(
            model_name="consultation",
            name="answered_about",
            field=models.JSONField(
                blank=True, default=dict, help_text="number of the revision answered, and what of it is coordinated"
            ),
        ),
        migrations.RunPython(take_from_revisions, migrations.RunPython.noop),
    ]
