"""Feeds of what is at another address now."""


class Moved(Exception):
    """What the feed is of has another slug."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)
