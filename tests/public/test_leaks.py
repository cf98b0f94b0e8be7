"""
No word and no picture that is not live reaches a reader.

Issues in every state that is not live carry unmistakable words in every field; the whole site is crawled for them,
and all addresses are tried that could be guessed. At the end all are published and each word must be found: a leak
test that could not find its words would prove nothing.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from PIL import Image as Pillow

from newsroom.publishing import cancel, publish, withdraw
from newsroom.revising import keep
from policies.models import Alias as PolicyAlias
from policies.models import Policy
from reports.models import Report, Section, Source
from tests.factories import complete_issue, person, picture, published
from tests.public.crawling import Answer, ask, crawl, own
from watchlist.models import Alias as CompanyAlias
from watchlist.models import Company

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 4, 12, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
COLOURS = {"draft": "red", "scheduled": "lime", "changed": "blue", "withdrawn": "magenta", "cancelled": "cyan"}
NUMBERS = {state: 70_001 + n for n, state in enumerate(COLOURS)}
FIELDS = (
    *("title", "slug", "standfirst", "intro", "chinaheading", "internationalheading", "tag", "takeaway"),
    *("headline", "storyslug", "body", "linked", "linktitle", "storytag", "source", "sourcelink"),
    *("company", "companyslug", "country", "companylink", "note"),
    *("policy", "policyslug", "jurisdiction", "detail"),
    *("alt", "caption", "credit"),
)


def word(state: str, field: str) -> str:
    """Letters alone, so that the word looks the same in a text, in a slug and in an address."""
    return f"{state}zz{field}"


def fill(report: Report, state: str) -> Report:
    """Put a word of the state into everything that the issue says."""
    w = {field: word(state, field) for field in (*FIELDS, "alias")}
    stories = list(report.stories.all())
    for row in (*report.takeaways.all(), *report.credits.all(), *report.notes.all(), *report.updates.all()):
        row.delete()
    report.title, report.slug, report.number = w["title"], w["slug"], NUMBERS[state]
    report.standfirst = w["standfirst"]
    report.intro = f"<p>{w['intro']}</p>"  # type: ignore[assignment]
    report.china_heading, report.international_heading = w["chinaheading"], w["internationalheading"]
    report.hero = picture(420, 40, colour=COLOURS[state], alt=w["alt"], caption=w["caption"], credit=w["credit"])
    report.tags.set([w["tag"]])
    report.save()
    for story in stories:
        story.headline, story.slug = f"{w['headline']} {story.pk}", f"{w['storyslug']}-{story.pk}"
        link = f'<a href="https://{w["linked"]}.example" title="{w["linktitle"]}">link</a>'
        story.body = f"<p>{w['body']} {link}</p>"  # type: ignore[assignment]
        story.tags.set([w["storytag"]])
        story.save()
    report.takeaways.create(text=w["takeaway"])
    source, _ = Source.objects.get_or_create(name=w["source"], link=f"https://{w['sourcelink']}.example/")
    report.credits.create(source=source)
    company, _ = Company.objects.get_or_create(
        name=w["company"], slug=w["companyslug"], country=w["country"], link=f"https://{w['companylink']}.example/"
    )
    CompanyAlias.objects.create(company=company, name=w["alias"])
    report.notes.create(company=company, text=w["note"])
    policy, _ = Policy.objects.get_or_create(title=w["policy"], slug=w["policyslug"], jurisdiction=w["jurisdiction"])
    PolicyAlias.objects.create(policy=policy, name=w["alias"])
    report.updates.create(policy=policy, detail=w["detail"])
    keep(report, by=None)
    return report


def issue(state: str) -> Report:
    return fill(complete_issue(title=f"Issue {state}", stories=2, issued_on=date(2025, 5, 1)), state)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def hidden(clock: time_machine.Traveller) -> dict[str, Report]:
    """A site with live issues, and in every other state one that must not be seen."""
    for year in range(2014, 2025):
        published(title=f"Public {year}", stories=1, issued_on=date(year, 6, 1))
    changed = published(title="Issue changed", stories=2, issued_on=date(2025, 5, 1)).report
    reports = {"changed": fill(changed, "changed"), **{s: issue(s) for s in COLOURS if s != "changed"}}
    publish(reports["scheduled"], by=None, at=LATER)
    publish(reports["cancelled"], by=None, at=LATER)
    cancel(reports["cancelled"], by=None)
    publish(reports["withdrawn"], by=None)
    withdraw(reports["withdrawn"], by=None)
    # What is scheduled for a live issue is hidden too, and so is what the desk registered for no issue yet.
    publish(reports["changed"], by=None, at=LATER)
    Company.objects.create(name=word("draft", "lonecompany"), slug=word("draft", "lonecompany"))
    Policy.objects.create(title=word("draft", "lonepolicy"), slug=word("draft", "lonepolicy"))
    # A picture that is in no issue.
    picture(64, 40, alt=word("draft", "lonepicture"), colour=COLOURS["draft"])
    return reports


def leaks(body: bytes) -> set[str]:
    text = body.decode(errors="replace").casefold()
    words = {f"{state}zz" for state in COLOURS if f"{state}zz" in text}
    return words | {str(number) for number in NUMBERS.values() if f"no. {number}" in text}


def pictures(report: Report) -> list[str]:
    """The files of an issue's hero: as uploaded, and every rendition."""
    assert report.hero
    media = Path(django_settings.MEDIA_ROOT)
    stem = Path(report.hero.file.name).stem
    names = [str(path.relative_to(media)) for path in media.rglob(f"*{stem}*") if path.is_file()]
    assert len(names) == 1 + 3, "the original, and it as AVIF, WebP and JPEG"
    return [f"/media/{name}" for name in names]


