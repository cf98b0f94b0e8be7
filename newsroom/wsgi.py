"""The entry point for gunicorn and every other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from newsroom.middleware import refuse_encodings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

application = refuse_encodings(get_wsgi_application())
