"""Previews at the desk: their page, making links and revoking them."""

import re
from typing import Any

import pytest
from django.test import Client

from newsroom.models import PreviewLink
from newsroom.previews.sharing import share
from newsroom.publishing import publish
from reports.models import Report
from tests.desk.browsing import Form, signed_in, words
from tests.factories import complete_issue, edit, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    return complete_issue(title="Not out yet")


@pytest.fixture
def desk() -> Client:
    return signed_in(person("Editor", username="editor"))


def page_of(report: Report) -> str:
    return f"/admin/reports/report/{report.pk}/previews/"


def address_on(page: Any) -> str:
    found = re.search(r'value="http[^"]*?(/preview/[^"]+/)"', page.content.decode())
    return found[1] if found else ""


def test_shows_the_page_in_a_frame(desk: Client, report: Report) -> None:
    page = desk.get(page_of(report))
    assert f'<iframe src="/admin/reports/report/{report.pk}/preview/"' in page.content.decode()
    framed = desk.get(f"/admin/reports/report/{report.pk}/preview/")
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_desks_preview_leads_to_no_page_that_is_not_there(desk: Client, report: Report) -> None:
    page = desk.get(f"/admin/reports/report/{report.pk}/preview/").content.decode()
    assert f'href="/reports/{report.slug}/' not in page
    assert 'target="_top"' in page


def test_a_story_has_a_preview_of_its_own_page(desk: Client, report: Report) -> None:
    first, second = report.stories.filter(section="china")[:2]
    first.body = '<p>Only “here” — 不. <a href="/reports/elsewhere/">Elsewhere</a></p><h3>Under</h3>'
    first.tags.add("Robots")
    first.save()
    here = f"/admin/reports/report/{report.pk}/preview/"
    assert f'href="{first.pk}/"' in desk.get(here).content.decode()
    page = desk.get(f"{here}{first.pk}/")
    text = page.content.decode()
    assert "Preview — not published. Only the desk can see this page." in words(page)
    assert "Only “here” —" in words(page)
    assert first.headline in re.search(r"<h1.*?</h1>", text, re.DOTALL)[0]
    assert "<h2>Under</h2>" in text, "as on the page that readers get"
    assert "<a>Robots</a>" in text
    assert f'href="../{second.pk}/"' in text
    assert "/reports/elsewhere/" not in text
    assert f'href="/reports/{report.slug}/' not in text
    assert "noindex" in text
    assert {"private", "no-store"} <= set(page.headers["Cache-Control"].split(", "))
    assert desk.get(f"{here}{first.pk + 999}/").status_code == 404
    assert signed_in(person("Moderator")).get(f"{here}{first.pk}/").status_code == 403
    publish(report, by=None)
    assert "not published" not in words(desk.get(f"{here}{first.pk}/"))


def test_a_link_is_shown_once(desk: Client, report: Report) -> None:
    page = Form(desk.get(page_of(report)), "label").send(desk, label="for the lawyer")
    address = address_on(page)
    assert page.status_code == 200
    assert {"private", "no-store"} <= set(page.headers["Cache-Control"].split(", "))
    assert Client().get(address).status_code == 200
    later = desk.get(page_of(report))
    assert address_on(later) == ""
    assert address.split("/")[2] not in later.content.decode()
    assert "for the lawyer" in words(later)
    assert "opened once, on" in words(later)
    assert PreviewLink.objects.get().created_by.username == "editor"


def test_a_pinned_one(desk: Client, report: Report) -> None:
    page = Form(desk.get(page_of(report)), "label").send(desk, pinned="on")
    edit(report, title="Later")
    assert "Not out yet" in words(Client().get(address_on(page)))
    assert "Revision 1" in words(desk.get(page_of(report)))


def test_a_label_that_is_too_long(desk: Client, report: Report) -> None:
    answer = Form(desk.get(page_of(report)), "label").send(desk, label="x" * 101)
    assert answer.status_code == 422
    assert "at most 100 characters" in words(answer)
    assert Form(answer, "label")["label"] == "x" * 101
    assert not PreviewLink.objects.exists()


def test_revoking(desk: Client, report: Report) -> None:
    _link, token = share(report, by=None, label="<b>x</b>")
    page = desk.get(page_of(report))
    action = re.search(r'action="([^"]*revoke/)"', page.content.decode())
    assert action
    desk.get(action[1])
    assert Client().get(f"/preview/{token}/").status_code == 200
    done = desk.post(action[1], follow=True)
    assert "Revoked: the link opens nothing any more." in words(done)
    assert "<b>x</b>" not in done.content.decode()
    assert Client().get(f"/preview/{token}/").status_code == 404


def test_another_issues_link_is_not_revoked_here(desk: Client, report: Report) -> None:
    link, token = share(complete_issue(title="Other"), by=None)
    assert desk.post(f"{page_of(report)}{link.pk}/revoke/").status_code == 404
    assert Client().get(f"/preview/{token}/").status_code == 200


class TestRights:
    def test_a_writer_sees_the_preview_and_no_links(self, report: Report) -> None:
        link, token = share(report, by=None, label="for the lawyer")
        client = signed_in(person("Writer"))
        page = client.get(page_of(report))
        assert page.status_code == 200
        assert "for the lawyer" not in page.content.decode()
        assert client.post(page_of(report), {"label": "x"}).status_code == 403
        assert client.post(f"{page_of(report)}{link.pk}/revoke/").status_code == 403
        assert PreviewLink.objects.count() == 1
        assert Client().get(f"/preview/{token}/").status_code == 200

    @pytest.mark.parametrize("role", ["", "Moderator"])
    def test_others_see_nothing(self, report: Report, role: str) -> None:
        link, _token = share(report, by=None)
        client = signed_in(person(role))
        for method in (client.get, client.post):
            for page in (page_of(report), f"{page_of(report)}{link.pk}/revoke/"):
                assert method(page).status_code == 403

    def test_nobody_without_an_account(self, report: Report) -> None:
        assert Client().get(page_of(report)).headers["Location"].startswith("/admin/login/")

    def test_no_form_of_another_site(self, report: Report) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(person("Editor"))
        assert client.post(page_of(report), {"label": "x"}).status_code == 403
        assert not PreviewLink.objects.exists()


def test_costs_the_same_for_many_links(desk: Client, report: Report, django_assert_num_queries: Any) -> None:
    desk.get(page_of(report))
    for number in (1, 3):
        while report.preview_links.count() < number:
            share(report, by=person("Editor"), pinned=True)
        with django_assert_num_queries(7):
            desk.get(page_of(report))
