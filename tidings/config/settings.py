"""Django's settings, all derived from `environment`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from tidings.config import plugs
from tidings.config.environment import Environment
from tidings.kernel.embedded.home import connection_params

ENVIRONMENT = Environment()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENVIRONMENT.secret()
DEBUG = ENVIRONMENT.debug
BASE_URL = ENVIRONMENT.base_url
ALLOWED_HOSTS = [*filter(None, ENVIRONMENT.hosts.split(",")), urlsplit(BASE_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "tidings.kernel.files",
    "tidings.journal",
    "tidings.accounts",
    "tidings.locks",
    "tidings.attributes",
    "tidings.channels.mailbox",
    "tidings.notices",
    "tidings.contacts",
    "tidings.groups",
    "tidings.memberships",
    "tidings.blacklists",
    "tidings.limits",
    "tidings.selections",
    "tidings.imports",
    "tidings.transfers",
    "tidings.messaging",
    "tidings.sendouts",
    "tidings.moderation",
    "tidings.exports",
    "tidings.web",
    "tidings.public",
]

# What higher packages do when something of a lower one is copied, merged or goes: see config/plugs.py.
LONG_WORK = plugs.LONG_WORK
GROUP_PARTS = plugs.GROUP_PARTS
SETTINGS_FOLLOWERS = plugs.SETTINGS_FOLLOWERS
CONTACT_PARTS = plugs.CONTACT_PARTS
PERSONAL_LOGS = plugs.PERSONAL_LOGS
ATTRIBUTE_USERS = plugs.ATTRIBUTE_USERS
ATTRIBUTE_VALUES = plugs.ATTRIBUTE_VALUES
ADDRESS_FOLLOWERS = plugs.ADDRESS_FOLLOWERS
LETTER_CARRIERS = plugs.LETTER_CARRIERS
NOTICE_CARRIERS = plugs.NOTICE_CARRIERS
APPROVAL_SEEKERS = plugs.APPROVAL_SEEKERS
SELECTION_CRITERIA = plugs.SELECTION_CRITERIA
SELECTION_USERS = plugs.SELECTION_USERS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "tidings.config.urls"
WSGI_APPLICATION = "tidings.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


# A transaction whose holder froze must not keep a row or a lock for ever.
SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=60s"
# A machine or a network that vanished is noticed within a minute, not after the system's two hours. Sockets of the
# same machine ignore them; libpq counts the first three in seconds and tries, the last one in milliseconds.
KEEPALIVES = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def _database() -> dict[str, object]:
    """Connection settings; the embedded server's are known before it runs."""
    if ENVIRONMENT.uses_embedded_database:
        params: dict[str, Any] = dict(connection_params(ENVIRONMENT.home))
    else:
        params = conninfo_to_dict(ENVIRONMENT.database_url)
    rest = {k: v for k, v in params.items() if k not in {"host", "port", "dbname", "user", "password"}}
    # What the operator asks for comes last, so it wins.
    options = f"{SESSION_OPTIONS} {rest.pop('options', '')}".rstrip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": params.get("host", ""),
        "PORT": params.get("port", ""),
        "NAME": params.get("dbname", "tidings"),
        "USER": params.get("user", ""),
        "PASSWORD": params.get("password", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**KEEPALIVES, **rest, "options": options},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:dashboard"
LOGOUT_REDIRECT_URL = "web:login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
TIME_ZONE = ENVIRONMENT.time_zone
USE_TZ = True

STATIC_URL = "/static/"
# Assets are vendored with the package, so they are served from there: no collecting step at installation.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 86_400

STORAGES = {
    # Uploads, rejects and exports live in the database by default, so that hosts share nothing else.
    "default": {"BACKEND": "tidings.kernel.files.storage.DatabaseStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = str(ENVIRONMENT.uploads())
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    20 * 1024 * 1024
)  # bytes of a form without its files: a pasted HTML message fits
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # the mapping page asks once per column

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],  # progress bars carry their width; scripts stay strict
        "img-src": [SELF, "data:", "https:"],
        "frame-ancestors": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

# Only a worker imports all tasks: a command that queues one imports that alone, and starts in half the time.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
PROCRASTINATE_IMPORT_PATHS = [
    f"tidings.{package}.tasks"
    for package in ("contacts", "exports", "limits", "locks", "memberships", "sendouts")
]
PROCRASTINATE_ON_APP_READY = None

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"tidings": {"level": "INFO"}},
}
