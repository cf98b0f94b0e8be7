"""
All settings, from the environment (and a `.env` file beside manage.py, where there is one).

Nothing set: the embedded site. SQLite, files and mail in `var/`, DEBUG off, so that what is tried is what is run.
`SECRET_KEY` set: production rules. Every variable may also be given as NAME_FILE, the path of a file that
holds it (as container secrets do). `.env.example` lists them all.
"""

import os
import sys
import warnings
from collections.abc import Callable
from email.utils import formataddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence; a wrong setting deserves no traceback."""
    sys.exit(f"Newsroom can't start: {sentence}")


class VariablesAndFiles(environ.FileAwareMapping):
    """The environment, where NAME_FILE may stand for NAME; the line end of a secret file is no part of the secret."""

    def __getitem__(self, key: str) -> str:
        try:
            return str(super().__getitem__(key)).strip()
        except OSError as error:
            stop(f"{key}_FILE names {error.filename}, which can't be read ({error.strerror}).")


class Environment(environ.Env):
    ENVIRON = VariablesAndFiles()

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            stop(f"{var} has a value that can't be used ({error}).")


def parsed_url(read: Callable[..., dict[str, Any]], name: str, **default: str) -> dict[str, Any]:
    """What a URL in the environment says, such as DATABASE_URL's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return read(name, **default)
    except (ImproperlyConfigured, ValueError, UserWarning):
        stop(f"{name} is no URL that can be used here; .env.example shows one.")


env = Environment()
env.read_env(env.str("DOTENV", str(BASE_DIR / ".env")))


def whole_group(*names: str) -> bool:
    """
    Whether the variables of a group are set.

    All or none of them must be: a half-set group stops the start, naming what is missing.
    """
    given = [name for name in names if env.str(name, "")]
    missing = [name for name in names if name not in given]
    if given and missing:
        stop(f"{' and '.join(given)} set without {' and '.join(missing)}; set all of them or none.")
    return not missing


# --- Embedded or production ------------------------------------------------------------------------------------

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
PRODUCTION = bool(env.str("SECRET_KEY", ""))
if PRODUCTION:
    whole_group("SECRET_KEY", "SITE_URL", "DATABASE_URL")
DEBUG = env.bool("DEBUG", False)
if PRODUCTION and DEBUG:
    stop("DEBUG=1 shows the site's insides to everybody, so it can't be set together with SECRET_KEY.")


def embedded_secret_key() -> str:
    """The embedded site's own key, made at the first start; it and its folder are this user's alone."""
    file = VAR_DIR / "secret-key"
    try:
        if not file.exists():
            VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # drafts and password hashes will be in it
            file.touch(mode=0o600)
            file.write_text(get_random_secret_key())
        return file.read_text()
    except OSError as error:
        stop(f"its folder for data, {VAR_DIR}, can't be used ({error.strerror}); VAR_DIR can name another.")


SECRET_KEY = env.str("SECRET_KEY") if PRODUCTION else embedded_secret_key()
PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
if PRODUCTION and not SITE_URL.startswith("https://"):
    stop("SITE_URL must begin with https:// once SECRET_KEY is set.")
try:
    SITE_HOST = urlsplit(SITE_URL).hostname or ""
except ValueError:
    SITE_HOST = ""
if not SITE_HOST.isascii():
    stop("SITE_URL must have its host as domain names are registered: for 例子.example that is xn--fsqu00a.example.")
if not SITE_HOST:
    stop("SITE_URL must be the site's address, such as https://newsroom.example.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[SITE_HOST] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])

SITE_NAME = env.str("SITE_NAME", "Newsroom")
SITE_TAGLINE = env.str("SITE_TAGLINE", "China and the world, ranked side by side")

# --- Parts -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "newsroom.apps.NewsroomConfig",
    "reports",
    "watchlist",
    "policies",
    "comments",
    "follow",
    "unfold.apps.BasicAppConfig",  # the desk itself is newsroom.site.Desk
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "ckeditor",
    "imagefield",
    "taggit",
    "newsroom.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "newsroom.apps.StaticFilesConfig",
]

MIDDLEWARE = [
    "newsroom.middleware.no_body_for_head",
    "newsroom.middleware.language_by_address",
    "django.middleware.security.SecurityMiddleware",
    "newsroom.middleware.ContentSecurityPolicy",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "newsroom.middleware.same_for_everybody",
    "newsroom.middleware.refuse_nul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before ConditionalGet, so that the ETag is made of the plain bytes and a 304 can happen.
    "newsroom.middleware.Compression",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "newsroom.staff.middleware.SecondFactor",
    "newsroom.staff.middleware.keep_sessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsroom.context.site",
            ],
        },
    },
]

