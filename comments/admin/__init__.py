"""The desk of the comments. Each module registers its own pages."""

from comments.admin import queue as queue
