from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def mark_old_ones(apps, schema_editor):
    """What readers have had for long is no news: only what goes live from now on is announced."""
    editions = apps.get_model("reports", "Edition").objects
    editions.filter(live_from__lte=timezone.now()).update(announced_at=F("live_from"))


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0001_first_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="announced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(mark_old_ones, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(
                condition=models.Q(("announced_at", None)), fields=["live_from"], name="edition_unannounced"
            ),
        ),
    ]
