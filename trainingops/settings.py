"""The one settings file; what differs between machines comes from :mod:`trainingops.environment`."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from celery.schedules import schedule
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from trainingops.environment import Environment
from trainingops.local.places import Places

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = Environment.read(os.environ)
LOCAL_DIR = ENV.local_dir if ENV.local_dir.is_absolute() else BASE_DIR / ENV.local_dir
DEMO = ENV.mode == "demo"
# Without an address in the environment the embedded services of this machine are meant.
EMBEDDED = Places(LOCAL_DIR)
DATABASE_URL = ENV.database_url or EMBEDDED.database_url
BROKER_URL = ENV.broker_url or EMBEDDED.broker_url

if not ENV.secret_key and ENV.mode == "production":
    raise ImproperlyConfigured(
        "TRAININGOPS_SECRET_KEY is empty. Write 50 random characters into it; on a machine that runs the demo, set "
        "TRAININGOPS_MODE=demo instead."
    )
SECRET_KEY = ENV.secret_key or "only-for-demo-and-tests-" + "0" * 40
DEBUG = ENV.debug
BASE_URL = ENV.base_url.rstrip("/") or f"http://localhost:{ENV.port}"
ALLOWED_HOSTS = [*ENV.allowed_hosts, urlsplit(BASE_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "trainingops.dashboard",
    "evaluation",
    "reporting",
    "sessions",
    "planning",
    "trainingops.imports",
    "trainingops.records",
    "trainingops.notifications",
    "trainingops.jobs",
    "trainingops.people",
    "trainingops.audit",
    "trainingops.ui",
    "trainingops.local",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trainingops.people.middleware.PreferenceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "trainingops.ui.middleware.ErrorPages",
    "sessions.middleware.SharedPCMiddleware",
    "trainingops.people.middleware.AccessMiddleware",
]

ROOT_URLCONF = "trainingops.urls"
ACCESS_TABLE = "trainingops.access.ACCESS"
WSGI_APPLICATION = "trainingops.wsgi.application"

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
                "django.template.context_processors.i18n",
                "trainingops.ui.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "trainingops.ui.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "ui/table.html"

DATABASES = {
    "default": {
        **dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True),
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Sign-in -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# Slow on purpose, except where a test signs in sixty people.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{'MD5' if ENV.mode == 'test' else 'PBKDF2'}PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True  # compared without case by the adapter's look-up
ACCOUNT_FORMS = {
    "login": "trainingops.people.forms.SignInForm",
    "reauthenticate": "trainingops.people.forms.PasswordAgainForm",
}
ACCOUNT_ADAPTER = "trainingops.people.sign_in.AccountAdapter"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds; DESIGN.md §2, "signature"
ACCOUNT_SESSION_REMEMBER = False
# A classroom sits behind one address, so an address is limited coarsely; people.sign_in limits the account there.
# Both count in the database: they hold for all web processes, and with the broker down.
CACHES = {
    "default": {
        "BACKEND": "trainingops.people.counters.CounterCache",
        "LOCATION": "trainingops_counters",
    }
}
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "300/10m/ip", "reauthenticate": "20/m/user"}
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- What a browser may do ---------------------------------------------------------------------------------
SECURE_ON = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_ON
SECURE_SSL_REDIRECT = SECURE_ON
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_ON else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_ON
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trust_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- Language and time -------------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
# One catalogue a room, so that a room carries its words.
LOCALE_PATHS = [
    BASE_DIR / "locale" / room
    for room in ("libraries", "trainingops", "people", "records", "planning", "sessions", "reporting", "evaluation")
]
FORMAT_MODULE_PATH = ["trainingops.formats"]
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Jakarta"

# --- Files -------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "trainingops.ui.finders.VendorFinder",
]
MEDIA_ROOT = ENV.media_root or LOCAL_DIR / "files"
FONT_DIR = BASE_DIR / ".local" / "fonts"  # made by the set-up
SEAL_KEY_DIR = ENV.seal_key_dir or LOCAL_DIR / "seal"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV.mode == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = ENV.mode == "test"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a grid of 200 people x 12 parameters is one form

# --- Mail --------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = ENV.default_from_email
if ENV.email_url:
    _mail = urlsplit(ENV.email_url)  # smtp://user:password@host:port or smtps://…
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = LOCAL_DIR / "mail"
EMAIL_TIMEOUT = 20

# --- Background --------------------------------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 110  # below the visibility time: a task is never running twice
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "*.tasks.sweep_*": {"queue": "clock"},
    "trainingops.records.tasks.*": {"queue": "pdf"},
    "sessions.tasks.draw_sheet": {"queue": "pdf"},
    "trainingops.jobs.tasks.*": {"queue": "jobs"},
}
CELERY_BEAT_SCHEDULE = {
    "seal the journal": {"task": "trainingops.audit.tasks.sweep_seals", "schedule": schedule(2)},
    "keys of forms": {"task": "trainingops.audit.tasks.sweep_keys", "schedule": schedule(3600)},
    "deadlines": {"task": "reporting.tasks.sweep_deadlines", "schedule": schedule(30)},
    "recipients": {"task": "reporting.tasks.sweep_recipients", "schedule": schedule(600)},
    "coordination": {"task": "planning.tasks.sweep_reminders", "schedule": schedule(600)},
    "expiries": {"task": "planning.tasks.sweep_expiries", "schedule": schedule(3600)},
    "analyses": {"task": "evaluation.tasks.sweep_analyses", "schedule": schedule(60)},
    "indicators": {"task": "evaluation.tasks.sweep_indicators", "schedule": schedule(60)},
    "effects": {"task": "evaluation.tasks.sweep_effects", "schedule": schedule(600)},
    "tests": {"task": "sessions.tasks.sweep_attempts", "schedule": schedule(15)},
    "prints": {"task": "sessions.tasks.sweep_prints", "schedule": schedule(30)},
    "recovery": {"task": "sessions.tasks.sweep_recovery", "schedule": schedule(3600)},
    "training defects": {"task": "evaluation.tasks.sweep_training_defects", "schedule": schedule(3600)},
    "reviews and actions": {"task": "evaluation.tasks.sweep_reviews", "schedule": schedule(3600)},
    "outbox": {"task": "trainingops.notifications.tasks.sweep_outbox", "schedule": schedule(10)},
    "summaries": {"task": "trainingops.notifications.tasks.sweep_digests", "schedule": schedule(60)},
    "old notices": {"task": "trainingops.notifications.tasks.sweep_notices", "schedule": schedule(86_400)},
    "jobs": {"task": "trainingops.jobs.tasks.sweep_jobs", "schedule": schedule(15)},
    "evidence": {"task": "trainingops.records.tasks.sweep_requests", "schedule": schedule(15)},
    "removed files": {"task": "trainingops.records.tasks.sweep_files", "schedule": schedule(3600)},
    "uploads": {"task": "trainingops.imports.tasks.sweep_uploads", "schedule": schedule(600)},
    "heartbeat": {"task": "trainingops.jobs.tasks.sweep_heartbeat", "schedule": schedule(15)},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # One line for each step of each page is not a log that anybody reads.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools")},
}
# Identified by employee number; mail is optional, so allauth's advice on unique mail addresses does not apply.
SILENCED_SYSTEM_CHECKS: list[str] = []
