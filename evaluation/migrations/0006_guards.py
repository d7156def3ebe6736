"""Approved minutes with what their hash covers, and coaching forms, never change (DESIGN.md §5.7)."""

from django.db import migrations

from trainingops.audit.guards import guard_table

#: Whether the minutes of a review may still be written.
OPEN = """NOT EXISTS (
    SELECT 1 FROM evaluation_minutes m WHERE m.review_id = %s AND m.approved_at IS NOT NULL
)"""
REVIEW_OF_FINDING = "(SELECT f.review_id FROM evaluation_finding f WHERE f.id = OLD.finding_id)"


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0005_reviews_never_overlap"), ("people", "0005_guards")]

    operations = [
        *guard_table("evaluation_minutes", open_when="OLD.approved_at IS NULL"),
        *guard_table("evaluation_review", updatable=["state", "closed_at"], open_when=OPEN % "OLD.id"),
        *guard_table("evaluation_reviewparticipant", open_when=OPEN % "OLD.review_id"),
        *guard_table("evaluation_finding", open_when=OPEN % "OLD.review_id"),
        *guard_table("evaluation_finding_training_defects", open_when=OPEN % REVIEW_OF_FINDING),
        *guard_table(
            "evaluation_improvementaction",
            updatable=["state", "done_at", "evidence_note"],
            open_when=OPEN % REVIEW_OF_FINDING,
        ),
        *guard_table("evaluation_coachingform", updatable=["comment", "commented_at"]),
    ]
