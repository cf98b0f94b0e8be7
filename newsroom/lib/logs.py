"""What the log must not hold: whoever reads it could open the doors that only the reader of a mail has the key to."""

import logging
import re

# The secrets at the end of addresses below /follow/, /comments/ and /preview/, and in that of a new password's page.
PLACES = r"follow/(?:confirm|preferences|out)|comments/(?:confirm|out|decide|status)|preview|admin/login/forgotten"
SECRET = re.compile(rf"(/(?:{PLACES})/)[^/\s\"'?]+")


class Masked(logging.Formatter):
    """Writes "…" for the secret in an address, wherever it stands in what is logged, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1…", super().format(record))