# --- Data ------------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": parsed_url(env.db, "DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'newsroom.sqlite3'}")}
if DATABASES["default"].get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    stop("DATABASE_URL must begin with postgres:// or sqlite://.")
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if PRODUCTION:
        stop("SECRET_KEY is set, so DATABASE_URL must name a PostgreSQL database.")
    # With Django's defaults most concurrent writers get "database is locked"; with these three, none does.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Our queries take a few milliseconds. Compiling one, which PostgreSQL does by default once it thinks that it will
    # be dear, takes it 60 to 200.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")

CACHES = {"default": parsed_url(env.cache, "CACHE_URL", default="locmemcache://")}

# The cache in front of the site, if it can be told to forget pages by their tags (reports/caching.py).
PURGE_URL = env.str("PURGE_URL", "")
PURGE_TOKEN = env.str("PURGE_TOKEN", "")
if PURGE_TOKEN and not PURGE_URL:
    stop("PURGE_TOKEN set without PURGE_URL; set both or only the address.")
if PURGE_URL and urlsplit(PURGE_URL).scheme not in {"http", "https"}:
    stop("PURGE_URL must begin with http:// or https://.")

MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"
FILE_UPLOAD_PERMISSIONS = 0o644
# A pasted issue may hold 5 MB of text, and the preview sends it back in its fields.
DATA_UPLOAD_MAX_MEMORY_SIZE = 40 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# SMTP by EMAIL_URL, or a provider's API by its name in Anymail; each needs the address that mail comes from.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", "").strip().lower()
# Under which providers report bounces and complaints to /anymail/: "user:password" in the address given to them.
ANYMAIL_WEBHOOK_SECRET = env.str("ANYMAIL_WEBHOOK_SECRET", "")
NO_PROVIDERS = {"test", "console", "base", "base_requests"}  # parts of Anymail that send nothing
if EMAIL_PROVIDER:
    if env.str("EMAIL_URL", ""):
        stop("EMAIL_PROVIDER set together with EMAIL_URL; mail leaves by one of them.")
    if (
        EMAIL_PROVIDER in NO_PROVIDERS
        or not EMAIL_PROVIDER.isidentifier()
        or not find_spec(f"anymail.backends.{EMAIL_PROVIDER}")
    ):
        stop(f"EMAIL_PROVIDER is {EMAIL_PROVIDER}, which Anymail does not know; postmark, mailgun or brevo are some.")
    whole_group("EMAIL_PROVIDER", "DEFAULT_FROM_EMAIL", "ANYMAIL_WEBHOOK_SECRET")
    if ":" not in ANYMAIL_WEBHOOK_SECRET:
        stop("ANYMAIL_WEBHOOK_SECRET must have the form user:password.")
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
elif whole_group("EMAIL_URL", "DEFAULT_FROM_EMAIL"):
    vars().update(parsed_url(env.email_url, "EMAIL_URL"))
    DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
    DEFAULT_FROM_EMAIL = formataddr((SITE_NAME, f"newsroom@{SITE_HOST}"))
# The provider's own settings, such as ANYMAIL_POSTMARK_SERVER_TOKEN, by the names that Anymail's documentation gives.
ANYMAIL = {
    name.removeprefix("ANYMAIL_").removesuffix("_FILE"): env.str(name.removesuffix("_FILE"))
    for name in os.environ
    if name.startswith("ANYMAIL_")
}
ANYMAIL["REQUESTS_TIMEOUT"] = 10  # seconds
ANYMAIL["IGNORE_UNSUPPORTED_FEATURES"] = True  # not every provider can be told not to count who opens what
EMAIL_TIMEOUT = 10  # seconds for each answer of the mail server, so that a silent one stops no worker

# --- Work that is done apart from requests: by `manage.py work`, or by Celery where there is a broker --------------

BROKER_URL = env.str("BROKER_URL", "")
if BROKER_URL and urlsplit(BROKER_URL).scheme not in {"redis", "rediss", "amqp", "amqps"}:
    stop("BROKER_URL must begin with redis:// or amqp://.")

# --- Programs that read: hubs that pass feeds on, and crawlers ---------------------------------------------------

