"""What the log must not hold: whoever reads it could open the doors that only the reader of a mail has the key to."""

import logging
import re

# The secrets at the end of addresses below /follow/ and /comments/.
SECRET = re.compile(r"(/(?:follow/(?:confirm|preferences|out)|comments/(?:confirm|out|decide|status))/)[^/\s\"'?]+")


class MaskSecrets(logging.Filter):
    """Writes "…" for the secret in an address, wherever it stands in a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        masked = SECRET.sub(r"\1…", line)
        if masked != line:
            record.msg, record.args = masked, ()
        return True
