"""
Every kind of page that readers get, and a site that has something of everything.

A new kind of page is a line in one of the dictionaries below; a test fails for every address pattern of the public
site that no line names. Tests of all pages (valid, accessible, no dead link) take their pages from here.

    kinds = page_kinds(everything())   # {"front page": Page("/"), …}
    answer = fetch(client, kinds["front page"])
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, path, resolve, reverse

from comments import emails as comment_mails
from comments.emails import decide_link
from comments.models import Comment
from comments.moderating import decide, pin, reply
from comments.submitting import Words, submit, withdraw_own
from follow import emails as follow_mails
from follow.subscribing import confirm, end, pause
from newsroom import sitemaps, urls
from newsroom.cards import issue_card_url
from newsroom.feeds.views import named as named_in
from newsroom.lib.feeds import WRITERS
from newsroom.lib.mailed import absolute
from newsroom.lib.network import fingerprint
from newsroom.lib.tokens import make
from newsroom.previews.sharing import share
from newsroom.publishing import publish, withdraw
from newsroom.search import finding
from newsroom.search.views import more_address
from policies.models import Milestone, Policy, Status
from reports.models import Edition, Report, Section
from tests.comments.posting import aged, words
from tests.factories import approved, commented, complete_issue, edit, follower, person, picture, published
from tests.follow import asking
from watchlist.models import Company, Mention

LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"
OLDER = 11  # issues with little in them: more than a page of a section holds
BODY = f"评论 & <b> {LONG}\n\nAnd https://example.org/{LONG}"
AUTHOR = "author@example.org"
THREAD = 51  # comments on one issue: more than a page of a thread holds
PREVIEW_PICTURE = "newsroom.previews.views.picture"
# The desk, a mail provider's door, pictures and PDF
NOT_FOR_READERS = {"admin", "anymail", "newsroom.views.media", "newsroom.views.briefing", PREVIEW_PICTURE}


@dataclass(frozen=True)
class Page:
    """Where a page is, how it answers, and for one that comes by POST, what is sent."""

    address: str
    status: int = 200
    sent: Mapping[str, str] | None = None

    @property
    def is_shown(self) -> bool:
        """Whether a browser stays there, and is not led on."""
        return not (self.status == 204 or 300 <= self.status < 400)


Kinds = dict[str, Page]


def fetch(client: Client, page: Page) -> Any:
    """The answer to a page, asked for as its kind wants it."""
    if page.sent is None:
        return client.get(page.address)
    return client.post(page.address, page.sent)


# The site with two pages more, which fail as any page might: `settings.ROOT_URLCONF = "tests.public.page_kinds"`


def forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("as any page might")


urlpatterns = [
    *urls.urlpatterns,
    *i18n_patterns(path("forbidden/", forbid), path("broken/", fail), prefix_default_language=False),
]
handler404 = urls.handler404


# What is on the site


@dataclass(frozen=True)
class Site:
    """What pages are about."""

    issue: Edition
    bare: Edition
    discussed: Edition
    withdrawn: Edition
    renamed: Edition
    comment: Comment
    waiting: tuple[Comment, str]
    published: tuple[Comment, str]
    refused: tuple[Comment, str]
    taken_back: tuple[Comment, str]
    decided: Comment
    moderator: Any


def everything() -> Site:
    """Publish something of everything, with words too long for a phone, in Latin and Chinese letters."""
    for month in range(1, OLDER + 1):
        older = published(title=f"Issue {month}", issued_on=f"2024-{month:02}-06", stories=1, companies=1, policies=1)
    bare = published(title="Little", issued_on="2025-04-05", stories=1, companies=0, policies=0, tags=(), story_tags=())
    issue = published(
        title=f"中国 & {LONG}",
        hero=picture(1200, 700, alt="A robot", caption="Caption", credit="Photograph: Somebody"),
        standfirst="What it is about, & <more>.",
        companies=["华为", LONG, "Tesla", "AT&T <Inc>"],
        policies=["EU AI Act", LONG, "数据安全法"],
        tags=["AI policy", "芯片"],
        story_tags=["Robots", LONG],
        number=12,
    )
    issue = corrected(tell_more(issue))
    published(title="The last", issued_on="2025-04-19")
    moderator = person("Moderator", email="moderator@newsroom.example", username="moderator")
    comment = discuss(issue, moderator)
    for number in range(THREAD):
        approved(older.report, email=f"{number}@example.org", network=f"{number}", body=f"Remark {number}")
    withdrawn = published(title="Withdrawn", issued_on="2024-12-01")
    withdraw(withdrawn.report, by=None, note="A figure was wrong.")
    complete_issue(title="Draft")
    return Site(
        issue,
        bare,
        older,
        withdrawn,
        renamed(),
        comment,
        waiting=own_comment(issue, "Waits"),
        published=own_comment(issue, "Is published", "approve"),
        refused=own_comment(issue, "Is refused", "bin", by=moderator),
        taken_back=own_comment(issue, "Is taken back", "withdraw"),
        decided=commented(issue.report, email="z@example.org", network="z", body=LONG),
        moderator=moderator,
    )


def tell_more(edition: Edition) -> Report:
    """The issue, the stories of which name its companies, and the policies of which have a history."""
    report = edition.report
    for story in report.stories.all()[1:]:
        for company in Company.objects.filter(notes__report=report):
            Mention.objects.get_or_create(story=story, company=company)
    for policy in Policy.objects.filter(updates__report=report):
        for year, status in enumerate(Status, 2021):
            source = {"source_name": f"Gazette {LONG}", "source_link": "https://gazette.example/1"}
            Milestone.objects.create(policy=policy, status=status, dated_on=date(year, 3, 1), text=LONG, **source)
    shown = picture(900, 600, alt=f"A “{LONG}” & 机器人", caption=f"Caption {LONG}", credit="Photograph: 新华社")
    first = report.stories.order_by("pk")[1]  # the page of a story that is looked at shows it too
    first.body += f'<figure data-image="{shown.pk}"></figure><p>{LONG}</p>'
    first.save()
    edit(report)
    return report


def corrected(report: Report) -> Edition:
    return publish(report, by=None, kind=Edition.Kind.CORRECTION, note=f"A figure was wrong.\n\n{LONG} is 3 < 4.")


def renamed() -> Edition:
    """An issue that moved, as did a story, a company and a policy of it."""
    report = published(title="Moves", issued_on="2024-12-08", companies=["Once"], policies=["Once too"]).report
    report.stories.filter(section=Section.CHINA, rank=1).update(slug="renamed")
    Company.objects.filter(name="Once").update(slug="now")
    Policy.objects.filter(title="Once too").update(slug="now")
    edit(report, slug="moved")
    return publish(report, by=None)


def discuss(edition: Edition, moderator: Any) -> Comment:
    """Comments of every kind: one pinned, replies, the house's answer, long words. Gives one with replies."""
    first, second, last = (
        approved(edition.report, email=f"{name}@example.org", network=name, name=LONG, body=f"{name} {BODY}")
        for name in "abc"
    )
    pin(first.pk, first.version, pinned=True, by=None)
    answer = approved(edition.report, email="x@example.org", network="x", site="https://example.org", parent=last)
    approved(edition.report, email="y@example.org", network="y", body="Reply to a reply", parent=answer)
    reply(second.pk, second.version, body="The house answers", by=moderator)
    return last