# The WebSub hub that is told of new issues, and that feeds name.
WEBSUB_HUB = env.str("WEBSUB_HUB", "")
if WEBSUB_HUB and urlsplit(WEBSUB_HUB).scheme not in ({"https"} if PRODUCTION else {"http", "https"}):
    stop(f"WEBSUB_HUB must begin with {'https://' if PRODUCTION else 'http:// or https://'}.")
# Whether robots.txt lets crawlers in that gather texts for language models, by name (newsroom/crawling.py).
AI_CRAWLERS = env.str("AI_CRAWLERS", "allow").strip().lower()
if AI_CRAWLERS not in {"allow", "refuse"}:
    stop("AI_CRAWLERS must be allow or refuse.")

# --- The spam service: asked about comments only if there is a key ---------------------------------------------

AKISMET_KEY = env.str("AKISMET_KEY", "")
AKISMET_URL = env.str("AKISMET_URL", "https://rest.akismet.com/1.1/comment-check")
if urlsplit(AKISMET_URL).scheme not in {"http", "https"}:
    stop("AKISMET_URL must begin with http:// or https://.")

# --- Time and words --------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError):
    stop("TIME_ZONE must be the name of a time zone, such as Asia/Shanghai.")
LANGUAGE_CODE = "en-gb"
# How the house spells English (newsroom/checks). Empty: either way, but one way in each issue.
SPELLING = env.str("SPELLING", "").strip().lower()
if SPELLING not in {"", "british", "american"}:
    stop("SPELLING must be british, american, or empty.")
# Of the interface, chosen by the address alone: /zh-hans/… (newsroom/middleware.py). The editors' own words are in
# LANGUAGE_CODE.
LANGUAGES = [("en-gb", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
FORMAT_MODULE_PATH = "newsroom.formats"
USE_I18N = True

# --- Images: drawn once, when a picture is stored (reports/images.py) -----------------------------------------

IMAGEFIELD_AUTOGENERATE = False
IMAGEFIELD_BIN_DEPTH = 2
IMAGEFIELD_FORMATS: dict[str, object] = {}

# --- Static files ----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_MAX_AGE = 3600  # for what has no hash in its name: the parts that CKEditor loads by itself

# --- Security --------------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # the admin's own scripts read it
X_FRAME_OPTIONS = "SAMEORIGIN"  # the menus of the desk's editor are frames, hence no security.W019 below
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
# How many proxies of ours add an address to X-Forwarded-For; without any, the header is whatever a visitor wrote.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if BEHIND_PROXY else 0)
if TRUSTED_PROXIES < 0:
    stop("TRUSTED_PROXIES must be 0 or more.")
# Under which addresses of mail and network are hashed and second factors sealed; with another one, bans and records no
# longer recognise anybody, and authenticator apps no longer let anybody in.
PSEUDONYM_KEY = env.str("PSEUDONYM_KEY", "") or SECRET_KEY  # no default: the reader follows one that begins with $
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- How the staff log in: newsroom/staff, on top of django-allauth ---------------------------------------------

AUTHENTICATION_BACKENDS = ["newsroom.staff.backend.StaffBackend"]
# Whether the desk opens only to those who have a second factor.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", PRODUCTION)
ACCOUNT_ADAPTER = "newsroom.staff.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "newsroom.staff.forms.LoginForm",
    "reauthenticate": "newsroom.staff.forms.PasswordAgainForm",
    "change_password": "newsroom.staff.forms.ChangePasswordForm",
    "set_password": "newsroom.staff.forms.SetPasswordForm",
    "reset_password": "newsroom.staff.forms.ForgottenPasswordForm",
    "reset_password_from_key": "newsroom.staff.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody can sign up: there is no such page
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to whatever address a passer-by types
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
# A key is an account as seen from one network (AccountAdapter), so nobody elsewhere can lock it.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key", "reset_password": "5/m/ip,3/5m/key"}
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
PASSWORD_RESET_TIMEOUT = 4 * 3600  # seconds
MFA_ADAPTER = "newsroom.staff.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "newsroom.staff.forms.CodeForm",
    "reauthenticate": "newsroom.staff.forms.CodeAgainForm",
    "activate_totp": "newsroom.staff.forms.FirstCodeForm",
    "add_webauthn": "newsroom.staff.forms.AddPasskeyForm",
    "edit_webauthn": "newsroom.staff.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a key alone lets in, so it must have asked for a finger, a face or a PIN
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
# For how long the audit log is kept.
AUDIT_DAYS = env.int("AUDIT_DAYS", 730)
if AUDIT_DAYS < 1:
    stop("AUDIT_DAYS must be 1 or more.")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    }
}
# Unfold's Alpine evaluates expressions and CKEditor writes handlers and styles into the page it edits;
# both were tried without and stay dead. No public page gets this.
DESK_CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_EVAL],
    "script-src-attr": [UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "payment",
        "usb",
    )
}
# CKEditor 4.22.1 is the last free release and gets no fixes: docs/security.md says what is done about it (nh3 on every
# write, no upload app, own policy on the desk), so the reminder on every command has been read.
SILENCED_SYSTEM_CHECKS = ["ckeditor.W001", "security.W019"]

