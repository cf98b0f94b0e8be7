from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_places_search_texts_and_languages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=["live_from", "live_until", "kind", "place"], name="edition_spans"),
        ),
    ]