def own_comment(edition: Edition, body: str, act: str = "", by: Any = None) -> tuple[Comment, str]:
    """A comment that something became of, and the address of the page about it that is its author's."""
    author = Words(name="Author", email=f"{act}{AUTHOR}", body=body, wants_mail=True)
    comment, token = submit(edition, author, parent_pk=None, network=fingerprint(RequestFactory().get("/")))
    if act == "withdraw":
        withdraw_own(comment)
    elif act:
        decide([(comment.pk, comment.version)], act, by=by)
    comment.refresh_from_db()
    return comment, reverse("comments:status", args=[token])


# The kinds


def before_the_first_issue() -> Kinds:
    """Pages of a site on which nothing is published."""
    return {
        "front page of an empty site": Page("/"),
        "empty archive": Page("/reports/"),
        "empty section": Page("/sections/china/"),
        "empty list of companies": Page("/companies/"),
        "empty list of policies": Page("/policies/"),
        "comparison of nothing": Page("/compare/"),
        "list of corrections of an empty site": Page("/corrections/"),
        "search of an empty site": Page("/search/?q=story"),
        "follow on an empty site": Page("/follow/"),
    }


def page_kinds(site: Site) -> Kinds:
    """Every kind of page, by its name."""
    groups = [group(site) for group in GROUPS.values()]
    kinds = {kind: page for group in groups for kind, page in group.items()}
    assert len(kinds) == sum(map(len, groups)), "two kinds have the same name"
    return kinds


