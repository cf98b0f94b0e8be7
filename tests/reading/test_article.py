"""What is drawn of an issue: reading time, anchors, languages of words, and as little as can be around them."""

import re

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from newsroom.issue import present, reverse_each, words_of
from newsroom.publishing import publish
from reports.templatetags.reports_tags import lean, names, passages, preload_picture
from tests.factories import complete_issue, picture, published
from tests.public.crawling import ask

pytestmark = pytest.mark.django_db


def test_the_time_that_an_issue_takes_is_that_of_all_its_words():
    report = complete_issue(stories=1)
    edition = publish(report, by=None)
    before = words_of(edition.revision.content)
    story = report.stories.first()
    story.body = f"<p>{'word ' * 2400}</p>"
    story.save()
    edition = publish(report, by=None)
    content = edition.revision.content
    assert words_of(content) == before + 2400 - len(["Body", "of", "china", "1", "More", "of", "it"])
    assert present(content)["minutes"] == 10
    assert "10 min read" in edition.article


def test_every_story_has_a_link_to_itself(client):
    edition = published(stories=2)
    page = ask(client, edition.url).text
    assert page.count('aria-label="Link to this story"') == 4
    for anchor in ("china-1", "china-2", "international-1", "international-2"):
        assert f'id="{anchor}"' in page
        assert len(re.findall(rf'class="story__anchor"\s+href="#{anchor}"', page)) == 1


def test_one_chooses_what_to_read_where_there_are_two_sections():
    assert 'id="layout-both"' in published(title="Two").article
    report = complete_issue(title="One")
    report.stories.filter(section="international").delete()
    assert "layout" not in publish(report, by=None).article


def test_words_and_passages_bear_their_languages():
    report = complete_issue(title="AI & 芯片", companies=["华为"], standfirst="On 华为.")
    edition = publish(report, by=None)
    assert 'AI &amp; <span lang="zh-Hans">芯片</span></h1>' in edition.article
    assert 'On <span lang="zh-Hans">华为</span>.</p>' in edition.article
    assert 'lang="en-gb"' not in edition.article, "as the page says it"
    for part in ("issue__title", "standfirst", "prose", "takeaways__list", "ledger", "compare__list"):
        assert re.search(rf'class="[^"]*{part}[^"]*"[^>]*lang="en-gb"', edition.article_zh_hans), part


def test_each_policy_has_a_place_for_what_changed_since():
    edition = published(policies=["EU AI Act"])
    (line,) = edition.policies.all()
    assert f"<!--policy:{line.policy_id}-->" in edition.article


@pytest.mark.parametrize(
    ("credited", "sentence"),
    [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B, and C")],
)
def test_names_in_a_sentence(credited, sentence):
    text = names([{"name": name, "url": ""} for name in credited])
    assert re.sub(r"<[^>]*>", "", text) == sentence


def test_names_are_escaped():
    text = names([{"name": "<b>&", "url": 'https://x.example/"><script>'}])
    assert "<script>" not in text
    assert "&lt;b&gt;&amp;" in text
    with translation.override("zh-hans"):
        assert 'lang="en-gb"' in names([{"name": "A", "url": "https://x.example"}])


def test_the_picture_of_the_first_screen_is_asked_for_in_the_head(client):
    edition = published(title="With", hero=picture(1200, 700))
    head = ask(client, edition.url).text.partition("</head>")[0]
    (preload,) = re.findall(r'<link rel="preload" as="image"[^>]*>', head)
    (source,) = re.findall(r'<source type="image/avif"\s+srcset="([^"]*)"\s+sizes="([^"]*)"', edition.article)
    assert f'imagesrcset="{source[0]}" imagesizes="{source[1]}"' in preload
    assert preload_picture(published(title="Without").article) == ""


def test_pages_have_no_indentation_but_in_what_was_written():
    assert lean("<p>\n    a\n\n  <b>x</b> y\n</p>\n") == "<p>a\n<b>x</b> y</p>"
    assert (
        lean("<p>\n  <b>x</b>\n  <b>y</b>\n</p>\n\n<ul>\n  <li>z</li>\n</ul>")
        == "<p><b>x</b>\n<b>y</b></p><ul><li>z</li></ul>"
    )
    kept = "<textarea>\n  a\n\n  b</textarea>"
    assert lean(f"<p>\n  a\n  {kept}\n  </p>") == f"<p>a\n{kept}</p>"
    assert lean("<pre>a\n  b</pre>\n  <script>x\n  y</script>") == "<pre>a\n  b</pre>\n<script>x\n  y</script>"


def test_a_tag_is_one_line_and_its_values_are_as_they_were():
    assert lean('<a href="/x/"\n   hidden\n   >a > b</a>') == '<a href="/x/" hidden>a > b</a>'
    assert lean('<i title="a  > b" >x < y  and z</i>') == '<i title="a  > b">x < y  and z</i>'
    assert lean('<input value="it\'s  5" required >') == '<input value="it\'s  5" required>'
    assert lean('<p\n title="x">\n"a\n<b>b</b>"</p>') == '<p title="x">"a\n<b>b</b>"</p>'


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_addresses_are_those_of_the_views_whatever_the_slug(language: str):
    slugs = ["deepseek", "_", "a_b", "中文-标题", "größe", "٣"]
    with translation.override(language):
        assert reverse_each("reports:tag", slugs) == {slug: reverse("reports:tag", args=[slug]) for slug in slugs}
        for issue in ("ai-robotics", "中_文", "_"):
            found = reverse_each("reports:story", slugs, issue)
            assert found == {slug: reverse("reports:story", args=[issue, slug]) for slug in slugs}


@pytest.mark.parametrize("first", [str, mark_safe])
def test_what_is_safe_is_remembered_apart_from_what_is_not(first):
    words = "<i>华为</i> & more"
    passages(first(words))
    assert passages(words) == '&lt;i&gt;<span lang="zh-Hans">华为</span>&lt;/i&gt; &amp; more'
    assert passages(mark_safe(words)) == '<i><span lang="zh-Hans">华为</span></i> & more'