# --- Rich text -------------------------------------------------------------------------------------------------

# What the editor offers is what newsroom/lib/richtext.py lets through.
CKEDITOR_CONFIGS = {
    "default": {
        "toolbar": "Safe",
        "toolbar_Safe": [
            ["Format", "Bold", "Italic"],
            ["NumberedList", "BulletedList", "Blockquote"],
            ["Link", "Unlink", "Picture"],
            ["RemoveFormat", "Undo", "Redo", "Maximize"],
        ],
        "extraPlugins": "divarea,widget,picture",
        "external_plugin_resources": [("picture", lazy(static, str)("desk/picture.js"), "")],
        # Pictures come from the library (static/desk/picture.js); CKEditor sends no file.
        "picture": {
            "label": _("Insert a picture"),
            "choose": _("Choose a picture"),
            "close": _("Close"),
            "icon": lazy(static, str)("desk/picture.svg"),
            "library": reverse_lazy("admin:reports_image_choose"),
            "told": reverse_lazy("admin:reports_image_told", args=[0]),
        },
        "format_tags": "p;h3;h4",
        "allowedContent": "p h3 h4 strong em ul ol li blockquote br; a[!href,title]; figure[!data-image]",
        "removePlugins": (
            "scayt,wsc,exportpdf,elementspath,image,flash,iframe,forms,smiley,about,"
            "pastefromgdocs,uploadimage,uploadwidget"
        ),
        "disableNativeSpellChecker": False,
        "entities": False,
        "linkShowAdvancedTab": False,
        "linkShowTargetTab": False,
        "versionCheck": False,
        "width": "100%",
        "height": 200,
    }
}

# --- Tags ------------------------------------------------------------------------------------------------------

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = False
TAGGIT_TAGS_FROM_STRING = "newsroom.lib.tags.split_tags"
TAGGIT_STRING_FROM_TAGS = "newsroom.lib.tags.join_tags"

# --- The way to print ------------------------------------------------------------------------------------------

# Whether nobody may approve a text that he was the last to save. Off: a newsroom of one could publish nothing.
FOUR_EYES = env.bool("FOUR_EYES", False)

# --- The desk --------------------------------------------------------------------------------------------------


def desk_link(title: object, icon: str, view: str, permission: str, *, page: str = "_changelist") -> dict[str, object]:
    """An entry of the desk's menu, for those who may see where it leads."""
    link = reverse_lazy(f"admin:{view}{page}")
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "permission": lambda request: request.user.has_perm(permission),
        # The import's pages and the calendar lie below those of the issues; only the longest match should light up.
        "active": lambda request: (
            request.path.startswith(str(link))
            and any(part in request.path for part in ("/import/", "/calendar/")) == (not page)
        ),
    }


def this_page_in(code: str) -> Callable[[Any], str]:
    """The address of the page that somebody is on in another language, for the desk's menu."""

    def address(request: Any) -> str:
        from newsroom.lib.languages import in_language, in_own_language

        return in_language(in_own_language(request.path, request.LANGUAGE_CODE), code)

    return address


