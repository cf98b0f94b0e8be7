"""The desk of the comments. Each module registers its own pages."""

from comments.admin import bans as bans
from comments.admin import digest as digest
from comments.admin import log as log
from comments.admin import people as people
from comments.admin import queue as queue
from comments.admin import rules as rules
