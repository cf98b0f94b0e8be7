from django.db import migrations


def let_writers_decide(apps, schema_editor):
    """Roles that may change the notes of an issue may decide about what its stories name, too."""
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    decide = Permission.objects.filter(content_type__app_label="watchlist", codename="change_mention").first()
    if decide:
        writing = Group.objects.filter(
            permissions__content_type__app_label="watchlist", permissions__codename="change_note"
        )
        for role in writing.distinct():
            role.permissions.add(decide)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("watchlist", "0005_merged_companies"),
    ]

    operations = [migrations.RunPython(let_writers_decide, migrations.RunPython.noop)]
