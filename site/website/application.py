"""The application factory: the only place that puts everything together."""

import logging

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import admin
import public
from minsheng.database import db
from minsheng.encryption import ContactBox
from minsheng.mailing.mail import Sender
from minsheng.mailing.transports import FileTransport, SmtpTransport, Transport
from minsheng.pictures.media import MAX_BYTES, MediaStore
from minsheng.progress import schedule
from minsheng.records.document_store import DocumentStore
from minsheng.workdays import packaged_calendar
from pages import limit_store, limits, setup
from pages.addresses import STATIC
from pages.installation import site_settings
from pages.services import EXTENSION, Services, services
from public.casework import sending_gate
from search import open_engine
from search.engine import SearchEngine
from search.finding import catch_up
from search.indexer import has_waiting
from search.tally import Tally
from website import database_setup, error_pages, incoming, page_cache, security, static_files
from website.config import Settings

PHOTOS_PER_FORM = 8
SESSION_COOKIE = "minsheng"
HOST_ONLY = "__Host-"
"""Over HTTPS, what browsers take from this very host alone: no neighbour under the same domain can plant a session."""


def create_app(settings: Settings) -> Flask:
    """Return the application for these settings."""
    app = Flask("website", static_folder=None)
    incoming.register(app)
    _configure(app, settings)
    page_cache.install(app, settings.page_cache_bytes)
    _put_before(app, settings)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database_setup.set_up(app)
    app.extensions[EXTENSION] = _services(app, settings)
    # Mail programs that stop a subscription send no form of ours; the token in the address is their proof.
    CSRFProtect(app).exempt(public.subscriptions.one_click)
    limits.limiter.init_app(app)
    setup.register(app)
    schedule.take_thresholds_from(lambda: site_settings().thresholds)
    security.register(app)
    error_pages.register(app)
    app.register_blueprint(public.blueprint)
    app.register_blueprint(admin.blueprint)
    app.after_request(_index_changes)
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    """Tell Flask and its extensions what the settings say."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=MAX_BYTES * PHOTOS_PER_FORM,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        MAX_FORM_PARTS=1_000,
        SESSION_COOKIE_NAME=f"{HOST_ONLY}{SESSION_COOKIE}" if settings.secure_cookies else SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=_limit_store(settings),
    )


def _put_before(app: Flask, settings: Settings) -> None:
    """Put before the application what believes proxies, and what answers for static files."""
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    # Addresses of these files carry a hash of their content, so browsers may keep them for a year.
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's documented way
        app.wsgi_app,
        root=STATIC,
        prefix="static/pages/",
        max_age=static_files.KEPT_FOR,
        allow_all_origins=False,
        add_headers_function=security.add_static_headers,
    )
    app.wsgi_app = static_files.StaticText(  # type: ignore[method-assign, assignment]  # Flask's documented way
        app.wsgi_app, STATIC, "/static/pages/"
    )


def _services(app: Flask, settings: Settings) -> Services:
    """Return what the faces work with; the database is set up already."""
    return Services(
        secret=settings.secret_key,
        media=MediaStore(settings.data / "media", settings.data / "originals"),
        documents=DocumentStore(settings.data / "media" / "documents"),
        contacts=ContactBox.from_text(settings.contact_keys),
        calendar=packaged_calendar(),
        search=_search_engine(app, settings),
        tally=_tally(app),
        one_person_allowed=settings.one_person_mode,
        cache=settings.data / "cache",
        public_address=settings.public_address,
        security_contact=settings.security_contact,
        mail_address=settings.public_address or settings.mail.local_address,
        mail_sender=Sender(settings.mail.sender, "民生·民声"),
        mail_transport=_mail_transport(settings),
        map_tiles=settings.map.tiles,
        map_attribution=settings.map.attribution,
    )


def _limit_store(settings: Settings) -> str:
    """Return where hits are counted: in our own store where it is to be the process's memory."""
    is_memory = settings.rate_limit_storage.startswith("memory:")
    return f"{limit_store.SCHEME}://" if is_memory else settings.rate_limit_storage


def _search_engine(app: Flask, settings: Settings) -> SearchEngine:
    """Return the engine that fits the database: with PostgreSQL all servers share the index inside it."""
    with app.app_context():
        database = db.engine if db.engine.dialect.name == "postgresql" else None
    return open_engine(settings.data / "index", database=database)


def _mail_transport(settings: Settings) -> Transport:
    """Return the server that takes mail, or the folder that does where none is set."""
    mail = settings.mail
    if not mail.host:
        return FileTransport(settings.data / "mail")
    return SmtpTransport(mail.host, mail.port, mail.security, mail.user, mail.password)


def _tally(app: Flask) -> Tally:
    """Return the counter of what is searched for."""
    with app.app_context():
        return Tally(db.engine)


def _index_changes(response: Response) -> Response:
    """After a request that may have written, bring its changes to the index; a busy index is another's work.

    What the request left uncommitted it did not mean to keep: it is dropped before the indexer commits. A flood of
    letters leaves its changes to whoever searches next or acts on the site, since both bring in all that waits.
    """
    if request.method in database_setup.SAFE_METHODS or not db.session.registry.has():
        return response
    db.session.rollback()
    is_flood = request.endpoint in sending_gate.FORMS and sending_gate.is_high()
    if not is_flood and has_waiting(db.session()):
        catch_up(db.session(), services().search, services().today())
    return response
