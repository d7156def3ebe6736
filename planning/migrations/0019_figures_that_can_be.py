"""What the database itself says about scales and responses."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("planning", "0018_scales_of_measures")]

    operations = [
        migrations.AddConstraint(
            "serviceindicator",
            models.CheckConstraint(
                condition=Q(responses=None) | Q(responses__gt=0), name="indicator_responses_positive"
            ),
        ),
        migrations.AddConstraint(
            "servicemeasure",
            models.CheckConstraint(
                condition=Q(lowest=None) | Q(highest=None) | Q(lowest__lt=F("highest")), name="measure_scale_rises"
            ),
        ),
    ]
