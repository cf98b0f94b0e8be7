"""What stands on each public page, in which order, and what stands there before there is anything."""

import re
from datetime import date
from itertools import chain

import pytest
from django.test import Client
from django.utils.html import escape

from newsroom.publishing import publish, withdraw
from reports.models import Report
from tests.factories import ImageFactory, ReportFactory, StoryFactory, complete_issue, edit, picture, published
from tests.public.crawling import ask, crawl, without_own_script

pytestmark = pytest.mark.django_db


def read(path: str) -> str:
    """The main part of a page."""
    answer = ask(Client(), path)
    assert answer.status == 200, path
    return answer.text.partition("<main")[2].partition("</main>")[0]


def in_order(text: str, *parts: str) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at) + 1
        if not at:
            pytest.fail(f"{part!r} is not there, or not in its place")
    return True


def linked(text: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', text)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/", ""),
        ("/reports/", "No issue has been published yet"),
        ("/companies/", "No company is on the watchlist yet"),
        ("/policies/", "No policy is being followed yet"),
        ("/sections/china/", "No China story has been published yet"),
        ("/sections/international/", "No International story has been published yet"),
    ],
)
def test_a_page_before_the_first_issue(path: str, says: str) -> None:
    complete_issue(title="A draft")
    text = read(path)
    assert says in text
    assert "A draft" not in text
    assert text.count("<h1") == 1
    assert set(crawl(Client())) >= {path}


def test_the_issue() -> None:
    hero = picture(64, 40, alt="A “robot”", caption="Caption", credit="Credit")
    report = complete_issue(title="AI & <b>", stories=2, hero=hero, number=7, standfirst="Stand & first")
    edition = published(report)
    text = read(edition.url)
    assert in_order(
        text,
        "No. 7",
        '<time datetime="2025-04-12">12 April 2025</time>',
        "AI &amp; &lt;b&gt;</h1>",
        "Stand &amp; first",
        'alt="A “robot”"',
        "Caption",
        "Credit",
        "<p>What AI &amp; &lt;b&gt; is about.</p>",
        "Top 2 China stories",
        "Top 2 International stories",
        'id="china-1"',
        "China story 1 of AI &amp; &lt;b&gt;",
        "<p>Body of china 1.</p>",
        'id="china-2"',
        'id="international-1"',
        'id="international-2"',
        "Reporting contributed by <b>Reuters</b> and <b>Xinhua</b>",
        "Takeaway 1",
        "Takeaway 2",
        "Takeaway 3",
        "Company 1",
        "Company 2",
        "Policy 1",
        "Policy 3",
        'href="/tags/chips/"',
    )
    assert text.count("<h1") == 1
    assert text.count('<article class="story"') == 4


def test_the_issue_says_nothing_of_what_it_has_not() -> None:
    report = complete_issue(stories=1, companies=0, policies=0, tags=(), story_tags=())
    report.takeaways.all().delete()
    report.credits.all().delete()
    report.stories.filter(section="china").delete()
    text = read(published(report).url)
    for heading in ("Key takeaways", "Company watchlist", "Policy tracker", "Reporting contributed", "China"):
        assert heading not in text.replace("China story", "")
    assert "<picture" not in text
    assert "Top 1 International" in text


def test_a_picture_whose_file_is_to_come_is_not_shown() -> None:
    text = read(published(hero=ImageFactory.create(alt="A robot")).url)
    assert "A robot" not in text
    assert "<picture" not in text


def test_the_newest_issue_is_at_the_front() -> None:
    assert "Older" not in read("/")
    published(title="Newer", issued_on=date(2025, 5, 1))
    published(title="Older", issued_on=date(2025, 4, 1))
    assert "Newer</h1>" in read("/")
    # Of two of one day, the one that was made last.
    twin = published(title="Twin", issued_on=date(2025, 5, 1))
    assert "Twin</h1>" in read("/")
    withdraw(twin.report, by=None)
    assert "Newer</h1>" in read("/")


