"""What pages say of themselves to programs, read as programs read it."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from follow.emails import PREFERENCES
from newsroom.lib.tokens import make
from newsroom.publishing import publish
from reports.models import Edition
from tests.factories import complete_issue, edit, follower, picture, published
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db

SITE = django_settings.SITE_URL


def properties(page: str) -> dict[str, list[str]]:
    """The <meta> elements by property or name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<meta\s+(?:property|name)="([^"]+)"\s+content="([^"]*)"', page):
        found.setdefault(name, []).append(unescape(value))
    return found


def graph(page: str) -> dict[str, dict[str, Any]]:
    """The nodes of the page's JSON-LD by their type."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(scripts) == 1
    data = json.loads(scripts[0])
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def page(path: str) -> str:
    answer = ask(Client(), path)
    assert answer.status == 200, path
    return answer.text


def test_an_issue_names_itself_for_whoever_passes_it_on() -> None:
    edition = published(title="Chips & „AI“ — 中文", standfirst="What it’s about", hero=picture(64, 40))
    told = properties(page(edition.url))
    assert told["og:title"] == ["Chips & „AI“ — 中文"]
    assert told["og:description"] == told["description"] == ["What it’s about"]
    assert told["og:url"] == [SITE + edition.url]
    assert told["og:type"] == ["article"]
    assert told["og:locale"] == ["en_GB"]
    assert told["og:locale:alternate"] == ["zh_CN"]
    assert told["twitter:card"] == ["summary_large_image"]
    assert (told["og:image:width"], told["og:image:height"]) == (["1200"], ["630"])
    assert ask(Client(), told["og:image"][0].removeprefix(SITE)).headers["Content-Type"] == "image/jpeg"


def test_editors_may_choose_other_words_for_search_engines() -> None:
    report = complete_issue(title="A poetic title", stories=1, standfirst="Poetic too")
    report.stories.filter(section="china").update(search_title="Story, plainly", search_description="What happened")
    edit(report, search_title="The plain title", search_description="What is in it")
    edition = published(report)
    issue, story = page(edition.url), page(edition.stories.get(section="china").url)
    assert "<title>The plain title — " in issue
    assert properties(issue)["og:title"] == ["The plain title"]
    assert properties(issue)["description"] == ["What is in it"]
    assert "<h1" in issue
    assert ">A poetic title</h1>" in issue
    assert "<title>Story, plainly — " in story
    assert properties(story)["og:description"] == properties(story)["description"] == ["What happened"]


def test_a_periodical_has_issues_and_an_issue_has_articles() -> None:
    edition = published(title="Weekly", stories=2, companies=["Huawei"], policies=["EU AI Act"], number=7)
    nodes = graph(page(edition.url))
    issue = nodes["PublicationIssue"]
    assert issue["isPartOf"]["@id"] == nodes["Periodical"]["@id"]
    assert issue["publisher"]["@id"] == nodes["NewsMediaOrganization"]["@id"]
    assert issue["issueNumber"] == 7
    articles = [graph(page(story.url))["NewsArticle"] for story in edition.stories.all()]
    assert [(article["articleSection"], article["position"]) for article in articles] == [
        *(("China", 1), ("China", 2)),
        *(("International", 1), ("International", 2)),
    ]
    for article in articles:
        assert article["isPartOf"]["@id"] == issue["@id"]
        assert article["keywords"] == ["Robots"]


def test_a_trail_leads_from_the_front_page() -> None:
    edition = published(title="Weekly", stories=1, companies=["Huawei"])
    for path, names in (
        (edition.url, ["Archive", "Weekly"]),
        (edition.stories.get(section="china").url, ["Archive", "Weekly", "China story 1 of Weekly"]),
        ("/companies/huawei/", ["Company watchlist", "Huawei"]),
        ("/reports/", ["Archive"]),
    ):
        steps = graph(page(path))["BreadcrumbList"]["itemListElement"]
        assert [step["name"] for step in steps] == [django_settings.SITE_NAME, *names]
        assert [step["position"] for step in steps] == list(range(1, len(names) + 2))
        assert steps[-1]["item"] == SITE + path
        for step in steps:
            page(step["item"].removeprefix(SITE))


def test_times_of_publication_and_corrections() -> None:
    with time_machine.travel(datetime(2025, 4, 12, 9, tzinfo=UTC), tick=False):
        report = published(title="Weekly", stories=1).report
    with time_machine.travel(datetime(2025, 4, 13, 9, tzinfo=UTC), tick=False):
        edit(report, standfirst="With a figure put right")
        publish(report, by=None, kind=Edition.Kind.CORRECTION, note="It was <b>€950</b> million.")
    with time_machine.travel(datetime(2025, 4, 14, 9, tzinfo=UTC), tick=False):
        edit(report, standfirst="Not yet")
        publish(
            report, by=None, kind=Edition.Kind.CORRECTION, note="Nobody knows yet", at=datetime(2025, 4, 20, tzinfo=UTC)
        )
        edition = Edition.objects.live().get()
        texts = page(edition.url), page(edition.stories.get(section="china").url)
    for text, kind in zip(texts, ("PublicationIssue", "NewsArticle"), strict=True):
        node = graph(text)[kind]
        assert node["datePublished"] == "2025-04-12T09:00:00+00:00"
        assert node["dateModified"] == "2025-04-13T09:00:00+00:00"
        assert node["correction"] == [
            {
                "@type": "CorrectionComment",
                "text": "It was <b>€950</b> million.",
                "datePublished": "2025-04-13T09:00:00+00:00",
            }
        ]
        assert "Nobody knows yet" not in text
        assert properties(text)["article:modified_time"] == ["2025-04-13T09:00:00+00:00"]


def test_no_title_ends_the_script() -> None:
    evil = "</script><!-- <script>\u2028&amp;"
    edition = published(title=evil, stories=1, companies=[evil])
    text = page(edition.url)
    assert graph(text)["PublicationIssue"]["name"] == " ".join(evil.split())
    assert text.count("<script") == text.count("</script>")


def test_each_language_names_the_others() -> None:
    edition = published(title="Weekly", stories=1)
    path = edition.url
    for prefix in ("", "/zh-hans"):
        text = page(prefix + path)
        links = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]*)">', text))
        assert links == {"en-gb": SITE + path, "x-default": SITE + path, "zh-hans": f"{SITE}/zh-hans{path}"}
        assert f'<link rel="canonical" href="{SITE}{prefix}{path}">' in text


def test_a_page_that_is_known_by_another_address_names_no_others() -> None:
    published(title="Weekly", stories=1)
    for path in ("/", "/zh-hans/"):
        assert "hreflang=" not in page(path).partition("</head>")[0]


def test_breadcrumbs_lead_to_addresses_as_they_are_sent() -> None:
    published(title="Weekly", stories=1, tags=("芯片",))
    steps = graph(page("/tags/%E8%8A%AF%E7%89%87/"))["BreadcrumbList"]["itemListElement"]
    assert steps[-1]["item"] == f"{SITE}/tags/%E8%8A%AF%E7%89%87/"


def test_what_has_no_address_to_be_known_by_names_none() -> None:
    published(title="Weekly", stories=1)
    secret = make(PREFERENCES, follower("reader@example.com").pk)
    pages = {"/nothing-here/": 404, "/comments/reported/": 200, f"/follow/preferences/{secret}/": 200}
    for path, status in pages.items():
        answer = ask(Client(), path)
        assert answer.status == status
        head = answer.text.partition("</head>")[0]
        assert "<title>" in head
        for word in ("canonical", "hreflang=", "og:url", "ld+json", path):
            assert word not in head, f"{path} has {word}"


def test_a_preview_says_nothing_to_programs(client: Client) -> None:
    from tests.factories import person

    report = complete_issue(title="Secret", stories=1)
    client.force_login(person("Editor"))
    text = ask(client, f"/admin/reports/report/{report.pk}/preview/").text
    assert "og:title" not in text
    assert '<meta name="robots" content="noindex">' in text
