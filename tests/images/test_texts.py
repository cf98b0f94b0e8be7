"""Pictures of the library within stories and intros: what is kept, what readers get, and where none belong."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from follow.letters import rich
from newsroom.issue import SCHEMA, changes, digest, gather, present
from newsroom.lib.feeds import with_whole_addresses
from newsroom.lib.richtext import (
    clean,
    clean_once,
    count_words,
    pictures_in,
    plain,
    replace_pictures,
    without_pictures,
)
from newsroom.publishing import publish, rebuild
from reports.models import Edition, Image
from reports.picturing import uses, with_pictures
from tests.desk.browsing import open_issue
from tests.factories import complete_issue, edit, picture, published
from tests.public.crawling import ask

FIGURE = '<figure data-image="12"></figure>'


class TestTheSanitiser:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (FIGURE, FIGURE),
            (f"<p>a</p>{FIGURE}<p>b</p>", f"<p>a</p>{FIGURE}<p>b</p>"),
            ("<figure data-image=12>", FIGURE),
            ("<FIGURE DATA-IMAGE='12' class=x style='a:b' onclick=alert(1) id=y></FIGURE>", FIGURE),
            (f"<p>a {FIGURE} b</p>", f"<p>a </p>{FIGURE} b"),
            (f"<ul><li>a{FIGURE}</li><li>b</li></ul>", f"<ul><li>a</li><li>b</li></ul>{FIGURE}"),
            (f"<blockquote><p>a</p>{FIGURE}</blockquote>", f"<blockquote><p>a</p></blockquote>{FIGURE}"),
            (f'<h3><a href="/x">{FIGURE}</a></h3>', f'<h3><a href="/x" rel="noopener"></a></h3>{FIGURE}'),
            (f"<figure data-image='1'>{FIGURE}</figure>", f'<figure data-image="1"></figure>{FIGURE}'),
        ],
    )
    def test_a_reference_stands_by_itself_between_the_blocks(self, given: str, kept: str) -> None:
        assert clean(given) == kept
        assert clean_once(kept) == kept

    @pytest.mark.parametrize(
        "given",
        [
            '<img src="https://elsewhere.example/x.png" alt="x">',
            '<img data-image="12" src="/media/x.png">',
            "<img src=x onerror=alert(1)>",
            "<figure><img src=x onerror=alert(1)></figure>",
            '<figure data-image="0"></figure>',
            '<figure data-image="012"></figure>',
            '<figure data-image="-1"></figure>',
            '<figure data-image="1e3"></figure>',
            '<figure data-image="１２"></figure>',
            '<figure data-image="1234567890"></figure>',
            '<figure data-image="12 onload=x"></figure>',
            '<figure data-image="12\'><script>alert(1)</script>"></figure>',
            '<figure data-image=""></figure>',
            "<figure class=image></figure>",
            '<picture><source srcset="//elsewhere.example/x"></picture>',
            '<svg><image href="//elsewhere.example/x"/></svg>',
        ],
    )
    def test_nothing_else_that_would_show_a_picture(self, given: str) -> None:
        kept = clean(f"<p>before</p>{given}<p>after</p>")
        assert plain(kept) == "before after"
        assert not re.search(r"<(?!/?p\b)", kept)

    def test_words_within_a_figure_stay(self) -> None:
        assert clean('<figure data-image="12"><figcaption>Words</figcaption></figure>') == f"{FIGURE}Words"
        assert clean("<figure><p>Words</p></figure>") == "<p>Words</p>"

    @given(
        st.lists(
            st.sampled_from(
                [
                    *(
                        "<p>",
                        "</p>",
                        "<ul>",
                        "<li>",
                        "</ul>",
                        "<em>",
                        "</em>",
                        "<a href='/x'>",
                        "</a>",
                        "<h3>",
                        "</h3>",
                    ),
                    *(
                        "<figure data-image=7>",
                        "<figure data-image='x'>",
                        "<figure>",
                        "</figure>",
                        "<img src=x>",
                        "text",
                    ),
                    *(
                        "<figure data-image=\"7\" data-image='8'>",
                        "<figure/data-image=9 onload=x>",
                        "<!--",
                        "-->",
                        "<br>",
                    ),
                ]
            ),
            max_size=24,
        ).map("".join)
        | st.text(alphabet="<>/\"'= figuredata-mp19\x00&;", max_size=80)
    )
    def test_whatever_comes_in(self, text: str) -> None:
        kept = clean(text)
        assert clean(kept) == kept
        assert "<img" not in kept
        figures = re.findall(r"<figure[^>]*>", kept)
        assert len(figures) == len(pictures_in(kept)) == kept.count("</figure>")
        # Each is on the outermost level: what stands before it is whole.
        for found in re.finditer("<figure", kept):
            before = re.findall(r"<(/?)(?:p|ul|li|em|a|h3|ol|blockquote|strong|h4)\b", kept[: found.start()])
            assert before.count("") == before.count("/")
        assert plain(without_pictures(kept)).split() == plain(kept).split()

    def test_others_take_no_notice(self) -> None:
        text = f"<p>One two</p>{FIGURE}<p>three.</p>"
        assert plain(text) == "One two three."
        assert count_words(plain(text)) == 3
        assert without_pictures(text) == "<p>One two</p><p>three.</p>"
        assert pictures_in(text + FIGURE) == [12, 12]
        assert replace_pictures(text, lambda number: f"[{number}]") == "<p>One two</p>[12]<p>three.</p>"


def with_picture(image: Image, **issue: Any) -> Any:
    """An issue whose intro and first China story show a picture."""
    report = complete_issue(**issue)
    report.intro += f'<figure data-image="{image.pk}"></figure>'
    story = report.stories.filter(section="china").order_by("rank")[0]
    story.body = f'<p>Before.</p><figure data-image="{image.pk}"></figure><p>After.</p>'
    story.save()
    edit(report)
    return report


@pytest.fixture
def image(db: None) -> Image:
    return picture(900, 600, alt="A “robot” & an apple", caption="Caption <b>", credit="Photograph: 新华社")


class TestTheSnapshot:
    def test_it_holds_what_the_picture_was(self, image: Image) -> None:
        content = gather(with_picture(image))
        assert [told["id"] for told in content["pictures"]] == [image.pk]
        assert content["pictures"][0]["alt"] == "A “robot” & an apple"
        assert content["pictures"][0]["file"] == image.file.name
        assert content["schema"] == SCHEMA

    def test_without_pictures_it_is_what_it_always_was(self, db: None) -> None:
        content = gather(complete_issue())
        assert "pictures" not in content
        assert len(digest(content)) == 64

    def test_other_words_of_a_picture_are_a_change_that_waits(self, image: Image) -> None:
        report = with_picture(image)
        before = gather(report)
        Image.objects.filter(pk=image.pk).update(caption="Another")
        assert changes(before, gather(report)) == ["Changed: the pictures in the texts"]

    def test_it_costs_one_query_more_with_one_and_with_three(
        self, image: Image, django_assert_num_queries: Any
    ) -> None:
        report = complete_issue()
        with_one = with_picture(image, title="One")
        with_three = with_picture(image, title="Three")
        for story in with_three.stories.filter(section="international"):
            story.body += f'<figure data-image="{picture(500, 300).pk}"></figure>'
            story.save()
        without = 9
        with django_assert_num_queries(without):
            gather(report)
        for report in (with_one, with_three):
            with django_assert_num_queries(without + 1):
                gather(report)

    def test_a_reference_to_nothing_is_dropped(self, db: None) -> None:
        report = complete_issue()
        report.intro += '<figure data-image="999999"></figure>'
        edit(report)
        content = gather(report)
        assert "pictures" not in content
        assert "<figure" not in present(content)["intro"]

    def test_a_picture_whose_file_is_to_come_is_not_shown(self, db: None) -> None:
        report = with_picture(Image.objects.create(alt="To come"))
        assert "<figure" not in present(gather(report))["intro"]


class TestWhatReadersGet:
    def test_a_figure_with_everything(self, image: Image, client: Client) -> None:
        edition = publish(with_picture(image), by=None)
        story = edition.stories.filter(section="china").order_by("rank")[0]
        for address in (edition.url, story.url):
            page = client.get(address).content.decode()
            assert page.count('<figure class="prose__picture">') == (2 if address == edition.url else 1)
            for kind in ("avif", "webp"):
                assert f'<source type="image/{kind}" srcset="{image.sources(kind)[0][0]} 400w' in page
            assert 'width="900" height="600"' in page
            assert 'alt="A “robot” &amp; an apple"' in page
            assert 'loading="lazy"' in page
            assert "Caption &lt;b&gt;" in page
            assert '<span class="credit">Photograph: ' in page
            assert "data-image" not in page
            assert 'rel="preload" as="image"' not in page  # it is no hero
        assert ask(client, image.sources("avif")[0][0]).status == 200

    def test_what_was_frozen_stays_when_the_library_changes(self, image: Image) -> None:
        edition = publish(with_picture(image), by=None)
        edition.refresh_from_db()
        page = edition.article
        assert "prose__picture" in page
        Image.objects.filter(pk=image.pk).update(caption="Another", alt="Another", focal_point="0.1x0.1")
        rebuild(edition)
        edition.refresh_from_db()
        assert edition.article == page

    def test_pages_in_both_languages_show_it(self, image: Image, client: Client) -> None:
        edition = publish(with_picture(image), by=None)
        assert 'class="prose__picture"' in client.get(f"/zh-hans{edition.url}").content.decode()

    def test_feeds_have_one_whole_address(self, image: Image, client: Client) -> None:
        publish(with_picture(image), by=None)
        for feed in ("/reports/feed/", "/sections/china/feed/"):
            answer = client.get(feed)
            if answer.status_code == 404:
                continue
            text = answer.content.decode()
            assert "srcset" not in text
            assert "<source " not in text
            assert "/media/" in text
            assert not re.search(r'src=(?:"|&quot;)/media', text)
        told = with_whole_addresses(
            with_pictures(f'<p>a srcset="x"</p><figure data-image="{image.pk}"></figure>', [facts(image)]),
            "https://x.example/y/",
        )
        assert 'a srcset="x"' in told  # an editor's words
        assert f'src="https://x.example{image.sources("jpeg")[1][0]}"' in told

    def test_mails_have_none(self, image: Image) -> None:
        edition = publish(with_picture(image), by=None)
        for text in (edition.revision.content["intro"], edition.revision.content["stories"][0]["body"]):
            told = rich(text, edition, 0)
            assert "figure" not in told.html
            assert "Caption" not in told.text

    def test_the_search_finds_what_it_shows(self, image: Image, client: Client) -> None:
        publish(with_picture(image), by=None)
        assert "China story 1" in client.get("/search/?q=apple+robot").content.decode()
        assert "China story 1" in client.get("/search/?q=新华社").content.decode()

    def test_the_page_for_print_has_it(self, image: Image) -> None:
        edition = publish(with_picture(image), by=None)
        issue = present(edition.revision.content)
        html = render_to_string("reports/briefing.html", {"edition": edition, "issue": issue, "language": "en-gb"})
        assert html.count("prose__picture") == 2

    def test_summaries_and_minutes_leave_it_out(self, image: Image) -> None:
        edition = publish(with_picture(image), by=None)
        story = edition.stories.filter(section="china").order_by("rank")[0]
        assert story.summary == "Before. After."
        assert story.words == 2


def facts(image: Image) -> dict[str, Any]:
    from reports.picturing import facts_of

    return facts_of(image)


class TestUses:
    def test_all_that_shows_a_picture(self, image: Image) -> None:
        report = with_picture(image, title="Both")
        edit(report, hero=image)
        publish(report, by=None)
        other = picture(500, 300)
        found = uses()
        assert [use.text for use in found[image.pk]] == [
            "Main picture of “Both” · 12 April 2025",
            "Intro of “Both” · 12 April 2025",
            "Story “China story 1 of Both” in “Both” · 12 April 2025",
            "Readers have it in “Both” · 12 April 2025",
        ]
        assert other.pk not in found
        assert list(uses([other.pk])) == []

    def test_an_edition_to_come_is_called_so_and_leads_to_the_desk(self, image: Image) -> None:
        report = complete_issue(title="Next", issued_on=None)
        edit(report, hero=image, issued_on=date(2030, 1, 5))
        publish(report, by=None, at=timezone.now() + timedelta(days=1))
        desk = f"/admin/reports/report/{report.pk}/change/"
        assert uses()[image.pk] == [
            ("Main picture of “Next” · 5 January 2030", desk),
            ("Readers will get it in “Next” · 5 January 2030", desk),
        ]

    def test_numbers_that_begin_alike_are_not_confused(self, db: None) -> None:
        report = complete_issue()
        one = picture(500, 300)
        report.intro = f'<figure data-image="{one.pk}0"></figure>'
        edit(report)
        assert one.pk not in uses()

    def test_an_edition_that_is_past_or_withdrawn_is_no_use(self, image: Image) -> None:
        edition = published(hero=image)
        edit(edition.report, hero=None)
        assert [use.url for use in uses()[image.pk]] == [edition.url]
        publish(edition.report, by=None)
        assert image.pk not in uses()
        assert Edition.objects.filter(pictures__image_id=image.pk).exists()

    def test_it_costs_the_same_for_one_and_for_three(self, image: Image, django_assert_num_queries: Any) -> None:
        with_picture(image)
        with django_assert_num_queries(4):
            uses([image.pk])
        for title in ("Two", "Three"):
            publish(with_picture(picture(500, 300), title=title), by=None)
        with django_assert_num_queries(4):
            uses()


class TestAtTheDesk:
    def test_a_text_keeps_its_pictures_and_a_reference_to_another_is_a_change(self, desk: Client, image: Image) -> None:
        report = with_picture(image)
        form = open_issue(desk, report)
        assert f'<figure data-image="{image.pk}"></figure>' in form["intro"]
        number = report.revisions.count()
        form["intro"] = form["intro"].replace("</figure>", "</figure>\r\n\r\n")
        assert form.send(desk).status_code == 302
        assert report.revisions.count() == number
        other = picture(500, 300)
        form = open_issue(desk, report)
        form["intro"] = form["intro"].replace(f'"{image.pk}"', f'"{other.pk}"')
        assert form.send(desk).status_code == 302
        assert report.revisions.first().content["pictures"][-1]["id"] == other.pk

    def test_another_picture_is_never_lost_where_two_editors_meet(self, desk: Client, image: Image) -> None:
        report = with_picture(image)
        other = picture(500, 300)
        form = open_issue(desk, report)
        edit(report, title="Saved meanwhile", version=report.version + 1)
        form["intro"] = form["intro"].replace(f'"{image.pk}"', f'"{other.pk}"')
        assert form.send(desk).status_code == 302  # nobody else touched the intro
        report.refresh_from_db()
        assert report.title == "Saved meanwhile"
        assert pictures_in(report.intro) == [other.pk]

    def test_a_preview_shows_it(self, desk: Client, image: Image) -> None:
        report = with_picture(image)
        page = desk.get(f"/admin/reports/report/{report.pk}/preview/").content.decode()
        assert page.count('class="prose__picture"') == 2
