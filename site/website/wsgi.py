"""The WSGI application for servers: settings from the environment, static files beside the pages."""

import os

from website.application import create_app
from website.config import Settings
from website.jobs import run_in_background

settings = Settings.from_environment(os.environ)
app = create_app(settings)
if settings.scheduler:
    run_in_background(app)
