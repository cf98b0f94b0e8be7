from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def rank_appearances(apps, schema_editor):
    """What was published before knows its section and rank too."""
    StoryAppearance = apps.get_model("watchlist", "StoryAppearance")
    stories = apps.get_model("reports", "EditionStory").objects.filter(pk=OuterRef("story_id"))
    StoryAppearance.objects.update(
        section=Subquery(stories.values("section")[:1]), rank=Subquery(stories.values("rank")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_places_search_texts_and_languages"),
        ("watchlist", "0002_mentions"),
    ]

    operations = [
        migrations.AddField(
            model_name="storyappearance",
            name="section",
            field=models.CharField(
                choices=[("china", "China"), ("international", "International")], default="", max_length=20
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="storyappearance",
            name="rank",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(rank_appearances, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="storyappearance",
            index=models.Index(fields=["company", "section", "rank", "-place"], name="named_best_first"),
        ),
    ]
