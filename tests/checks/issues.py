"""Issues in one line, for the tables of what the checks find and what they let pass."""

from datetime import date
from typing import Any

from newsroom.checks.subject import Company, Earlier, Known, Subject
from newsroom.lib import richtext

LONG = "It says what happened and to whom, " * 8  # as many words as a story should have


def issue(**parts: Any) -> Subject:
    """
    An issue in which nothing is wrong, but for what is given.

    `china` and `international`: stories, each "headline | text" (a text of HTML begins with <); `takeaways`, `notes`
    (company: note), `policies` (title: detail); `title`, `intro`, `standfirst`, `headings`, `hero`, `issued_on`;
    `companies` of the registry (name: aliases), `earlier` headlines, `spelling`, `dead` links; `ranks` of China.
    """
    china = [story("china", n, text) for n, text in enumerate(parts.get("china", ["A headline of some words"]), 1)]
    abroad = parts.get("international", ["Something else happened abroad"])
    for told, rank in zip(china, parts.get("ranks", ()), strict=False):
        told["rank"] = rank
    registry = parts.get("companies", {})
    companies = {pk: Company(pk, name, tuple(registry[name])) for pk, name in enumerate(registry, 1)}
    numbers = {company.name: pk for pk, company in companies.items()}
    links = parts.get("links", {})
    content = {
        "title": parts.get("title", "An issue"),
        "issued_on": parts.get("issued_on", "2025-04-12"),
        "standfirst": parts.get("standfirst", ""),
        "intro": paragraph(parts.get("intro", "This issue looks at what happened in two worlds.")),
        "hero": parts.get("hero"),
        "headings": {"china": "", "international": "", **parts.get("headings", {})},
        "search_title": "",
        "search_description": "",
        "stories": china + [story("international", n, text) for n, text in enumerate(abroad, 1)],
        "takeaways": list(parts.get("takeaways", ())),
        "credits": [{"source": 1, "name": name, "url": links.get(name, "")} for name in parts.get("credits", ())],
        "watchlist": [
            {"company": numbers.get(name, 99), "name": name, "link": links.get(name, ""), "note": note}
            for name, note in parts.get("notes", {}).items()
        ],
        "policies": [
            {"policy": pk, "title": title, "jurisdiction": "", "detail": detail, "milestones": []}
            for pk, (title, detail) in enumerate(parts.get("policies", {}).items(), 1)
        ],
    }
    if "pictures" in parts:
        content["pictures"] = parts["pictures"]
    known = Known(
        date(2025, 4, 12),
        spelling=parts.get("spelling", ""),
        companies=companies,
        refused=frozenset(parts.get("refused", ())),
        policy_aliases=parts.get("policy_aliases", {}),
        earlier=tuple(Earlier(headline, "The last issue") for headline in parts.get("earlier", ())),
        dead_links=parts.get("dead", {}),
    )
    return Subject(content, known)


def story(section: str, rank: int, text: str) -> dict[str, Any]:
    headline, bar, body = text.partition(" | ")
    return {
        "id": rank if section == "china" else 100 + rank,
        "section": section,
        "rank": rank,
        "headline": headline.strip(),
        "body": paragraph(body if bar else LONG),
        "search_title": "",
        "search_description": "",
    }


def paragraph(text: str) -> str:
    return text if text.startswith("<") or not text else richtext.from_paragraphs([text])


def hero(alt: str = "A robot grabs an apple", **fields: Any) -> dict[str, Any]:
    return {"file": "images/a.jpg", "alt": alt, "decorative": False, "caption": "", "credit": "", **fields}
