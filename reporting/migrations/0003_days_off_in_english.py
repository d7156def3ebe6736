"""Published days off get their English name, and so do the due times that were counted past them."""

from django.db import migrations, models


def name_in_english(apps, _schema_editor):
    import holidays

    days_off = apps.get_model("reporting", "DayOff").objects
    years = sorted({each.year for each in days_off.dates("day", "year")})
    names = {}
    for category in ("public", "government"):
        own, english = (
            holidays.country_holidays("ID", years=years, language=language, categories=(category,))
            for language in ("id", "en_US")
        )
        names.update({name: english[day] for day, name in own.items() if day in english})
    for name, name_en in names.items():
        days_off.filter(name=name, name_en="").update(name_en=name_en)
    for obligation in apps.get_model("reporting", "ReportObligation").objects.exclude(explanation={}):
        skipped = obligation.explanation.get("skipped", [])
        if any(each["name"] for each in skipped):
            for each in skipped:
                each["name_en"] = "; ".join(names.get(name, name) for name in each["name"].split("; "))
            obligation.save(update_fields=["explanation"])


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="dayoff",
            name="name_en",
            field=models.CharField(
                blank=True, help_text="of a published day; what people typed has none", max_length=200
            ),
        ),
        migrations.RunPython(name_in_english, migrations.RunPython.noop),
    ]
