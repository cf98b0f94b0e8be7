"""Widgets: where they lead, what the desk may arrange, and the pages for Mastodon and WeChat."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
import segno
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from follow.models import Widget
from follow.sharing import (
    BAR,
    KINDS,
    LIST,
    OFF,
    Arranged,
    Page,
    Stale,
    arrange,
    arrangement,
    back_to_defaults,
    instance_of,
    mastodon_link,
    page_at,
    qr_code,
    state,
    widgets,
)
from newsroom.publishing import publish, withdraw
from tests.factories import complete_issue, edit, person, published

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
ICONS, SITE = ROOT / "templates" / "follow" / "icons", ROOT / "static" / "site"
TITLES = [
    "Chips & “robots”: 中国 vs. the world",
    "It’s 100% + more = 🤖? #1",
    "a/b?c=d&e=f;g",
    "{title} {address} %s",
    "Ünïcödé  两个世界",
]
PATH = "/reports/%E5%85%A8%E7%90%83/"


def address():
    return django_settings.SITE_URL + PATH


def arranged(*changes: Arranged) -> None:
    """Have the desk say this of some kinds, and nothing of the others."""
    of = {kind.kind: kind for kind in changes}
    now = arrangement()
    arrange([of.get(kind.kind, kind) for kind in now], seen=state(now), by=None)


def bar(title="T", path="/reports/x/"):
    return [widget.kind for widget in widgets(title, path).bar]


def behind():
    return [widget.kind for widget in widgets("T", "/reports/x/").behind]


class TestAddresses:
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    def test_decoding_gives_back_exactly_the_title_and_the_address(self, title):
        whole = address()
        for kind in KINDS.values():
            url = kind.link(title, PATH) if kind.link else ""
            if not url or url.startswith("/"):
                continue
            assert url.isascii()
            assert "+" not in url, "a mail program shows it as it stands"
            assert not re.search(r'[\s"<>\\^`{|}]', url)
            fields = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
            given = [value for values in fields.values() for value in values]
            assert all(value in {title, whole, f"{title} {whole}"} for value in given), kind.kind
            assert any(whole in value for value in given)

    @pytest.mark.parametrize("title", TITLES)
    def test_each_network_is_given_its_own_fields(self, title):
        whole = address()
        expected = {
            "linkedin": {"url": whole},
            "x": {"text": title, "url": whole},
            "facebook": {"u": whole},
            "reddit": {"url": whole, "title": title},
            "whatsapp": {"text": f"{title} {whole}"},
            "telegram": {"url": whole, "text": title},
            "bluesky": {"text": f"{title} {whole}"},
            "threads": {"text": title, "url": whole},
            "hackernews": {"u": whole, "t": title},
            "weibo": {"url": whole, "title": title},
            "email": {"subject": title, "body": whole},
        }
        for kind, fields in expected.items():
            link = KINDS[kind].link
            assert link is not None
            assert {k: v[0] for k, v in parse_qs(urlsplit(link(title, PATH)).query).items()} == fields

    def test_own_pages_are_given_the_path_of_the_page(self):
        for kind in ("wechat", "mastodon"):
            link = KINDS[kind].link
            assert link is not None
            url = link("T", PATH)
            assert urlsplit(url).path == f"/share/{kind}/"
            assert parse_qs(urlsplit(url).query) == {"of": [unquote(PATH)]}

    def test_the_address_is_the_site_s_own_whatever_the_visitor_called_it(self, settings):
        settings.SITE_URL = "https://newsroom.example"
        edition = published(title="全球 & AI")
        for path in ("/", edition.url):
            page = unescape(Client().get(path, headers={"Host": "localhost"}).content.decode())
            shared = quote(f"https://newsroom.example{edition.url}", safe="")
            assert f"share-offsite/?url={shared}" in page
            assert f'value="https://newsroom.example{edition.url}"' in page


class TestThePage:
    def test_issue_and_story_have_the_widgets_of_the_original_in_the_bar(self, client):
        edition = published()
        story = edition.stories.first()
        assert story
        for path, title in ((edition.url, edition.title), (story.url, story.headline)):
            page = client.get(path).content.decode()
            shared = page[page.index('class="share"') :].partition("</section>")[0]
            labels = re.findall(r"<(?:a|button|summary)\b[^>]*>([^<]+)<", shared)
            assert labels[:4] == ["RSS", "Follow by Email", "LinkedIn", "Share"]
            assert labels[4:] == [kind.label for kind in list(KINDS.values())[4:]]
            assert f'data-page="{path}"' in page
            assert quote(title, safe="") in page

    def test_a_link_tells_nobody_where_it_was_and_opens_no_window(self, client):
        page = client.get(published().url).content.decode()
        share = page[page.index('class="share"') :].partition("</section>")[0]
        links = re.findall(r"<a\s[^>]*>", share)
        assert len(links) == 15
        assert all("nofollow" in link for link in links)
        assert all("noopener" in link for link in links if "https://" in link or "mailto:" in link)
        assert "target=" not in share
        assert not re.search(r'<(img|iframe|script|link)\b|style=|src="https?:', share)

    def test_what_needs_a_script_is_hidden_and_the_address_can_be_copied_by_hand(self, client):
        edition = published()
        page = client.get(edition.url).content.decode()
        items = re.findall(r"<li([^>]*)>\s*<button", page[page.index('class="share"') :].partition("</section>")[0])
        assert [item.strip() for item in items] == ["hidden data-needs-script"] * 2
        assert re.search(rf'<input[^>]*value="{django_settings.SITE_URL}{edition.url}"\s+readonly>', page)

    def test_a_title_and_a_label_are_text(self, client):
        evil = "\"><script>alert('x')</script>&"
        arranged(Arranged("x", evil, BAR, 5))
        edition = published(title=evil)
        page = client.get(edition.url).content.decode()
        assert "<script>alert" not in page
        assert evil in unescape(page)

    def test_every_kind_has_a_drawing_of_one_path_in_the_colour_of_the_text(self):
        assert {path.stem for path in ICONS.glob("*.svg")} == set(KINDS)
        for path in ICONS.glob("*.svg"):
            drawing = path.read_text()
            assert drawing.count("<path") == 1
            assert 'aria-hidden="true"' in drawing
            assert "currentColor" in drawing
            assert not re.search(r"style=|href|<title|<script|#[0-9a-f]{3}", drawing)

    def test_the_style_sheet_finds_the_drawing_of_every_kind_in_the_two_files(self):
        sheet = (SITE / "site.css").read_text()
        numbers = dict(re.findall(r"\[data-kind=(\w+)\] \{ --n: (\d+); \}", sheet))
        numbers |= re.findall(r"\.(share)__more > summary \{ --n: (\d+); \}", sheet)
        assert set(numbers) == set(KINDS)
        for kind, number in numbers.items():
            file = "bar.svg" if kind in {"rss", "follow", "linkedin", "share"} else "icons.svg"
            drawn = re.findall(r'translate\((\d+)\)"><path[^>]*\bd="([^"]*)"', (SITE / file).read_text())
            (path,) = re.findall(r'\bd="([^"]*)"', (ICONS / f"{kind}.svg").read_text())
            assert drawn[int(number)] == (str(26 * int(number)), path)


class TestArranging:
    def test_without_a_word_of_the_desk_it_is_as_on_the_original(self):
        assert bar() == ["rss", "follow", "linkedin", "share"]
        assert behind() == [
            *("x", "facebook", "reddit", "whatsapp", "telegram", "bluesky", "mastodon", "threads", "hackernews"),
            *("wechat", "weibo", "email", "copy", "print"),
        ]

    def test_the_desk_s_label_place_and_order_hold_and_the_others_stay(self):
        arranged(
            Arranged("weibo", "微博", BAR, 5), Arranged("rss", "RSS", OFF, 10), Arranged("print", "Print", LIST, 1)
        )
        assert bar() == ["weibo", "follow", "linkedin", "share"]
        assert behind()[:2] == ["print", "x"]
        assert widgets("T", "/reports/x/").bar[0].label == "微博"
        assert set(Widget.objects.values_list("kind", flat=True)) == {"weibo", "rss", "print"}, "defaults need no row"

    def test_two_of_one_number_stand_as_the_defaults_do(self):
        arranged(Arranged("telegram", "Telegram", LIST, 5), Arranged("x", "X", LIST, 5))
        assert behind()[:2] == ["x", "telegram"]

    def test_share_is_not_shown_with_nothing_behind_it(self):
        arranged(*(Arranged(kind.kind, kind.label, OFF, kind.position) for kind in arrangement() if kind.place == LIST))
        assert bar() == ["rss", "follow", "linkedin"]

    def test_a_kind_that_there_is_no_more_is_passed_over(self, client):
        Widget.objects.create(kind="orkut", label="Orkut", place=BAR, position=1)
        assert "orkut" not in bar()
        assert client.get(published().url).status_code == 200

    def test_only_those_who_may_arrange(self):
        now = arrangement()
        for role in ("", "Writer", "Moderator"):
            by = person(role)
            with pytest.raises(PermissionDenied):
                arrange(now, seen=state(now), by=by)
            with pytest.raises(PermissionDenied):
                back_to_defaults(by=by)
        for role in ("Editor", "Administrator"):
            assert arrange(now, seen=state(now), by=person(role)) is False, "as it was"

    def test_what_somebody_else_did_meanwhile_is_not_undone(self):
        seen = state(arrangement())
        arranged(Arranged("x", "Twitter", BAR, 5))
        with pytest.raises(Stale):
            arrange(arrangement(), seen=seen, by=None)
        assert bar()[0] == "x"

    def test_back_to_the_defaults(self):
        arranged(Arranged("x", "Twitter", BAR, 5))
        assert back_to_defaults(by=None) is True
        assert back_to_defaults(by=None) is False
        assert bar() == ["rss", "follow", "linkedin", "share"]


# The page that is passed on

PAGES = ("/share/wechat/", "/share/mastodon/")


@pytest.fixture
def hidden():
    """Addresses of issues and stories that readers don't have."""
    draft = complete_issue(title="Draft zz")
    soon = complete_issue(title="Soon zz")
    publish(soon, by=None, at=timezone.now() + timedelta(hours=1))
    gone = published(title="Gone zz").report
    withdraw(gone, by=None)
    return [
        f"/reports/{report.slug}/{place}"
        for report in (draft, soon, gone)
        for place in ("", f"{report.stories.first().slug}/")
    ]