def reading(site: Site) -> Kinds:
    """Issues and what is in them."""
    story = site.issue.stories.all()[1]
    company, policy = site.issue.companies.first(), site.issue.policies.first()
    assert company
    assert policy
    return {
        "front page": Page("/"),
        "issue": Page(site.issue.url),
        "issue with little in it": Page(site.bare.url),
        "issue that moved": Page("/reports/moves/", 301),
        "story": Page(story.url),
        "story of an issue with little in it": Page(site.bare.stories.all()[0].url),
        "story that moved": Page("/reports/moves/china-story-1-of-moves/", 301),
        "archive": Page("/reports/"),
        "second page of the archive": Page(f"/reports/?before=2024-12-08.{site.renamed.report_id}"),
        "section": Page("/sections/china/"),
        "the other section": Page("/sections/international/"),
        "second page of a section": Page(f"/sections/china/?before=2024-12-08.{site.renamed.report_id}"),
        "tag of an issue": Page(next(tag for tag in site.issue.tags.all() if tag.story_id is None).url),
        "tag of stories": Page(next(tag for tag in site.issue.tags.all() if tag.story_id).url),
        "list of companies": Page("/companies/"),
        "list of companies, narrowed": Page("/companies/?country=China&first=2025"),
        "list of companies, narrowed too far": Page("/companies/?country=Nowhere"),
        "company": Page(company.url),
        "company that moved": Page("/companies/once/", 301),
        "list of policies": Page("/policies/"),
        "list of policies, narrowed": Page("/policies/?status=adopted&last=2024"),
        "policy": Page(policy.url),
        "policy that moved": Page("/policies/once-too/", 301),
        "comparison": Page("/compare/"),
        "comparison of a span with nothing in it": Page("/compare/?from=1990&to=1991"),
        "list of corrections": Page("/corrections/"),
        "comparison of what is no span": Page("/compare/?from=x&to=y"),
        "comparison of a span that was turned round": Page("/compare/?from=2026&to=2024"),
    }


def talking(site: Site) -> Kinds:
    """Comments: reading them, writing them, and the pages of who wrote them."""
    thread = reverse("comments:thread", args=[site.issue.slug])
    long_thread = reverse("comments:thread", args=[site.discussed.slug])
    comment, new = site.comment.url, reverse("comments:new", args=[site.issue.slug])
    (waiting, waiting_page), (done, done_page) = site.waiting, site.published
    confirming = link("comments:confirm", comment_mails.CONFIRM, waiting.commenter_id)
    leaving = link("comments:out", comment_mails.OUT, done.commenter_id)
    deciding, made = (path_of(decide_link(about, site.moderator.pk)) for about in (waiting, site.decided))
    return {
        "thread": Page(thread),
        "thread, newest first": Page(f"{thread}?order=newest"),
        "long thread": Page(long_thread),
        "second page of a thread": Page(f"{long_thread}?after=50"),
        "thread without a comment": Page(reverse("comments:thread", args=[site.bare.slug])),
        "comment": Page(comment, 302),
        "form for a comment": Page(new),
        "comment with faults": Page(new, 422, words(site.issue, name="", email="x", site="::", body="")),
        "comment sent too quickly": Page(new, 422, words(site.issue, stamp="x")),
        "comment already made": Page(new, 409, words(site.issue, email=AUTHOR, body=waiting.body)),
        "form for a reply": Page(f"{comment}reply/"),
        "form to report a comment": Page(f"{comment}report/"),
        "report with faults": Page(f"{comment}report/", 422, {"stamp": aged("flag", site.comment.pk)}),
        "thanks for a report": Page("/comments/reported/"),
        "own comment that waits": Page(waiting_page),
        "own comment that is published": Page(done_page),
        "own comment that was refused": Page(site.refused[1]),
        "own comment that was taken back": Page(site.taken_back[1]),
        "own comment, saved": Page(f"{waiting_page}?saved"),
        "own comment, changed with a fault": Page(f"{waiting_page}edit/", 422, {"body": ""}),
        "own comment, change by the address alone": Page(f"{waiting_page}edit/", 303),
        "own comment, to be taken back": Page(f"{waiting_page}withdraw/"),
        "own comment at no address": Page("/comments/status/none/", 404),
        "address of a commenter, to be confirmed": Page(confirming),
        "address of a commenter, confirmed": Page(confirming, sent={}),
        "no more mail about comments, asked": Page(leaving),
        "no more mail about comments": Page(leaving, sent={}),
        "decision by a link": Page(deciding),
        "decision by a link, with a fault": Page(deciding, 422, {}),
        "decision by a link, made": Page(made, sent={"do": "bin"}),
        "link about comments that leads nowhere": Page("/comments/out/none/", 404),
    }


