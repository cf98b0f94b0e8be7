"""What comes with every public answer: nothing personal, a strict policy, and how long a copy holds."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.conf import settings as django_settings
from django.template.base import Template
from django.test import Client

from newsroom.publishing import publish, withdraw
from tests.factories import complete_issue, edit, person, picture, published
from tests.public.crawling import Answer, ask, crawl, without_own_script

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
PAGES = {
    "/": 200,
    "/reports/": 200,
    "/reports/ai-robotics/": 200,
    "/reports/ai-robotics/china-story-1-of-ai-robotics/": 200,
    "/companies/": 200,
    "/companies/company-1/": 200,
    "/policies/": 200,
    "/policies/policy-1/": 200,
    "/tags/chips/": 200,
    "/sections/china/": 200,
    "/reports/moves/": 301,
    "/reports/gone/": 410,
    "/reports/gone/story/": 410,
    "/reports/nothing/": 404,
    "/reports/ai-robotics/nothing/": 404,
    "/companies/nothing/": 404,
    "/policies/nothing/": 404,
    "/tags/nothing/": 404,
    "/sections/nothing/": 404,
    "/reports/?before=nonsense": 404,
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def site() -> None:
    published(hero=picture(64, 40))
    report = published(title="Moves").report
    edit(report, slug="moved")
    publish(report, by=None)
    withdraw(published(title="Gone").report, by=None)


@pytest.fixture(params=["anybody", "staff", "forged cookies"])
def visitor(request: pytest.FixtureRequest) -> Client:
    client = Client()
    if request.param == "staff":
        client.force_login(person(is_superuser=True))
    if request.param == "forged cookies":
        for name in (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME, "messages"):
            client.cookies[name] = "x" * 32
    return client


def varies(answer: Answer) -> set[str]:
    return {name.strip().casefold() for name in answer.headers.get("Vary", "").split(",") if name.strip()}


def test_no_answer_knows_who_asked(site: None, visitor: Client) -> None:
    for path in (*PAGES, "/nothing", "/nothing/", "/reports", "/reports/ai-robotics"):
        answer = ask(visitor, path)
        assert answer.status == PAGES.get(path, answer.status), path
        assert "Set-Cookie" not in answer.headers, path
        assert "cookie" not in varies(answer), path
        assert "csrf" not in answer.text, path


def test_a_picture_knows_nobody_either(site: None, visitor: Client) -> None:
    address = next(a for a in crawl(Client()) if a.startswith("/media/"))
    answer = ask(visitor, address)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Content-Type"].startswith("image/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "cookie" not in varies(answer)
    assert "Set-Cookie" not in answer.headers


def test_a_picture_that_did_not_change_is_not_sent_again(site: None, client: Client) -> None:
    address = next(a for a in crawl(Client()) if a.startswith("/media/"))
    again = ask(client, address, headers={"If-Modified-Since": ask(client, address).headers["Last-Modified"]})
    assert (again.status, again.headers["Cache-Control"]) == (304, "public, max-age=3600")


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "images/%00.jpg",
        "images/a%00b.jpg",
        "a%00/images/a.jpg",
        f"images/{'a' * 64}.jpg",
        f"images/{'a' * 3000}.jpg",
        f"images/{'b/' * 3000}a.jpg",
        f"__processed__/aaa/bbb/a-{'c' * 12}.avif",
        "images/a.jpg/",
        "images",
        "secret-key",
    ],
)
def test_no_name_of_a_picture_breaks_the_site(client: Client, name: str, staff: bool) -> None:
    if staff:
        client.force_login(person(is_superuser=True))
    assert ask(client, f"/media/{name}").status in (400, 404)


def test_a_file_that_cannot_be_read_is_missing(site: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = next(a for a in crawl(Client()) if a.startswith("/media/"))

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise OSError(36, "File name too long")

    monkeypatch.setattr("newsroom.views.serve", refuse)
    assert ask(client, address).status == 404


def test_what_is_missing_is_remembered_for_a_minute_at_most(site: None, client: Client) -> None:
    for path in ("/nothing", "/nothing/", "/media/images/none.jpg", "/media/nothing"):
        assert (ask(client, path).status, max_age(ask(client, path))) == (404, 60), path
    publish(complete_issue(title="Soon"), by=None, at=NOW + timedelta(seconds=10))
    assert max_age(ask(client, "/media/images/none.jpg")) == 10
    client.force_login(person(is_superuser=True))
    assert "public" not in ask(client, "/admin/nothing/").headers.get("Cache-Control", "")


def test_a_picture_that_is_not_public_depends_on_who_asks_and_says_so(client: Client) -> None:
    report = complete_issue(hero=picture(64, 40))
    assert report.hero
    answer = ask(client, f"/media/{report.hero.file.name}")
    assert answer.status == 404
    assert "Set-Cookie" not in answer.headers
    assert "cookie" in varies(answer), "staff get the picture at this address: no cache may give them this 404"


def test_the_policy_is_strict(site: None, client: Client) -> None:
    for path in PAGES:
        answer = ask(client, path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|data:|blob:|https?:|\*", policy), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", without_own_script(answer.text)), path


def max_age(answer: Answer) -> int:
    """How long a cache that many share may keep it."""
    control = answer.headers["Cache-Control"]
    assert "public" in control
    assert "private" not in control
    assert re.search(r"\bmax-age=0\b", control), "a browser asks each time, so that a comment shows at once"
    found = re.search(r"s-maxage=(\d+)", control)
    assert found
    return int(found[1])


@pytest.mark.parametrize(("seconds", "age"), [(None, 60), (3600, 60), (60, 60), (59.9, 59), (1, 1), (0.5, 0)])
def test_no_copy_outlives_what_is_scheduled(site: None, client: Client, seconds: float | None, age: int) -> None:
    if seconds is not None:
        publish(complete_issue(title="Soon"), by=None, at=NOW + timedelta(seconds=seconds))
        publish(complete_issue(title="Later"), by=None, at=NOW + timedelta(days=1))
    assert {path: max_age(ask(client, path)) for path in PAGES} == dict.fromkeys(PAGES, age)


def test_a_page_that_took_its_time_is_kept_no_longer(
    client: Client, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    publish(complete_issue(title="Soon"), by=None, at=NOW + timedelta(seconds=10))
    render = Template.render

    def slowly(self: Any, context: Any) -> Any:
        if self.origin.template_name == "reports/report_detail.html":
            clock.shift(4)
        return render(self, context)

    monkeypatch.setattr(Template, "render", slowly)
    assert max_age(ask(client, "/")) == 6
    monkeypatch.undo()
    clock.move_to(NOW + timedelta(seconds=10))
    assert max_age(ask(client, "/")) == 60


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_page_that_did_not_change_is_not_sent_again(site: None, client: Client, encoding: str) -> None:
    options = {"Accept-Encoding": encoding}
    for path in (path for path, status in PAGES.items() if status == 200):
        first = client.get(path, headers=options)
        assert first.status_code == 200
        again = client.get(path, headers={**options, "If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again["ETag"].removeprefix("W/") == first["ETag"].removeprefix("W/")
        assert again["Cache-Control"] == first["Cache-Control"]
        assert not again.cookies
        assert client.get(path, headers={**options, "If-None-Match": '"other"'}).status_code == 200


def test_a_changed_page_has_another_tag(client: Client) -> None:
    report = published().report
    first = client.get("/")
    edit(report, standfirst="Changed")
    assert client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    publish(report, by=None)
    assert client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_head_answers_as_get_without_the_page(site: None, client: Client) -> None:
    ignored = {"Content-Length", "ETag"}  # which need the page
    for path in PAGES:
        get, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (get.status_code, b""), path
        assert {k: v for k, v in head.items() if k not in ignored} == {k: v for k, v in get.items() if k not in ignored}


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_is_changed_by_other_methods(site: None, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    for path in PAGES:
        response = getattr(client, method)(path)
        assert response.status_code in (403, 405)
        assert not response.cookies


def canonical(text: str) -> str:
    (found,) = re.findall(r'<link rel="canonical" href="([^"]*)">', text)
    return found


def test_every_page_names_its_address_and_its_language(site: None, client: Client) -> None:
    for path in (path for path, status in PAGES.items() if status == 200):
        home = "/reports/moved/" if path == "/" else path
        for query in ("", "?utm_source=x"):
            answer = ask(client, path + query)
            assert canonical(answer.text) == f"{django_settings.SITE_URL}{home}"
            assert '<html lang="en-gb">' in answer.text
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_later_page_of_a_list_names_itself_and_a_missing_page_nothing(site: None, client: Client) -> None:
    answer = ask(client, "/reports/?before=2099-01-01.5&utm_source=x")
    assert canonical(answer.text) == f"{django_settings.SITE_URL}/reports/?before=2099-01-01.5"
    assert 'rel="canonical"' not in ask(client, "/reports/nothing/").text


def test_addresses_in_other_scripts_are_named_too(client: Client) -> None:
    story = published(title="全球报告", story_tags=["芯片"]).stories.first()
    assert story
    for path in ("/reports/全球报告/", "/tags/芯片/", unquote(story.url)):
        address = canonical(ask(client, path).text)
        assert address.isascii()
        assert unquote(address) == django_settings.SITE_URL + path
