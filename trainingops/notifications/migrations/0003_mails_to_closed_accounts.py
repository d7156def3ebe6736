"""A mail to a closed account is nothing to mend: it leaves the failures (NTF-5)."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def settle(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take those that were counted as failed, by the words that the sender then wrote, out of them."""
    failed = apps.get_model("notifications", "OutboxMessage").objects.filter(state="failed")
    failed.filter(error="the recipient's account is closed").update(state="closed", error="")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_squashed_0002_preferences_and_summaries")]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("closed", "Account closed"),
                ],
                default="pending",
                max_length=8,
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop, elidable=True),
    ]