def said(answer):
    """A page without its way to the same address in another language, which has what was asked for in it."""
    return re.sub(r'<nav class="footer__languages".*?</nav>', "", answer.content.decode(), flags=re.DOTALL)


class TestOf:
    def test_the_page_is_found_under_its_live_title(self):
        edition = published(title="全球 & AI")
        story = edition.stories.get(section="china", rank=2)
        issue = Page(edition.report_id, 0, "全球 & AI", edition.url)
        assert page_at(edition.url) == page_at(unquote(edition.url)) == issue
        assert page_at(story.url) == Page(edition.report_id, story.story_id, story.headline, story.url)
        edit(edition.report, title="Changed and not published")
        assert page_at(edition.url) == issue

    @pytest.mark.parametrize(
        "of",
        [
            *("", "x", "/", "/reports/", "/reports/nothing/", "/reports/ai-robotics", "reports/ai-robotics/"),
            *("https://evil.example/", "//evil.example/reports/ai-robotics/", "/\\evil.example", "javascript:alert(1)"),
            *("/reports/ai-robotics/?x=1", "/reports/ai-robotics/#x", "/reports/ai-robotics/nothing/", "/admin/"),
            *("/reports/%2500/", "%00", "/reports/\x1f/", "/reports/%FF/", "/companies/company-1/", "/feed/"),
            "/reports/" + "a" * 3000 + "/",
        ],
    )
    def test_nothing_else_has_a_page(self, client, of):
        published()
        assert page_at(of) is None
        for page in PAGES:
            answer = client.get(page, {"of": of})
            assert answer.status_code in (400, 404)
            assert "evil.example" not in said(answer)

    def test_what_readers_do_not_have_is_as_if_it_never_was(self, client, hidden):
        never = {page: said(client.get(page, {"of": "/reports/never/"})) for page in PAGES}
        for of in hidden:
            for page in PAGES:
                answer = client.get(page, {"of": of, "instance": "mastodon.social"})
                assert (answer.status_code, said(answer)) == (404, never[page]), of

    def test_the_pages_are_for_everybody_and_no_search_engine(self, client):
        edition = published()
        for page in PAGES:
            answer = client.get(page, {"of": edition.url})
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
            assert answer["Cache-Tag"] == f"issue-{edition.report_id}"
            assert '<meta name="robots" content="noindex">' in answer.content.decode()
            assert not answer.cookies
            again = client.get(page, {"of": edition.url}, headers={"If-None-Match": answer["ETag"]})
            assert again.status_code == 304
            assert client.post(page, {"of": edition.url}).status_code == 405


