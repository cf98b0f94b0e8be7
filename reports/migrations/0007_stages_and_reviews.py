import django.db.models.deletion
import django.utils.timezone
import newsroom.lib.text
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def nothing_told_otherwise(apps, schema_editor):
    """Until now every edition counted as a change."""
    apps.get_model("reports", "Edition").objects.update(changed_at=F("live_from"))


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0006_overridden_checks"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("submitted", "Submitted for review"),
                            ("taken_back", "Taken back"),
                            ("changes", "Changes asked for"),
                            ("approved", "Approved"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("note", newsroom.lib.text.PlainTextField(blank=True)),
            ],
            options={
                "ordering": ("-pk",),
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(
            model_name="edition",
            name="edition_corrections",
        ),
        migrations.AddField(
            model_name="edition",
            name="about",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="edition",
            name="changed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="report",
            name="stage",
            field=models.CharField(
                choices=[("draft", "Draft"), ("in_review", "In review"), ("approved", "Approved")],
                default="draft",
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="edition",
            name="kind",
            field=models.CharField(
                choices=[
                    ("first", "First publication"),
                    ("typo", "Typo"),
                    ("update", "Update"),
                    ("clarification", "Clarification"),
                    ("correction", "Correction"),
                    ("retraction", "Story withdrawn"),
                    ("withdrawal", "Withdrawal"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(
                condition=models.Q(("kind__in", ["clarification", "correction", "retraction", "withdrawal"])),
                fields=["-live_from"],
                name="edition_corrections",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["first", "typo", "update", "clarification", "correction", "retraction", "withdrawal"])
                ),
                name="edition_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["draft", "in_review", "approved"])), name="report_stage_known"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="reports.report"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="reports.revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["submitted", "taken_back", "changes", "approved"])),
                name="review_verdict_known",
            ),
        ),
        migrations.RunPython(nothing_told_otherwise, migrations.RunPython.noop),
    ]
