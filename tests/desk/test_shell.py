"""The frame of the desk's pages: what they are called, the way to them, and what is said where there is nothing."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from tests.desk.browsing import signed_in, words
from tests.factories import commented, complete_issue, person, picture, published
from tests.staff.entering import PASSWORD, with_password

pytestmark = pytest.mark.django_db

HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
NOT_PAGES = ("logout", "export", "jsi18n", "/r/", "download", ".png")


def bare(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def title_of(response: Any) -> str:
    return bare(response.content.decode().split("<title>")[1].split("</title>")[0])


def way_to(response: Any) -> str:
    """The crumbs over a page."""
    return " › ".join(
        bare(step)
        for step in re.findall(
            r"<li>(.*?)</li>", response.content.decode().split("desk-crumbs")[1].split("</nav>")[0], re.DOTALL
        )
    )


def pages_of(client: Client) -> dict[str, Any]:
    """Every kind of page that links of the desk lead to, the first of each kind."""
    found: dict[str, Any] = {}
    waiting = ["/admin/"]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"/\d+/", "/0/", path)
        if kind in seen:
            continue
        seen.add(kind)
        response = client.get(path)
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        found[path] = response
        for link in re.findall(r'href="([^"#?]+)', response.content.decode()):
            address = urlsplit(urljoin(path, unescape(link)))
            if (
                not address.netloc
                and address.path.startswith("/admin/")
                and not any(p in address.path for p in NOT_PAGES)
            ):
                waiting.append(address.path)
    return found


@pytest.mark.parametrize(("role", "least"), [("Administrator", 70), ("Moderator", 20)])
def test_every_page_has_one_heading_a_name_and_a_way_to_it(role: str, least: int) -> None:
    report = complete_issue(hero=picture())
    published(report)
    commented(report)
    somebody = person(role, username="somebody")
    pages = {path: page for path, page in pages_of(signed_in(somebody)).items() if "popup" not in path}
    assert len(pages) >= least
    headings = {path: len(HEADING.findall(page.content.decode())) for path, page in pages.items()}
    assert {path: number for path, number in headings.items() if number != 1} == {}
    for path, page in pages.items():
        if b'id="nav-sidebar"' in page.content:
            assert way_to(page).startswith("The desk"), path
        assert not re.search(r"^Select|Taggit|Authentication", title_of(page)), path


class TestNames:
    @pytest.mark.parametrize(
        ("path", "title", "way"),
        [
            ("/admin/", "The desk | Newsroom", "The desk"),
            ("/admin/reports/report/", "Issues | Newsroom", "The desk › The periodical › Issues"),
            ("/admin/taggit/tag/", "Tags | Newsroom", "The desk › The periodical › Tags"),
            ("/admin/reports/override/", "Overrides | Newsroom", "The desk › The periodical › Overrides"),
            ("/admin/reports/report/import/", "Import an issue | Newsroom", "The desk › The periodical › Import"),
            ("/admin/comments/decision/", "Log of decisions | Newsroom", "The desk › Comments › Log"),
            ("/admin/account/sessions/", "Your sessions | Newsroom", "The desk › Your account › Your sessions"),
            ("/admin/reports/source/add/", "Add source | Newsroom", "The desk › The periodical › Sources › Add source"),
        ],
    )
    def test_are_those_of_the_menu(self, desk: Client, path: str, title: str, way: str) -> None:
        page = desk.get(path)
        assert title_of(page) == title
        assert way_to(page) == way

    def test_of_a_record_and_of_a_page_about_it(self, desk: Client) -> None:
        report = complete_issue(title="China & the World")
        form = desk.get(f"/admin/reports/report/{report.pk}/change/")
        assert bare(HEADING.findall(form.content.decode())[0]) == "China & the World"
        assert way_to(form) == "The desk › The periodical › Issues › China & the World"
        history = desk.get(f"/admin/reports/report/{report.pk}/history/")
        assert way_to(history) == "The desk › The periodical › Issues › China & the World › History"
        assert f'href="/admin/reports/report/{report.pk}/change/"' in history.content.decode().split("desk-crumbs")[1]

    def test_the_switch_of_languages_stays_on_the_page(self, desk: Client) -> None:
        assert 'href="/zh-hans/admin/reports/source/"' in desk.get("/admin/reports/source/").content.decode()
        assert 'href="/admin/reports/source/"' in desk.get("/zh-hans/admin/reports/source/").content.decode()


class TestWhereThereIsNothing:
    ADDRESSES = ("/admin/nothing/", "/admin/reports/", "/admin/handbook/nothing/", "/admin/reports/report/99/history/")

    @pytest.mark.parametrize("path", ADDRESSES)
    def test_the_desk_says_so_itself(self, desk: Client, path: str) -> None:
        page = desk.get(path)
        assert page.status_code == 404
        assert "There is nothing at this address." in words(page)
        assert 'href="/admin/"' in page.content.decode()
        assert "Look through the archive" not in words(page)
        assert "no-store" in page["Cache-Control"]

    @pytest.mark.parametrize("path", [*ADDRESSES, "/admin/reports/report/"])
    def test_nobody_else_learns_what_there_is(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={path}")

    def test_outside_the_desk_its_people_get_what_readers_get(self, desk: Client, client: Client) -> None:
        assert words(desk.get("/nothing/")) == words(client.get("/nothing/"))
        assert "Look through the archive" in words(desk.get("/nothing/"))

    def test_what_a_role_does_not_include(self) -> None:
        report = complete_issue(title="A secret draft")
        page = signed_in(person("Moderator", username="mo")).get(f"/admin/reports/report/{report.pk}/change/")
        assert page.status_code == 403
        assert "This is not open to you." in words(page)
        assert "A secret draft" not in words(page)


def test_a_form_from_before_the_last_log_in_is_to_be_sent_again() -> None:
    with_password(person("Editor", username="ann"))
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/admin/login/", {"login": "ann", "password": PASSWORD})
    assert answer.status_code == 403
    assert "Please send it once more" in words(answer)