def guesses(report: Report) -> list[str]:
    """Addresses at which somebody who knows the desk, or its habits, would try."""
    issue_at = f"/reports/{report.slug}/"
    found = [issue_at, f"{issue_at}?preview=1", f"/admin/reports/report/{report.pk}/change/"]
    found += [f"{issue_at}{story.slug}/" for story in report.stories.all()]
    found += [f"/companies/{note.company.slug}/" for note in report.notes.all()]
    found += [f"/companies/{alias.name}/" for note in report.notes.all() for alias in note.company.aliases.all()]
    found += [f"/policies/{update.policy.slug}/" for update in report.updates.all()]
    found += [f"/tags/{tag.slug}/" for tag in report.tags.all()]
    found += [f"/tags/{tag.slug}/" for story in report.stories.all() for tag in story.tags.all()]
    found += [f"/feed{path}" for path in found if path.startswith(("/companies/", "/policies/", "/tags/"))]
    found += [
        f"{path}?before={day}.{pk}"
        for path in ("/reports/", *(f"/sections/{section}/" for section in Section.values))
        for day in ("9999-12-31", report.issued_on, date(2025, 5, 2))
        for pk in (report.pk, report.pk + 1, 10**17)
    ]
    return found


FIXED = (
    *("/robots.txt", "/sitemap.xml", "/sitemap-reports.xml", "/feed/", "/feeds/", "/rss/", "/atom.xml", "/feed.xml"),
    *("/reports/feed/", "/search/", "/search/?q=zz", "/api/", "/api/reports/", "/media/", "/media/images/", "/tags/"),
    *("/sections/", "/preview/", "/drafts/", "/?page=2", "/reports/?page=2"),
    *("/llms.txt", "/feed/opml/", "/feed/corrections/", "/feed/corrections/json/", "/sitemap-news.xml"),
    *(f"/sitemap-{kind}-1.xml" for kind in ("issues", "stories", "companies", "policies", "tags", "pages")),
)


def without_echo(address: str, answer: Answer) -> bytes:
    """The answer less what it only repeats of the question."""
    body = answer.body
    for part in [address.partition("?")[0], *address.partition("?")[0].strip("/").split("/")]:
        if len(part) > 3:
            body = body.replace(part.encode(), b"")
    return body


def test_nothing_that_is_not_live_is_on_any_page(hidden: dict[str, Report], client: Client) -> None:
    answers = crawl(client, ["/", "/reports/?before=9999-12-31.1", *FIXED])
    assert len([answer for answer in answers.values() if answer.status == 200]) > 50
    assert any("?before=" in address for address in answers if answers[address].status == 200 and "sections" in address)
    for address, answer in answers.items():
        assert not leaks(answer.body), address
        assert not leaks(repr(answer.headers).encode()), address
    client.force_login(person(is_superuser=True))
    assert crawl(client, answers) == answers, "staff see the public pages that everybody sees"


def test_nothing_is_found_by_guessing_addresses(hidden: dict[str, Report], client: Client) -> None:
    for state, address in ((state, address) for state, report in hidden.items() for address in guesses(report)):
        answer = ask(client, address)
        assert not leaks(without_echo(address, answer)), address
        if address.startswith("/admin/"):
            assert answer.status == 302
        elif "?before=" in address:
            assert answer.status == 200
        elif state == "withdrawn" and address.startswith("/reports/"):
            assert answer.status == 410
        else:
            assert answer.status == 404, address


