from typing import Any

from anymail.exceptions import AnymailConfigurationError
from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.db.models.signals import post_migrate, pre_migrate


def mail_can_leave(**asked: Any) -> list[Any]:
    """A system check: the mail program, or the provider's, takes the settings that it is given."""
    from django.core.checks import Error
    from django.core.exceptions import ImproperlyConfigured
    from django.core.mail import get_connection

    try:
        get_connection()
    except (ImproperlyConfigured, AnymailConfigurationError, ImportError) as wrong:
        return [Error(f"Mail can't leave as it is set up: {wrong}", id="newsroom.E001")]
    return []


def guessing_is_limited(**asked: Any) -> list[Any]:
    """A system check of a production site: guessing passwords is stopped, and finding one out is not enough."""
    from django.conf import settings
    from django.core.checks import Warning as Note

    found = []
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        said = "Each process counts wrong passwords and used codes for itself: set CACHE_URL to Redis or Memcached."
        found.append(Note(said, id="newsroom.W002"))
    if not settings.SECOND_FACTOR_REQUIRED:
        said = "A password alone opens the desk: let SECOND_FACTOR_REQUIRED be 1."
        found.append(Note(said, id="newsroom.W003"))
    return found


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self) -> None:
        from django.core.checks import register as check

        from follow.topics import Register, register
        from newsroom.briefing import briefings_can_be_drawn
        from newsroom.roles import make_missing_roles, remember_permissions
        from newsroom.search.index import forget_merged
        from newsroom.staff.receivers import connect as hear_of_logins
        from newsroom.websub import note_pings
        from policies.models import Appearance as PolicyAppearance
        from policies.models import MergedPolicy
        from reports.signals import edition_announced, registry_merged
        from watchlist.models import Appearance as CompanyAppearance
        from watchlist.models import MergedCompany

        hear_of_logins()
        edition_announced.connect(note_pings, dispatch_uid="newsroom.note_pings")
        registry_merged.connect(forget_merged, dispatch_uid="newsroom.forget_merged")
        companies, policies = ("watchlist", "company"), ("policies", "policy")
        register(
            "company",
            Register(CompanyAppearance.objects.all, "company", "name", companies, MergedCompany.objects.all),
        )
        register(
            "policy", Register(PolicyAppearance.objects.all, "policy", "title", policies, MergedPolicy.objects.all)
        )

        check(mail_can_leave)
        check(briefings_can_be_drawn, deploy=True)
        check(guessing_is_limited, deploy=True)
        # Permissions come into being after a migration, app by app, so the roles that need them do too.
        pre_migrate.connect(remember_permissions, dispatch_uid="permissions")
        post_migrate.connect(make_missing_roles, dispatch_uid="roles")


class DeskConfig(AdminConfig):
    default_site = "newsroom.site.Desk"


# Parts of CKEditor that the desk never loads: some have known holes, all cost time at every collection and start.
UNUSED_CKEDITOR_PLUGINS = [
    "about",
    "adobeair",
    "ajax",
    "autoembed",
    "autogrow",
    "bbcode",
    "codesnippet",
    "codesnippetgeshi",
    "colordialog",
    "devtools",
    "div",
    "docprops",
    "embed",
    "embedbase",
    "embedsemantic",
    "exportpdf",
    "find",
    "flash",
    "forms",
    "iframe",
    "iframedialog",
    "image",
    "image2",
    "language",
    "mathjax",
    "pagebreak",
    "pastefromgdocs",
    "placeholder",
    "preview",
    "scayt",
    "showblocks",
    "smiley",
    "sourcedialog",
    "specialchar",
    "stylesheetparser",
    "templates",
    "uicolor",
    "uploadimage",
    "uploadwidget",
    "wsc",
    "xml",
]


class StaticFilesConfig(DjangoStaticFilesConfig):
    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        "*.md",
        "ckeditor/galleriffic/*",
        "ckeditor/ckeditor/adapters/*",
        "ckeditor/ckeditor/lang/[!ez]*",  # the desk speaks English and Chinese
        "ckeditor/ckeditor/plugins/*/lang/*",  # the built editor has them in its own lang/
        *(f"ckeditor/ckeditor/plugins/{name}/*" for name in UNUSED_CKEDITOR_PLUGINS),
    ]
