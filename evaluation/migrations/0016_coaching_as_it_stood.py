"""What may still become of a coaching form that is signed; and what forms made before were."""

from zoneinfo import ZoneInfo

from django.db import migrations

from trainingops.audit.guards import guard_table

TABLE = "evaluation_coachingform"
BEFORE = ["comment", "commented_at"]
NOW = [
    *BEFORE,
    "state",
    "acknowledged_at",
    "agent_signature_id",
    "result",
    "conclusion",
    "unacknowledged_reason",
    "closed_at",
    "closed_by_id",
    "record_version",
]


def say_where_they_stood(apps, _editor):
    """A follow-up was settled by the next form for the same person; that form is what was seen."""
    CoachingForm = apps.get_model("evaluation", "CoachingForm")
    CoachingFollowUp = apps.get_model("evaluation", "CoachingFollowUp")
    rows = list(CoachingForm.objects.filter(drafted_at=None).select_related("site").order_by("person", "coached_at"))
    follow_ups = []
    for form, later in zip(rows, [*rows[1:], None], strict=False):
        form.state = "acknowledged" if form.commented_at else "signed"
        form.acknowledged_at, form.drafted_at = form.commented_at, form.coached_at
        form.record_version = 2 if form.commented_at else 1
        follow_up = CoachingFollowUp(form=form, due_on=form.follow_up_on)
        if later and later.person_id == form.person_id:
            form.state = "followed_up"
            follow_up.seen, follow_up.seen_by_id = later.number, later.coach_id
            follow_up.seen_on, follow_up.seen_at = _day_of(later), later.coached_at
        follow_ups.append(follow_up)
    CoachingForm.objects.bulk_update(rows, ["state", "acknowledged_at", "drafted_at", "record_version"], batch_size=500)
    CoachingFollowUp.objects.bulk_create(follow_ups, batch_size=500)


def _day_of(form):
    return form.coached_at.astimezone(ZoneInfo(form.site.timezone)).date()


def guard(updatable, **more):
    return guard_table(TABLE, updatable=updatable, **more)[0]


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0015_coaching_in_depth")]

    operations = [
        migrations.RunSQL(guard(BEFORE).reverse_sql, guard(BEFORE).sql),
        guard(NOW, open_when="OLD.state = 'drafted'"),
        *guard_table("evaluation_coachingfollowup", open_when="OLD.seen_at IS NULL"),
        migrations.RunPython(say_where_they_stood, migrations.RunPython.noop),
    ]
