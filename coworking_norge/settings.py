"""The project's settings. Every environment variable is read at the top and documented in .env.example."""

from datetime import timedelta
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_email_url
import font_fjallaone
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvValidationError, validate

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)
env.read_env(BASE_DIR / ".env", recurse=False)

# Read from the environment. A laptop needs none of these; production must name the ones without a default.
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
a_url = validate.URL(schemes={"http", "https"}, require_tld=False)
a_mail_server = validate.URL(schemes={"smtp", "submission"}, require_tld=False)
kartverket = "https://cache.kartverket.no/v1/wmts/1.0.0/topograatone/default/webmercator/{z}/{y}/{x}.png"
a_template_of_tiles = validate.Regexp(r"((?=.*{z})(?=.*{x})(?=.*{y})https?://([^\s{}]|{[zxy]})+)?\Z")
if PRODUCTION:
    SECRET_KEY = env.str("SECRET_KEY")
    SITE_URL = env.str("SITE_URL", validate=validate.URL(schemes={"https"}))
    database = env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
    EMAIL_URL = env.str("EMAIL_URL", validate=a_mail_server)
    MAIL_FROM = env.str("MAIL_FROM", validate=lambda sender: validate.Email()(parseaddr(sender)[1]))
else:
    SECRET_KEY = env.str("SECRET_KEY", default="for-a-laptop-that-answers-loopback-only")
    SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
    database = env.dj_db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/coworking.sqlite3")
    EMAIL_URL = env.str("EMAIL_URL", default="console:", validate=a_mail_server)
    MAIL_FROM = env.str("MAIL_FROM", default="Coworking Norge <noreply@localhost>")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="", validate=lambda email: not email or validate.Email()(email))
ORGANISATION_REGISTER_URL = env.str("ORGANISATION_REGISTER_URL", default="https://data.brreg.no/enhetsregisteret/api")
ADDRESS_SEARCH_URL = env.str("ADDRESS_SEARCH_URL", default="https://ws.geonorge.no/adresser/v1")
TILES_URL = env.str("TILES_URL", default=kartverket, validate=a_template_of_tiles)
cache = env.dj_cache_url("CACHE_URL", default="locmem://")
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="", validate=lambda url: not url or a_url(url))
S3_REGION = env.str("S3_REGION", default="")
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", default="")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", default="")
LOOKUP_SECONDS = env.float("LOOKUP_SECONDS", default=2.0)
DAYS_TO_DECIDE = env.int("DAYS_TO_DECIDE", default=5)
ADMINS = env.list("ADMINS", default=[], validate=lambda emails: all(map(validate.Email(), emails)))
READY_TOKEN = env.str("READY_TOKEN", default="", validate=lambda token: not token or validate.Length(min=32)(token))

if not PRODUCTION:
    (DATA_DIR / "static").mkdir(parents=True, exist_ok=True)

try:
    env.seal()
except EnvValidationError as error:
    reasons = "\n".join(f"  {name}: {' '.join(texts)}" for name, texts in error.error_messages.items())
    raise ImproperlyConfigured(
        f"These environment variables are missing or wrong; .env.example says how to set each:\n{reasons}"
    ) from error
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows secrets to strangers: unset it where PRODUCTION is set.")
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY needs at least 50 random characters; .env.example says how to make one.")

SITE_URL = SITE_URL.rstrip("/")
ADMINS = [("", email) for email in ADMINS]
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "coworking_norge.apps.CoworkingAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "phonenumber_field",
    "coworking_norge.apps.OutboxConfig",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "members",
    "spaces",
]

MIDDLEWARE = [
    "coworking_norge.request_ids.RequestIds",
    "coworking_norge.headers.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coworking_norge.caching.PublicPages",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "coworking_norge.urls"
WSGI_APPLICATION = "coworking_norge.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coworking_norge.context.site",
            ],
            "libraries": {"request_ids": "coworking_norge.request_ids"},
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

if database and database["ENGINE"] == "django.db.backends.sqlite3":
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
elif database:
    database.setdefault("OPTIONS", {})["connect_timeout"] = 5