def following(site: Site) -> Kinds:
    """Ways to follow and to pass pages on, and the pages of who follows."""
    company, of = site.issue.companies.first(), f"?of={quote(unquote(site.issue.url))}"
    assert company
    asked, confirmed, left = (asking.asked(f"{word}@example.org", network=word) for word in ("asked", "done", "left"))
    confirm(left.pk)
    end(left.follower_id)
    names = ("active", "paused", "ended", "stays", "erased")
    active, paused, ended, stays, erased = (follower(f"{name}@example.com") for name in names)
    pause(paused.pk, "month")
    end(ended.pk)
    preferences = link("follow:preferences", follow_mails.PREFERENCES, active.pk)
    leave = link("follow:preferences", follow_mails.PREFERENCES, ended.pk)
    return {
        "follow": Page("/follow/"),
        "form to follow by mail": Page("/follow/email/"),
        "form to follow a company": Page(f"/follow/email/?company={quote(company.slug)}"),
        "follow with faults": Page("/follow/email/", 422, {"email": "x", "stamp": "x"}),
        "a wish is sent": Page("/follow/sent/"),
        "wish to be confirmed": Page(link("follow:confirm", follow_mails.CONFIRM, asked.pk)),
        "wish confirmed": Page(link("follow:confirm", follow_mails.CONFIRM, confirmed.pk), sent={}),
        "wish confirmed and taken back": Page(link("follow:confirm", follow_mails.CONFIRM, left.pk), 410),
        "preferences": Page(preferences),
        "preferences, saved": Page(f"{preferences}?saved"),
        "preferences with faults": Page(preferences, 422, {"what": "x"}),
        "preferences of who pauses": Page(link("follow:preferences", follow_mails.PREFERENCES, paused.pk)),
        "preferences of who left": Page(leave),
        "data of a follower, by the address alone": Page(f"{preferences}export/", 303),
        "erasing, asked": Page(f"{preferences}erase/"),
        "leaving, asked": Page(link("follow:out", follow_mails.OUT, stays.pk)),
        "leaving, done": Page(link("follow:out", follow_mails.OUT, ended.pk), sent={}),
        "link of followers that leads nowhere": Page("/follow/preferences/none/", 404),
        "for WeChat": Page(f"/share/wechat/{of}"),
        "for Mastodon": Page(f"/share/mastodon/{of}"),
        "for Mastodon, with a server": Page(f"/share/mastodon/{of}&instance=mastodon.social"),
        "for Mastodon, with a fault": Page(f"/share/mastodon/{of}&instance=-", 422),
        "erasing, done": Page(link("follow:erase", follow_mails.PREFERENCES, erased.pk), sent={}),
    }


def going_wrong(site: Site) -> Kinds:
    """What is not there, not any more, or not to be had."""
    return {
        "nothing here": Page("/nothing-here/", 404),
        "no issue": Page("/reports/nothing-here/", 404),
        "withdrawn issue": Page(site.withdrawn.url, 410),
        "bad request": Page("/?x=%00", 400),
        "too big": Page("/follow/email/", 413, {"email": "x" * 1024 * 1024}),
        "forbidden": Page("/forbidden/", 403),
        "broken": Page("/broken/", 500),
    }


def searching(site: Site) -> Kinds:
    """Search, and what it says of what was not found."""
    question = finding.ask({"q": "story"})
    return {
        "search": Page("/search/"),
        "found": Page("/search/?q=story"),
        "found, second page": Page(more_address(question, finding.answer(question))),
        "found among some": Page("/search/?q=story&section=china&year=2025&tag=robots"),
        "found in Chinese": Page(f"/search/?q={quote('中国')}"),
        "found nothing": Page("/search/?q=zzzzzz"),
        "found nothing, but something like it": Page("/search/?q=Teslla"),
        "search with faults": Page(f"/search/?q=story&section=x&year=x&company={LONG}"),
    }


