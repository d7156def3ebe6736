import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("planning", "0010_papers_and_statistics"),
        ("records", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The table of the modules that a trainer may teach stays with its rows; it gets a model, then a date.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="TrainerModule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                        ),
                        (
                            "trainerprofile",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="permits",
                                to="planning.trainerprofile",
                            ),
                        ),
                        (
                            "trainingmodule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="permits",
                                to="planning.trainingmodule",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "planning_trainerprofile_modules",
                        "unique_together": {("trainerprofile", "trainingmodule")},
                    },
                ),
                migrations.AlterField(
                    model_name="trainerprofile",
                    name="modules",
                    field=models.ManyToManyField(
                        blank=True,
                        related_name="trainers",
                        through="planning.TrainerModule",
                        to="planning.trainingmodule",
                        verbose_name="modules they may teach",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="trainermodule",
            name="valid_until",
            field=models.DateField(blank=True, null=True, verbose_name="may teach it until"),
        ),
    ]