DATABASES = {"default": database}
if cache["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    cache["BACKEND"] = "coworking_norge.shared_cache.SharedCache"
CACHES = {
    "default": cache,
    # Shared by every process. A street tile has some 30 kB and at most 300 kB: usually 90 MB, never 0.9 GB.
    "tiles": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "tiles",
        "OPTIONS": {"MAX_ENTRIES": 3000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "members.login.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up: no such page
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # members/login/limits.py holds for all processes
ACCOUNT_FORMS = {
    "login": "members.login.forms.LoginForm",
    "reauthenticate": "members.login.forms.ReauthenticateForm",
    "change_password": "members.login.forms.ChangePasswordForm",
    "reset_password": "members.login.forms.ResetPasswordForm",
    "confirm_password_reset_code": "members.login.forms.PasswordCodeForm",
    "reset_password_from_key": "members.login.forms.NewPasswordForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(PRODUCTION)  # as members.parties counts
MFA_ADAPTER = "members.login.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Coworking Norge"
MFA_TOTP_TOLERANCE = 1  # half a minute either way
MFA_FORMS = {
    "authenticate": "members.login.forms.SecondStepForm",
    "authenticate_webauthn": "members.login.forms.PasskeyForm",
    "reauthenticate": "members.login.forms.SecondStepAgainForm",
    "reauthenticate_webauthn": "members.login.forms.PasskeyAgainForm",
    "activate_totp": "members.login.forms.AppForm",
    "add_webauthn": "members.login.forms.NewPasskeyForm",
}

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Norwegian bokmål")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Oslo"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "NO"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("fonts", Path(font_fjallaone.__file__).parent / "files"),
    # Only django-leaflet's copy of Leaflet: as an installed app its admin module would ask for GDAL.
    ("leaflet", Path(find_spec("leaflet").origin).parent / "static/leaflet"),
]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755  # nginx hands them out, as another user
STORAGES = {
    "default": {
        "BACKEND": "coworking_norge.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": S3_REGION or None,
            "access_key": S3_ACCESS_KEY or None,
            "secret_key": S3_SECRET_KEY or None,
        },
    }
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "coworking_norge.storage.HashedStaticFilesStorage"
    },
}

SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# Every mail waits in the outbox until `manage.py send_mail` delivers it: to a server, or to the laptop's terminal.
mail_server = dj_email_url.parse(EMAIL_URL)
is_smtp = mail_server["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
EMAIL_BACKEND = "members.outbox.EmailBackend"
EMAIL_HOST = mail_server["EMAIL_HOST"]
EMAIL_PORT = mail_server["EMAIL_PORT"]
EMAIL_HOST_USER = mail_server["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = mail_server["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = mail_server["EMAIL_USE_TLS"]
EMAIL_USE_SSL = mail_server["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 15  # seconds for each answer of the server; BATCH_DELIVERY_TIMEOUT for all of them
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
EMAIL_SUBJECT_PREFIX = "[Coworking Norge] "
POST_OFFICE = {
    "BACKENDS": {"default": "members.mail_server.EmailBackend" if is_smtp else mail_server["EMAIL_BACKEND"]},
    "BATCH_SIZE": 1,  # the status is stored after each mail, so that a killed sender repeats one at most
    "THREADS_PER_PROCESS": 1,
    "BATCH_DELIVERY_TIMEOUT": 60,
    "MAX_RETRIES": 96,  # for a day
    "RETRY_INTERVAL": timedelta(minutes=15),
    "SENDING_ORDER": ["created", "pk"],
    "MESSAGE_ID_ENABLED": True,  # given when queued, so that every copy of a mail bears the same
    "MESSAGE_ID_FQDN": urlsplit(SITE_URL).hostname,
    "LOCK_FILE_NAME": str(DATA_DIR / "post_office"),  # of its own command, should anybody run that
    "LOG_LEVEL": 1,  # in the outbox: why something failed
    "CELERY_ENABLED": False,
}

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
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {
    "camera": [],
    "geolocation": "self",
    "microphone": [],
    "payment": [],
    "usb": [],
}
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:  # browsers take such a cookie from nobody but this host, over https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # asked for on the machine itself, too
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": f"coworking_norge.logs.{'JSONLines' if PRODUCTION else 'Lines'}"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "lines"},
        "admins": {"class": "coworking_norge.error_mail.AdminMail", "level": "ERROR"},
    },
    "root": {"handlers": ["console", "admins"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers show what ours hide, and mail whole requests.
        "django": {"level": "INFO"},
        "django.server": {"level": "INFO", "propagate": True},
        # Nor in the workers of the web server: its access log names addresses, and ours says the rest.
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
        "gunicorn.access": {"propagate": False},
        "coworking_norge.request_ids": {"level": "INFO" if PRODUCTION else "WARNING"},
        # Its errors name the recipients: the outbox keeps them instead.
        "post_office": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
    },
}

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains is the domain owner's choice
    "security.W021",  # and so is the preload list
]