def test_issues_know_their_neighbours_by_date() -> None:
    slugs = ["first", "second", "third"]
    for month in (2, 3, 1):
        published(title=slugs[month - 1].title(), issued_on=date(2025, month, 1))
    withdraw(published(title="Between", issued_on=date(2025, 2, 15)).report, by=None)
    complete_issue(title="Draft", issued_on=date(2025, 2, 16))

    def pager(slug: str) -> list[str]:
        return linked(read(f"/reports/{slug}/").partition('aria-label="Other issues"')[2])

    assert pager("first") == ["/reports/second/"]
    assert pager("second") == ["/reports/first/", "/reports/third/"]
    assert pager("third") == ["/reports/second/"]


def test_neighbours_of_one_day() -> None:
    for number in (1, 2, 3):
        published(title=f"Issue {number}")
    text = read("/reports/issue-2/").partition('aria-label="Other issues"')[2]
    assert linked(text) == ["/reports/issue-1/", "/reports/issue-3/"]


def test_a_story_and_its_neighbours() -> None:
    edition = published(title="X", stories=3)
    text = read("/reports/x/china-story-2-of-x/")
    assert in_order(
        text,
        '<a class="dateline__world" href="/sections/china/">China</a>',
        "Number 2",
        "China story 2 of X</h1>",
        "<p>Body of china 2.</p>",
        'href="/tags/robots/"',
        f'href="{edition.url}"',
        'rel="prev"',
        'rel="next"',
    )
    assert linked(text.partition('aria-label="Stories in this section"')[2]) == [
        "/reports/x/china-story-1-of-x/",
        "/reports/x/china-story-3-of-x/",
    ]
    last = read("/reports/x/china-story-3-of-x/").partition('aria-label="Stories in this section"')[2]
    assert linked(last) == ["/reports/x/china-story-2-of-x/"]


def test_headings_within_a_story_stand_below_its_own() -> None:
    report = complete_issue(stories=1)
    report.stories.filter(section="china").update(body="<h3>Why</h3><p>So.</p>")
    edition = published(report)
    assert "<h4>Why</h4>" in read(edition.url)
    assert "<h2>Why</h2>" in read(edition.stories.get(section="china").url)


def test_the_archive_by_year() -> None:
    for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 1)):
        published(title=f"Of {day}", issued_on=day)
    text = read("/reports/")
    assert in_order(
        text,
        ">2025</h2>",
        "Of 2025-06-01",
        "China story 1 of Of 2025-06-01",
        "International story 1 of Of 2025-06-01",
        "Of 2025-01-01",
        ">2024</h2>",
        "Of 2024-12-31",
    )
    assert text.count("</h2>") == 2


def test_the_archive_leads_to_each_of_its_years() -> None:
    published(title="Of 2022", issued_on=date(2022, 12, 31))
    assert 'aria-label="Years"' not in read("/reports/"), "there is one alone"
    published(title="First of 2025", issued_on=date(2025, 1, 1))
    published(title="Last of 2025", issued_on=date(2025, 12, 31))
    text = read("/reports/")
    years = dict(re.findall(r'<a href="([^"]*)"(?: aria-current="true")?>(20\d\d)</a>', text))
    assert list(years.values()) == ["2025", "2024", "2023", "2022"]
    shown = {year: re.findall(r"First of 2025|Last of 2025|Of 2022", read(address)) for address, year in years.items()}
    assert {year: list(dict.fromkeys(titles)) for year, titles in shown.items()} == {
        "2025": ["Last of 2025", "First of 2025", "Of 2022"],
        "2024": ["Of 2022"],
        "2023": ["Of 2022"],
        "2022": ["Of 2022"],
    }


def walk(path: str) -> list[list[str]]:
    """The issues that each page of a list links to, page by page to its end."""
    pages = []
    while path:
        text = read(path)
        pages.append(list(dict.fromkeys(re.findall(r'href="/reports/(issue-\d\d)/"', text))))
        path = next(iter(re.findall(r'href="([^"]+)" rel="next"', text)), "").replace("&amp;", "&")
    return pages