def test_an_unpublished_address_answers_as_one_that_never_was(hidden: dict[str, Report], client: Client) -> None:
    for state in ("draft", "scheduled", "changed", "cancelled"):
        for address in guesses(hidden[state]):
            if "?" in address or address.startswith("/admin/"):
                continue
            parts = address.strip("/").split("/")
            kept = 2 if parts[0] == "feed" else 1  # what stands there before a name
            other = "/".join(["", *parts[:kept], *("x" * len(part) for part in parts[kept:]), ""])
            one, never = ask(client, address), ask(client, other)
            assert without_echo(address, one) == without_echo(other, never)
            ignored = {"Content-Length", "ETag"}
            assert {k: v for k, v in one.headers.items() if k not in ignored} == {
                k: v for k, v in never.headers.items() if k not in ignored
            }


def test_no_picture_is_served_before_its_issue_is_live(hidden: dict[str, Report]) -> None:
    staff, writer = Client(), Client()
    staff.force_login(person("Writer"))
    writer.force_login(person(is_staff=False))
    for address in (address for report in hidden.values() for address in pictures(report)):
        for nobody in (Client(), writer):
            answer = ask(nobody, address)
            assert answer.status == 404
            assert answer.headers["Content-Type"].startswith("text/html")
        answer = ask(staff, address)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_all_words_and_pictures_appear_once_they_are_published(
    hidden: dict[str, Report], client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(LATER)
    for state, report in hidden.items():
        if state not in ("scheduled", "changed"):
            publish(report, by=None)
    answers = crawl(client)
    assert {answer.status for answer in answers.values()} == {200}
    everything = b"\n".join(answer.body for answer in answers.values() if b"<html" in answer.body).decode()
    missing = [word(state, field) for state in COLOURS for field in FIELDS if word(state, field) not in everything]
    assert missing == []
    assert all(f"No. {number}" in everything for number in NUMBERS.values())
    assert "zzalias" not in everything, "other spellings are for the desk alone"
    assert "zzlone" not in everything
    for state, report in hidden.items():
        for address in guesses(report):
            if "?" not in address and "alias" not in address and not address.startswith("/admin/"):
                assert ask(client, address).status == 200, address
        for address in pictures(report):
            answer = ask(client, address)
            assert answer.status == 200
            pixel = Pillow.open(BytesIO(answer.body)).convert("RGB").getpixel((5, 5))
            expected = Pillow.new("RGB", (1, 1), COLOURS[state]).getpixel((0, 0))
            assert isinstance(pixel, tuple)
            assert isinstance(expected, tuple)
            assert all(abs(a - b) < 60 for a, b in zip(pixel, expected, strict=True))
    assert {own("/", a) for a in answers if a.startswith("/media/")}, "the crawl reached pictures"


def test_words_that_readers_had_once_are_gone_with_their_edition(client: Client) -> None:
    report = issue("draft")
    publish(report, by=None)
    assert leaks(ask(client, "/").body)
    files = pictures(report)
    fill(report, "changed")
    publish(report, by=None)
    answers = crawl(client)
    for address, answer in answers.items():
        assert leaks(answer.body) <= {"changedzz", str(NUMBERS["changed"])}, address
    for address in files:
        assert ask(client, address).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "../secret-key",
        "images/../../secret-key",
        "%2e%2e/secret-key",
        "..%2fsecret-key",
        "....//secret-key",
        "/etc/passwd",
        "images/",
        "",
        "images/%00.jpg",
        "images/%.jpg",
        "images/_.jpg",
        "..\\secret-key",
    ],
)
def test_files_beside_the_pictures_are_out_of_reach(path: str, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("zzcontentzz")
    published(hero=picture(64, 40))
    staff = Client(raise_request_exception=True)
    staff.force_login(person("Editor"))
    for client in (Client(), staff):
        answer = ask(client, f"/media/{path}")
        assert answer.status in (400, 404)
        assert b"zzcontentzz" not in answer.body


def test_a_file_named_like_a_live_picture_elsewhere_is_out_of_reach(tmp_path: Path, client: Client) -> None:
    stem = Path(published(hero=picture(64, 40)).image).stem
    (tmp_path / f"{stem}.jpg").write_text("zzcontentzz")
    answer = ask(client, f"/media/../{stem}.jpg")
    assert answer.status in (400, 404)
    assert b"zzcontentzz" not in answer.body
