"""What kind of browser somebody uses, in few honest categories: enough to tell one's own devices apart."""

# The first that is found counts, so those that also name others come before them.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def browser_and_system(agent: str) -> tuple[str, str]:
    """
    The kinds of browser and system that a User-Agent header (RFC 9110 §10.1.5) names; "" for one that is none of these.

    Whoever sends it may have written anything, so this is for people to recognise and never for deciding.
    """
    return first(BROWSERS, agent), first(SYSTEMS, agent)


def first(kinds: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in kinds if sign in agent), "")