@pytest.mark.parametrize(
    ("path", "sizes"),
    [("/sections/china/", [10, 10, 10, 10, 10, 2]), ("/tags/robots/", [20, 20, 12]), ("/reports/", [50, 2])],
)
def test_lists_are_walked_to_their_end(path: str, sizes: list[int]) -> None:
    for number in range(52):
        report = ReportFactory.create(slug=f"issue-{number:02}", issued_on=date(2025, 1, 1 + number // 3))
        StoryFactory.create(report=report).tags.set(["Robots"])
        publish(report, by=None)
    pages = walk(path)
    assert [len(page) for page in pages] == sizes
    assert list(chain(*pages)) == [f"issue-{number:02}" for number in reversed(range(52))]


def test_companies_and_what_was_last_said() -> None:
    published(title="Old", issued_on=date(2025, 1, 1), companies=["zeta", "Alpha", "华为"])
    published(title="New", issued_on=date(2025, 2, 1), companies=["Alpha"])
    complete_issue(title="Draft", companies=["Hidden"])
    text = read("/companies/")
    assert in_order(text, "Alpha", "What New says of Alpha", "New", "2 issues", "zeta", "1 issue", "华为")
    assert "What Old says of Alpha" not in text
    assert "Hidden" not in text
    text = read("/companies/alpha/")
    assert in_order(text, "China", "Alpha</h1>", "What New says of Alpha", "What Old says of Alpha")


def test_a_company_of_which_nothing_is_said() -> None:
    report = complete_issue(title="Quiet", companies=["Alpha"])
    report.notes.update(text="")
    edition = published(report)
    assert "Alpha" in read("/companies/")
    assert "record__note" not in read("/companies/alpha/")
    assert "ledger__note" not in read(edition.url).partition('id="watchlist"')[2].partition("</section>")[0]


def test_policies_and_where_they_stand() -> None:
    published(title="Old", issued_on=date(2025, 1, 1), policies=["zeta rules", "EU AI Act"])
    published(title="New", issued_on=date(2025, 2, 1), policies=["EU AI Act"])
    text = read("/policies/")
    assert in_order(text, "EU AI Act", "Where New sees EU AI Act", "2 issues", "zeta rules", "1 issue")
    text = read("/policies/eu-ai-act/")
    assert in_order(text, "EU", "EU AI Act</h1>", "Where New sees EU AI Act", "Where Old sees EU AI Act")


def test_a_tag_finds_issues_and_stories() -> None:
    published(title="Tagged", issued_on=date(2025, 2, 1), tags=["Chips"], story_tags=[])
    report = complete_issue(title="Stories", issued_on=date(2025, 1, 1), tags=[], story_tags=[])
    report.stories.get(section="international", rank=2).tags.add("chips")
    published(report)
    text = read("/tags/chips/")
    assert in_order(text, "Chips</h1>", "Tagged", "International No. 2", "International story 2 of Stories", "Stories")
    assert "China story 1 of" not in text


def test_a_section_lists_its_stories_issue_by_issue() -> None:
    published(title="Old", issued_on=date(2025, 1, 1), stories=2)
    published(title="New", issued_on=date(2025, 2, 1), stories=2)
    text = read("/sections/china/")
    assert in_order(text, "New", "China story 1 of New", "China story 2 of New", "Old", "China story 1 of Old")
    assert "International story" not in text


def test_everything_that_is_written_is_escaped() -> None:
    evil = "<script>alert('x')</script>&\"'"
    report = complete_issue(title=evil, stories=1, companies=[evil], policies=[evil], tags=[evil], story_tags=[evil])
    report.takeaways.update(text=evil)
    report.notes.update(text=evil)
    report.updates.update(detail=evil)
    report.stories.update(headline=evil)
    edit(report, standfirst=evil, china_heading=evil, hero=picture(64, 40, alt=evil, caption=evil, credit=evil))
    published(Report.objects.get())
    answers = crawl(Client())
    assert {answer.status for answer in answers.values()} == {200}
    pages = [answer for answer in answers.values() if answer.headers["Content-Type"].startswith("text/html")]
    assert len(pages) >= 9
    for page in pages:
        assert "<script" not in without_own_script(page.text)
    assert escape(evil) in pages[0].text


def test_all_links_of_the_site_lead_somewhere() -> None:
    for number in (1, 2, 3):
        published(
            title=f"Issue {number}", issued_on=date(2025, number, 1), hero=picture(64, 40), story_tags=["全球", "A B"]
        )
    report = published(title="全球报告").report
    edit(report, standfirst="Changed")
    publish(report, by=None)
    answers = crawl(Client())
    assert {path: a.status for path, a in answers.items() if a.status != 200} == {}
    assert len(answers) > 40
