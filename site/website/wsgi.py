"""The WSGI application for servers: settings from the environment, static files beside the pages."""

import os

from website.application import create_app
from website.config import Settings

app = create_app(Settings.from_environment(os.environ))
