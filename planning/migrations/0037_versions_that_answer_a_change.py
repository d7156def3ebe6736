"""Changes registered before keep their count: there any version of their modules answered them (5.1.1 b)."""

from django.db import migrations, models

FIELD = {
    "help_text": "Only where they say already what changes.",
    "verbose_name": "versions approved before the announcement answer it too",
}


class Migration(migrations.Migration):
    dependencies = [("planning", "0036_required_modules")]

    operations = [
        migrations.AddField("productchange", "earlier_versions", models.BooleanField(default=True, **FIELD)),
        migrations.AlterField("productchange", "earlier_versions", models.BooleanField(default=False, **FIELD)),
    ]