def previewed(site: Site) -> Kinds:
    """An issue that is not public yet, by a link."""
    draft = complete_issue(title=f"Draft 草稿 {LONG}", hero=picture(1200, 700, alt="A robot, not out yet"))
    __, token = share(draft, by=None)
    return {
        "preview by a link": Page(reverse("preview", args=[token])),
        "preview by a link that opens nothing": Page("/preview/nothing/", 404),
    }


def embedded(site: Site) -> Kinds:
    """What other sites put into a frame."""
    return {
        "card of an issue": Page(reverse("issue-embed", args=[site.issue.slug])),
        "card of a story": Page(reverse("story-embed", args=[site.issue.slug, site.issue.stories.all()[1].slug])),
    }


def for_machines(site: Site) -> Kinds:
    """What programs read: no page, though some of it is at an address that a page leads to."""
    person, thread = follower("data@example.com"), [site.issue.slug]
    company, policy, tag = site.issue.companies.first(), site.issue.policies.first(), site.issue.tags.first()
    assert company
    assert policy
    assert tag
    feeds: dict[str, list[str]] = {
        "feed": [],
        "section-feed": ["china"],
        "tag-feed": [tag.slug],
        "company-feed": [company.slug],
        "policy-feed": [policy.slug],
        "corrections-feed": [],
        "comments:feed": thread,
    }
    return {
        **{
            name: Page(reverse(name, args=of))
            for feed, of in feeds.items()
            for name in (named_in(feed, f) for f in WRITERS)
        },
        "list of feeds": Page("/feed/opml/"),
        "list of sitemaps": Page("/sitemap.xml"),
        "sitemap of news": Page("/sitemap-news.xml"),
        **{f"sitemap of {kind}": Page(reverse("sitemap-part", args=[kind, 1])) for kind in sitemaps.KINDS},
        "robots.txt": Page("/robots.txt"),
        "llms.txt": Page("/llms.txt"),
        "oEmbed": Page(f"/oembed/?url={quote(absolute(site.issue.url))}"),
        "oEmbed as XML": Page(f"/oembed/?url={quote(absolute(site.issue.url))}&format=xml"),
        "share image": Page(issue_card_url(site.issue)),
        "suggestions": Page("/search/suggest/?q=comp"),
        "data of a follower": Page(link("follow:export", follow_mails.PREFERENCES, person.pk), sent={}),
        "counting": Page("/share/count/", 204, {"kind": "x"}),
    }


GROUPS = {
    "reading": reading,
    "talking": talking,
    "following": following,
    "searching": searching,
    "embedded": embedded,
    "previewed": previewed,
    "going wrong": going_wrong,
    "for machines": for_machines,
}


def in_chinese(kinds: Kinds) -> Kinds:
    """The same pages in the other language; those that come by themselves."""
    return {
        f"{kind}, in Chinese": replace(page, address=f"/zh-hans{page.address}")
        for kind, page in kinds.items()
        if page.is_shown and page.sent is None
    }


def path_of(address: str) -> str:
    return urlsplit(address).path


def link(view: str, kind: str, content: Any) -> str:
    """The path of a page that opens with a token, as mails name it."""
    return reverse(view, args=[make(kind, content)])


# What there could be


def patterns(of: Iterable[URLPattern | URLResolver] | None = None, namespace: str = "") -> Iterator[str]:
    """The names of all address patterns of the public site, as `resolve(…).view_name` gives them."""
    for pattern in urls.urlpatterns if of is None else of:
        if str(pattern.pattern).startswith("admin/"):  # what the staff gets before the desk's own
            continue
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            if inner not in NOT_FOR_READERS:
                yield from patterns(pattern.url_patterns, inner)
        elif pattern.lookup_str not in NOT_FOR_READERS:
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name or pattern.lookup_str


def named(kinds: Kinds) -> set[str]:
    """The names of the address patterns that these kinds come by."""
    return {
        resolve(unquote(path_of(page.address))).view_name for page in kinds.values() if page.status not in {404, 410}
    }