class TestMastodon:
    PAGE = "/share/mastodon/"

    def ask(self, client, edition, **fields):
        return client.get(self.PAGE, {"of": edition.url, **fields})

    def test_asks_for_the_server_and_then_shows_a_plain_link_to_it(self, client):
        edition = published(title=TITLES[0])
        page = self.ask(client, edition).content.decode()
        assert f'name="of" value="{edition.url}"' in page
        assert re.search(r'<form[^>]*method="get"', page)
        assert "https://mastodon.social" not in page
        page = unescape(self.ask(client, edition, instance=" Mastodon.Social ").content.decode())
        (link,) = re.findall(r'href="(https://mastodon\.social/[^"]*)"', page)
        assert urlsplit(link).path == "/share"
        assert parse_qs(urlsplit(link).query) == {"text": [f"{TITLES[0]} {django_settings.SITE_URL}{edition.url}"]}
        assert "<form" not in page

    @pytest.mark.parametrize(
        ("typed", "host"),
        [
            ("mastodon.social", "mastodon.social"),
            ("FOSSTODON.org.", "fosstodon.org"),
            ("social.vivaldi.net", "social.vivaldi.net"),
            ("bücher.social", "xn--bcher-kva.social"),
            ("象.社交.公司", "xn--ei3a.xn--tlq815h.xn--55qx5d"),
            ("ｍastodon。social", "mastodon.social"),
            ("xn--bcher-kva.social", "xn--bcher-kva.social"),
            ("https://mastodon.social", "mastodon.social"),
            (" HTTPS://Mastodon.Social/@me@other.social/1", "mastodon.social"),
            ("http://bücher.social/", "xn--bcher-kva.social"),
            ("mastodon.social/", "mastodon.social"),
            ("mastodon.social/@me", "mastodon.social"),
            ("@me@mastodon.social", "mastodon.social"),
            ("me@mastodon.social", "mastodon.social"),
        ],
    )
    def test_a_host_name_in_any_script(self, typed, host):
        found = instance_of(typed)
        assert found == host
        assert mastodon_link(found, Page(1, 0, "T", "/x/")).startswith(f"https://{found}/share?text=T%20")

    @pytest.mark.parametrize(
        "typed",
        [
            *("", " ", "mastodon", "localhost", "@me", "@me@", "https://", "@@mastodon.social", "a@b@mastodon.social"),
            *("https://me@mastodon.social/", "https://me:pw@mastodon.social", "https://mastodon.social:443/"),
            *(
                "ftp://mastodon.social/",
                "https:mastodon.social",
                "https://mastodon.social/?x",
                "https://mastodon.social/#x",
            ),
            *("https://localhost/", "https://127.0.0.1/@me", "@me@localhost", "https://a.social\\@b.social/"),
            *("mastodon.social:8080", "mastodon.social?x", "a.b#c"),
            *("a b.com", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "1.2.3", "mastodon.123"),
            *("mastodon.local", "x.internal", "x.onion", "x.test", "javascript:alert(1)", "//mastodon.social"),
            *("-a.social", "a-.social", "a..social", ".social", "a" * 64 + ".social", "a." * 130 + "social"),
            *("evil／x.social", "me＠mastodon.social", "a.social\\@b.social", "a.social%2f", "<script>.social"),
            *("a\nb.social x", "a_b.social", "＃.social", "xn--.social x"),
        ],
    )
    def test_anything_else_is_refused_with_the_way_to_put_it_right(self, client, typed):
        if typed.strip():
            with pytest.raises(ValidationError):
                instance_of(typed)
        answer = self.ask(client, published(), instance=typed)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert re.search("such as mastodon.social|This name is too long: 253", page)
        assert 'rel="noopener' not in page
        assert "<script>.social" not in page

    @given(st.text(max_size=40))
    def test_whatever_is_typed_leads_to_a_host_or_nowhere(self, typed):
        try:
            host = instance_of(typed)
        except ValidationError:
            return
        parts = urlsplit(mastodon_link(host, Page(1, 0, "T", "/x/")))
        assert (parts.scheme, parts.hostname, parts.netloc, parts.path) == ("https", host, host, "/share")


