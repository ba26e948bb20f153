"""The project's settings. Every environment variable is read at the top and documented in .env.example."""

from datetime import timedelta
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import dj_email_url
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
is_url = validate.URL(schemes={"http", "https"}, require_tld=False)
is_mail_url = validate.URL(schemes={"smtp", "submission"}, require_tld=False)
kartverket_tiles = "https://cache.kartverket.no/v1/wmts/1.0.0/topograatone/default/webmercator/{z}/{y}/{x}.png"
is_tiles_url = validate.Regexp(r"((?=.*{z})(?=.*{x})(?=.*{y})https?://([^\s{}]|{[zxy]})+)?\Z")
if PRODUCTION:
    SECRET_KEY = env.str("SECRET_KEY")
    SITE_URL = env.str("SITE_URL", validate=validate.URL(schemes={"https"}))
    database = env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
    EMAIL_URL = env.str("EMAIL_URL", validate=is_mail_url)
    MAIL_FROM = env.str("MAIL_FROM", validate=lambda sender: validate.Email()(parseaddr(sender)[1]))
else:
    SECRET_KEY = env.str("SECRET_KEY", default="for-a-laptop-that-answers-loopback-only")
    SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
    database = env.dj_db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/coworking.sqlite3")
    EMAIL_URL = env.str("EMAIL_URL", default="console:", validate=is_mail_url)
    MAIL_FROM = env.str("MAIL_FROM", default="Coworking Norge <noreply@localhost>")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="", validate=lambda email: not email or validate.Email()(email))
SECURITY_EMAIL = env.str("SECURITY_EMAIL", default="", validate=lambda email: not email or validate.Email()(email))
ORGANISATION_REGISTER_URL = env.str("ORGANISATION_REGISTER_URL", default="https://data.brreg.no/enhetsregisteret/api")
ADDRESS_SEARCH_URL = env.str("ADDRESS_SEARCH_URL", default="https://ws.geonorge.no/adresser/v1")
TILES_URL = env.str("TILES_URL", default=kartverket_tiles, validate=is_tiles_url)
cache = env.dj_cache_url("CACHE_URL", default="locmem://")
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="", validate=lambda url: not url or is_url(url))
S3_REGION = env.str("S3_REGION", default="")
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", default="")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", default="")
LOOKUP_SECONDS = env.float("LOOKUP_SECONDS", default=2.0)
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=120, validate=validate.Range(5, 12 * 60))
DATABASE_TIMEOUT = env.float("DATABASE_TIMEOUT", default=5.0, validate=validate.Range(min=0))
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
if (S3_BUCKET and not find_spec("storages")) or ("RedisCache" in cache["BACKEND"] and not find_spec("redis")):
    raise ImproperlyConfigured("For S3_BUCKET and Redis: pip install --require-hashes -r requirements-servers.txt")

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
    "mail.apps.OutboxConfig",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "core",
    "core.bin",
    "norway",
    "pages",
    "mail",
    "accounts",
    "members",
    "spaces",
    "members.joining",
    "members.mailings",
]

