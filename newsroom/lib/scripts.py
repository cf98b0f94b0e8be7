"""
Passages in another script, marked with their language.

A screen reader says 华为 with the voice that the page asks for, and a browser draws it with a Chinese font rather than
a Japanese one: both by `lang` alone.
"""

import re

KANAS = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d"
HANS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LETTERS = {
    "cjk": KANAS + HANS,
    "hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "cyrillic": "\u0400-\u052f",
    "arabic": "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f",
    "hebrew": "\u05d0-\u05ea",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "thai": "\u0e01-\u0e4e",
    "devanagari": "\u0900-\u097f",
}
LANGUAGES = {"hebrew": "he", "greek": "el", "thai": "th", "devanagari": "hi"}
OWN = {
    "zh": {"cjk"},
    "ja": {"cjk"},
    "ko": {"hangul", "cjk"},
    "ar": {"arabic"},
    "fa": {"arabic"},
    "he": {"hebrew"},
    "ru": {"cyrillic"},
    "uk": {"cyrillic"},
    "el": {"greek"},
    "th": {"thai"},
    "hi": {"devanagari"},
}
RIGHT_TO_LEFT = {"arabic", "hebrew"}
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
HAN = re.compile(f"[{HANS}]")
HANGUL = re.compile(f"[{LETTERS['hangul']}]")
NOT_RUSSIAN = re.compile("[^\u0401\u0410-\u044f\u0451\\W\\d_]")
PERSIAN = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]")

# What may stand between two letters of a passage: some signs of its own, a space, figures.
BETWEEN = "[\u3000-\u303f\uff01-\uff20\uff3b-\uff40\uff5b-\uff65\u00b7\u0300-\u036f0-9 \u00a0,.:\u2019\u2013-]{0,8}"
BEFORE, AFTER = (
    "[\u3008-\u3011\u3014-\u301b]?",
    "[\u3001\u3002\u3009-\u3011\u3015-\u301b\uff01\uff09\uff0c\uff1a\uff1b\uff1f\u0300-\u036f]*",
)


def run(letters: str) -> str:
    return f"{BEFORE}[{letters}](?:{BETWEEN}[{letters}])*{AFTER}"


# Chinese, Japanese and Korean words stand among each other, so they are one passage, whose letters tell which it is.
PASSAGE = re.compile(
    "|".join(
        f"(?P<{script}>{run(letters)})"
        for script, letters in {
            "cjk": LETTERS["cjk"] + LETTERS["hangul"],
            **{script: letters for script, letters in LETTERS.items() if script not in {"cjk", "hangul"}},
        }.items()
    )
)
ANY_LETTER = re.compile(f"[{''.join(LETTERS.values())}]")  # without one there is no passage, as in most texts
# A tag of cleaned HTML, or a whole passage that is marked already.
MARKED_OR_TAG = re.compile(r"""(<span lang="[^"<>]*"[^<>]*>[^<]*</span>|<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")


def language_of(script: str, passage: str) -> str:
    """The language that is most likely, as a BCP 47 tag, of a passage in one script."""
    if script == "cjk":
        if HANGUL.search(passage):
            return "ko"
        return "ja" if KANA.search(passage) or not HAN.search(passage) else "zh-Hans"
    if script == "cyrillic":
        return "und-Cyrl" if NOT_RUSSIAN.search(passage) else "ru"
    if script == "arabic":
        return "fa" if PERSIAN.search(passage) else "ar"
    return LANGUAGES[script]


def mark_passages(html: str, language: str) -> str:
    """
    Cleaned HTML in which passages in another script than that of `language` stand in a <span> with their own.

    Nothing else is added, and nothing changed or taken away: tags and their attributes stay as they are. To do it again
    adds nothing.
    """
    if html.isascii() or not ANY_LETTER.search(html):
        return html
    own = OWN.get(language.split("-")[0].lower(), set())

    def mark(found: re.Match[str]) -> str:
        script, passage = str(found.lastgroup), found[0]
        if script in own or (script == "cjk" and "hangul" in own):
            return passage
        direction = ' dir="rtl"' if script in RIGHT_TO_LEFT else ""
        return f'<span lang="{language_of(script, passage)}"{direction}>{passage}</span>'

    pieces = MARKED_OR_TAG.split(html)
    return "".join(
        PASSAGE.sub(mark, piece) if place % 2 == 0 and ANY_LETTER.search(piece) else piece
        for place, piece in enumerate(pieces)
    )