class TestWeChat:
    def test_draws_the_address_dark_on_white_for_every_reader(self, client):
        edition = published(title="全球 & AI")
        page = client.get("/share/wechat/", {"of": edition.url}).content.decode()
        drawing = page[page.index("<svg", page.index("passing__say")) :].partition("</svg>")[0]
        assert 'role="img"' in drawing
        assert "QR code with the address of “全球 &amp; AI”" in drawing
        assert "style=" not in drawing
        assert re.findall(r'fill="([^"]+)"', drawing) == ["#fff", "#000"]
        qr = qr_code(django_settings.SITE_URL + edition.url)
        assert f'viewBox="0 0 {qr.size} {qr.size}"' in drawing
        assert qr.path in drawing

    @pytest.mark.parametrize("address", ["https://a.example/", "https://newsroom.example" + PATH * 9])
    def test_every_square_is_where_the_standard_has_it(self, address):
        qr = qr_code(address)
        dark = {
            (int(x) + n, int(y))
            for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr.path)
            for n in range(int(width))
        }
        code = segno.make(address, error="m", micro=False)
        rows = code.matrix_iter(border=4)
        assert dark == {(x, y) for y, row in enumerate(rows) for x, square in enumerate(row) if square}
        assert qr.size == code.symbol_size(border=4)[0]