UNFOLD: dict[str, object] = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": _("The desk"),
    "SITE_SYMBOL": "newspaper",
    "SITE_DROPDOWN": [
        {"icon": "home", "title": _("The desk"), "link": reverse_lazy("admin:index")},
        {"icon": "language", "title": _("See the site"), "link": reverse_lazy("home")},
        *(
            {"icon": "translate", "title": name, "link": this_page_in(code), "attrs": {"lang": code, "hreflang": code}}
            for code, name in LANGUAGES
        ),
    ],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("site/icon.svg")}],
    "SHOW_HISTORY": False,
    "ACCOUNT": {
        "navigation": [
            {"title": _("Your account"), "link": reverse_lazy("mfa_index")},
            {"title": _("Your sessions"), "link": reverse_lazy("staff-sessions")},
            {"title": _("Change password"), "link": reverse_lazy("account_change_password")},
        ]
    },
    "DASHBOARD_CALLBACK": "newsroom.admin.front_page",
    "BORDER_RADIUS": "4px",
    "STYLES": [lambda request: static("desk/desk.css")],
    "SCRIPTS": [
        lambda request: static("desk/desk.js"),
        lambda request: static("desk/unsaved.js"),
        lambda request: static("desk/here.js"),
        lambda request: static("desk/kept.js"),
    ],
    # The blue of the International list on the public pages, in Unfold's eleven steps.
    "COLORS": {
        "primary": {
            "50": "#eef6fa",
            "100": "#d9eaf3",
            "200": "#b7d7e7",
            "300": "#86bbd4",
            "400": "#4f99ba",
            "500": "#2f7c9f",
            "600": "#1f5f80",
            "700": "#1a4d68",
            "800": "#194157",
            "900": "#19374a",
            "950": "#0f2331",
        }
    },
    "SIDEBAR": {
        "navigation": [
            {
                "title": _("The periodical"),
                "items": [
                    desk_link(_("Issues"), "newspaper", "reports_report", "reports.view_report"),
                    desk_link(_("Import"), "content_paste_go", "reports_report_import", "reports.add_report", page=""),
                    desk_link(
                        _("Calendar"), "calendar_month", "reports_report_calendar", "reports.view_report", page=""
                    ),
                    desk_link(_("Images"), "image", "reports_image", "reports.view_image"),
                    desk_link(_("Sources"), "feed", "reports_source", "reports.view_source"),
                    desk_link(_("Tags"), "sell", "taggit_tag", "taggit.view_tag"),
                    desk_link(_("Overrides"), "rule_settings", "reports_override", "reports.view_override"),
                ],
            },
            {
                "title": _("What runs on"),
                "items": [
                    desk_link(_("Companies"), "domain", "watchlist_company", "watchlist.view_company"),
                    desk_link(_("Policies"), "gavel", "policies_policy", "policies.view_policy"),
                ],
            },
            {
                "title": _("Comments"),
                "items": [
                    {
                        **desk_link(_("Queue"), "forum", "comments_comment", "comments.moderate_comment"),
                        "badge": "newsroom.admin.waiting_comments",
                        "badge_variant": "primary",
                    },
                    desk_link(_("Mail to you"), "mail", "comments_digest", "comments.moderate_comment"),
                    desk_link(_("House rules"), "rule", "comments_houserules", "comments.view_houserules"),
                    desk_link(_("Bans"), "block", "comments_ban", "comments.view_ban"),
                    desk_link(_("Log"), "history", "comments_decision", "comments.view_decision"),
                    desk_link(_("Personal data"), "shield_person", "comments_address", "comments.view_address"),
                ],
            },
            {
                "title": _("Followers"),
                "items": [
                    desk_link(_("Mailings"), "outgoing_mail", "follow_mailing", "follow.view_mailing"),
                    desk_link(_("Followers"), "group", "follow_follower", "follow.view_growth"),
                    desk_link(
                        _("Suppressed addresses"), "unsubscribe", "follow_suppression", "follow.view_suppression"
                    ),
                    desk_link(_("Sending"), "speed", "follow_pace", "follow.view_pace"),
                    desk_link(_("Share and follow"), "share", "follow_widget", "follow.view_widget"),
                    desk_link(_("Reach"), "monitoring", "follow_tally", "follow.view_tally"),
                ],
            },
            {
                "title": _("The staff"),
                "items": [
                    desk_link(_("People"), "person", "auth_user", "auth.view_user"),
                    desk_link(_("Roles"), "group", "auth_group", "auth.view_group"),
                    desk_link(_("Audit log"), "policy", "newsroom_act", "newsroom.view_act"),
                ],
            },
            {
                "title": _("Help"),
                "items": [{"title": _("Handbook"), "icon": "menu_book", "link": reverse_lazy("handbook")}],
            },
        ],
    },
}

# --- Logging ---------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "newsroom.lib.logs.Masked",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {name: {"level": "WARNING"} for name in ("imagefield", "weasyprint", "fontTools")},
}
