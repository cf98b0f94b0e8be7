"""The interface speaks the language that the address begins with, and asks nothing else."""

import re

import pytest
from django.test import Client
from django.utils import translation

from newsroom.publishing import publish, withdraw
from tests.factories import complete_issue, edit, person, picture, published
from tests.public.crawling import ask, crawl

pytestmark = pytest.mark.django_db


def test_each_public_page_has_an_address_in_each_language(client: Client) -> None:
    edition = published(title="Weekly", stories=1, hero=picture(64, 40), companies=["Huawei"], policies=["EU AI Act"])
    for path in (
        "/",
        "/reports/",
        edition.url,
        edition.stories.first().url,
        "/companies/huawei/",
        "/policies/",
        "/follow/",
    ):
        english, chinese = ask(client, path), ask(client, f"/zh-hans{path}")
        assert (english.status, chinese.status) == (200, 200)
        assert '<html lang="en-gb">' in english.text
        assert '<html lang="zh-hans">' in chinese.text
        assert (english.headers["Content-Language"], chinese.headers["Content-Language"]) == ("en-gb", "zh-hans")


def test_neither_cookie_nor_header_changes_the_language(client: Client) -> None:
    published(title="Weekly", stories=1)
    plain = ask(client, "/reports/")
    client.cookies["django_language"] = "zh-hans"
    asked = ask(client, "/reports/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert asked.body == plain.body
    assert "Language" not in asked.headers.get("Vary", "")
    assert "Cookie" not in asked.headers.get("Vary", "")
    assert "Set-Cookie" not in asked.headers


def test_a_language_does_not_stay_for_the_next_request(client: Client) -> None:
    before = translation.get_language()
    ask(client, "/zh-hans/reports/")
    assert translation.get_language() == before
    assert ask(client, "/reports/").headers["Content-Language"] == "en-gb"


@pytest.mark.parametrize(
    "path", ["/en-gb/reports/", "/zh/reports/", "/fr/reports/", "/zh-hant/reports/", "/zh-hans", "/zh-hansx/"]
)
def test_no_page_has_a_second_address_in_one_language(client: Client, path: str) -> None:
    published(title="Weekly", stories=1)
    assert ask(client, path).status in {301, 404}


def test_who_reads_in_chinese_stays_there(client: Client) -> None:
    """But for what has one address whatever the language: files, feeds and the switch back."""
    edition = published(title="Weekly", stories=2, companies=["Huawei"], policies=["EU AI Act"])
    report = published(title="Moves", stories=1).report
    edit(report, slug="moved")
    publish(report, by=None)
    text = ask(client, f"/zh-hans{edition.url}").text
    body = text.partition("<main")[2].partition("</main>")[0]

    paths = {
        path
        for path in re.findall(r'<a[^>]*\shref="(/[^"]*)"', body)
        if not path.startswith(("/feed/", "/comments/on"))
    }
    assert paths
    assert {path for path in paths if not path.startswith("/zh-hans/")} == set()
    assert ask(client, "/zh-hans/reports/moves/").headers["Location"] == "/zh-hans/reports/moved/"


def test_dates_are_written_as_each_language_has_them(client: Client) -> None:
    edition = published(title="Weekly", stories=1)
    assert "12 April 2025" in ask(client, edition.url).text
    chinese = ask(client, f"/zh-hans{edition.url}").text
    assert "2025年4月12日" in chinese
    assert "April" not in chinese.partition("<main")[2].partition("</main>")[0]


def test_what_is_withdrawn_or_not_published_is_so_in_each_language(client: Client) -> None:
    gone = published(title="Gone", stories=1)
    withdraw(gone.report, by=None)
    complete_issue(title="Draft")
    assert ask(client, "/zh-hans/reports/gone/").status == 410
    assert ask(client, "/zh-hans/reports/draft/").status == 404


def test_the_desk_has_both_too_and_its_own_policy_in_both(client: Client) -> None:
    client.force_login(person("Editor"))
    for path in ("/admin/", "/zh-hans/admin/"):
        answer = ask(client, path)
        assert answer.status == 200
        assert "'unsafe-eval'" in answer.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in ask(client, "/zh-hans/reports/").headers["Content-Security-Policy"]


def test_every_link_in_chinese_leads_somewhere(client: Client) -> None:
    published(title="全球报告", stories=1, hero=picture(64, 40), story_tags=["全球"])
    published(title="Weekly", stories=1)
    answers = crawl(client, ["/zh-hans/"])
    assert {path: answer.status for path, answer in answers.items() if answer.status != 200} == {}
    assert len([path for path in answers if path.startswith("/zh-hans/")]) > 20