# In this order, because an answer from the page cache passes only what stands before it: it is logged and has its
# headers, and needs no session, language or compression.
MIDDLEWARE = [
    "coworking_norge.request_ids.RequestIds",
    "coworking_norge.headers.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.page_cache.PublicPages",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coworking_norge.uploads.BodyLimit",
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
    # IMMEDIATE takes the write lock at once: a transaction that reads first could not wait for it later. WAL lets
    # pages be read meanwhile.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
elif database:
    # A server that is gone, not only slow, is noticed by TCP: 10 s without an acknowledgement, or 25 s of silence.
    database["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    } | database.get("OPTIONS", {})
    if DATABASE_TIMEOUT:
        milliseconds = round(1000 * DATABASE_TIMEOUT)
        timeouts = {
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds // 2,
            "idle_in_transaction_session_timeout": 60_000,  # longer than gunicorn lets a request take
        }
        options = [database["OPTIONS"].get("options", ""), *(f"-c {name}={value}" for name, value in timeouts.items())]
        database["OPTIONS"]["options"] = " ".join(options).lstrip()
DATABASES = {"default": database}
# Django's shared caches unpickle what they read, and so run what others wrote; nobody else writes into our memory.
own_cache = "django.core.cache.backends.locmem.LocMemCache"
if cache["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    cache["BACKEND"] = "coworking_norge.shared_cache.SharedCache"
elif cache["BACKEND"] == "django.core.cache.backends.db.DatabaseCache":
    cache = {"BACKEND": own_cache}  # what earlier versions were installed with
elif cache["BACKEND"] != own_cache:
    raise ImproperlyConfigured("CACHE_URL must begin with locmem:// or redis://; .env.example says when to take which.")
CACHES = {
    "default": cache,
    # In each process, 47 MB at most: core.page_cache.MAX_PAGE_BYTES each, and 3,000 for headers and key.
    "pages": {
        # Not while templates are being written: what is rendered of them is kept here, too.
        "BACKEND": "django.core.cache.backends.dummy.DummyCache" if DEBUG else own_cache,
        "LOCATION": "pages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 500},
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
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up: no such page
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # after the login, however often it is used
SESSION_IDLE_TIMEOUT = timedelta(minutes=SESSION_IDLE_MINUTES)
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # accounts/limits.py says why
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "confirm_password_reset_code": "accounts.forms.PasswordCodeForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(PRODUCTION)  # as core.client_ip counts
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Coworking Norge"
MFA_TOTP_TOLERANCE = 1  # half a minute either way
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondStepForm",
    "authenticate_webauthn": "accounts.forms.PasskeyForm",
    "reauthenticate": "accounts.forms.SecondStepAgainForm",
    "reauthenticate_webauthn": "accounts.forms.PasskeyAgainForm",
    "activate_totp": "accounts.forms.AppForm",
    "add_webauthn": "accounts.forms.NewPasskeyForm",
}

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Norwegian bokmål")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "coworking_norge.formats"
TIME_ZONE = "Europe/Oslo"
PHONENUMBER_DEFAULT_REGION = "NO"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # Only django-leaflet's copy of Leaflet: as an installed app its admin module would ask for GDAL.
    ("leaflet", Path(find_spec("leaflet").origin).parent / "static/leaflet"),
]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755  # nginx reads them as another user
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
EMAIL_BACKEND = "mail.outbox.EmailBackend"
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
    "BACKENDS": {"default": "mail.smtp.EmailBackend" if is_smtp else mail_server["EMAIL_BACKEND"]},
    "BATCH_DELIVERY_TIMEOUT": 60,  # seconds
    "MAX_RETRIES": 96,  # for a day
    "RETRY_INTERVAL": timedelta(minutes=15),
    "MESSAGE_ID_FQDN": urlsplit(SITE_URL).hostname,
    # Of its own command, should anybody run that: the status is stored after each mail.
    "BATCH_SIZE": 1,
    "LOCK_FILE_NAME": str(DATA_DIR / "post_office"),
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
# In the session and not in a cookie: what a coordinator is told stays on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "coworking_norge.csrf.failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:  # browsers take such a cookie from nobody but this host, over https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # also requested on the machine itself, over http
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if PRODUCTION else 0
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
        # without Django's own handlers, which mail whole requests
        "django": {"level": "INFO"},
        # The access logs of runserver and gunicorn name paths and addresses; request_ids logs each answer instead.
        "django.server": {"level": "CRITICAL"},
        "gunicorn.access": {"level": "CRITICAL"},
        "gunicorn.error": {"handlers": ["console"], "propagate": False, "level": "ERROR"},
        "coworking_norge.request_ids": {"level": "INFO" if PRODUCTION or DEBUG else "WARNING"},
        # its errors name the recipients; the outbox stores them instead
        "post_office": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
    },
}

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains is the domain owner's choice
    "security.W021",  # and so is the preload list
]
