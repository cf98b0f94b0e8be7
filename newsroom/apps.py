from typing import ClassVar

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.db.models.signals import post_migrate


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self) -> None:
        from newsroom.roles import make_missing_roles  # noqa: PLC0415 - models can't be imported earlier

        # Permissions come into being after a migration, app by app, so the roles that need them do too.
        post_migrate.connect(make_missing_roles, dispatch_uid="roles")


# Parts of CKEditor that the desk never loads: some have known holes, all cost time at every start.
UNUSED_CKEDITOR_PLUGINS = (
    "about",
    "codesnippetgeshi",
    "docprops",
    "exportpdf",
    "flash",
    "iframe",
    "preview",
    "scayt",
    "smiley",
    "sourcedialog",
    "uploadimage",
    "uploadwidget",
    "wsc",
)


class StaticFilesConfig(DjangoStaticFilesConfig):
    ignore_patterns: ClassVar[list[str]] = [
        *DjangoStaticFilesConfig.ignore_patterns,
        "*.md",
        "ckeditor/galleriffic/*",
        "ckeditor/ckeditor/adapters/*",
        *(f"ckeditor/ckeditor/plugins/{name}/*" for name in UNUSED_CKEDITOR_PLUGINS),
    ]
