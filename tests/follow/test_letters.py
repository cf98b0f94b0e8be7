"""Letters: who gets what of an issue, in words and in HTML, and what no letter ever does."""

import email
import email.policy
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import html5lib
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from follow import letters
from follow.letters import OUT, PREFERENCES, Letter, Scope, header_line, scope_of
from follow.topics import topics_of
from newsroom.lib.mail import message
from newsroom.publishing import publish
from newsroom.revising import keep
from policies.models import Policy
from reports.models import Edition, Source
from tests.factories import ISSUED_ON, CreditFactory, ReportFactory, complete_issue, edit, published
from watchlist.models import Company

pytestmark = pytest.mark.django_db

SAMPLE = Path(django_settings.BASE_DIR) / "newsroom" / "sample" / "report-2025-04-12.txt"
WHOLE = Scope(whole=True)
CHINA, INTERNATIONAL = ("china", 0), ("international", 0)
GMAIL_CLIPS_AT = 102 * 1024  # bytes of HTML
ADDRESS = r"^(?:https?://|mailto:)\S+$"  # alone on its line
NOTE = "We wrote ¥300 million.\nIt is ¥300 billion.\n\nWe are sorry."
TITLE = "AI & Robotics"


# What is read out of a letter


class Reader(HTMLParser):
    """The blocks of text that somebody sees in a letter, its links, its headings and all its tags."""

    INLINE = {"a", "b", "span", "strong", "em"}

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.blocks, self.words, self.links, self.headings, self.tags = [], [], [], [], []
        self.hidden = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag in {"head", "style", "title"} or attrs.get("class") == "preheader" or self.hidden:
            self.hidden += tag not in {"meta", "br"}
        if tag == "a":
            self.links.append(attrs["href"])
        if tag not in self.INLINE:
            self.end_block()
        if "value" in attrs:
            self.words.append(f"{attrs['value']}. ")

    def handle_endtag(self, tag):
        if tag not in self.INLINE:
            self.end_block(tag)
        self.hidden -= bool(self.hidden)

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)

    def end_block(self, tag=""):
        block = " ".join("".join(self.words).split())
        self.words = []
        if block:
            self.blocks.append(block)
            if re.fullmatch("h[1-6]", tag):
                self.headings.append((tag, block))


def read(letter):
    return Reader(letter.html)


def of_company(name):
    return ("company", Company.objects.get(name=name).pk)


def of_policy(title):
    return ("policy", Policy.objects.get(title=title).pk)


def every_letter(edition):
    content = edition.revision.content
    company = next(pair for pair in topics_of(content) if pair[0] == "company")
    some = Scope(sections=frozenset({"china"}), topics=frozenset({company}))
    topics = Scope(topics=frozenset({company}))
    yield letters.issue(edition, WHOLE, postal="1 Harbour Road, Dublin")
    yield letters.issue(edition, some)
    yield letters.issue(edition, topics)
    yield letters.issue(edition, Scope())
    yield letters.correction(edition, WHOLE, note=NOTE)
    yield letters.correction(edition, topics, note=NOTE)
    yield letters.weekly([edition, edition], [WHOLE, some])


@pytest.fixture
def edition():
    return published(title=TITLE, number=12)


@pytest.fixture
def sample():
    call_command("import_report", str(SAMPLE), "--publish", stdout=StringIO())
    return Edition.objects.live().select_related("revision").get()


# Who gets what


def test_choices_become_a_scope(edition):
    content = edition.revision.content
    one, policy = of_company("Company 1"), of_policy("Policy 2")
    assert scope_of([("issues", 0), CHINA, one], content) == WHOLE, "all who get everything get the same letter"
    assert scope_of([CHINA, ("corrections", 0)], content) == Scope(sections=frozenset({"china"}))
    assert scope_of([INTERNATIONAL, one, policy, ("company", 987654)], content) == Scope(
        sections=frozenset({"international"}), topics=frozenset({one, policy})
    )
    assert scope_of([("corrections", 0)], content).is_empty
    content["stories"] = [story for story in content["stories"] if story["section"] == "china"]
    assert scope_of([INTERNATIONAL], content).is_empty, "the issue has nothing of it"


def test_the_whole_issue_is_in_its_letter(edition):
    letter = letters.issue(edition, WHOLE, postal="Newsroom Ltd, 1 Harbour Road, Dublin")
    content = edition.revision.content
    wanted = ["No. 12", "12 April 2025", TITLE, "And a second paragraph.", "Newsroom Ltd, 1 Harbour Road, Dublin"]
    for story in content["stories"]:
        wanted += [story["headline"], f"Body of {story['section']} {story['rank']}."]
    wanted += content["takeaways"]
    wanted += [words for note in content["watchlist"] for words in (note["name"], note["note"], note["country"])]
    wanted += [words for line in content["policies"] for words in (line["title"], line["detail"])]
    wanted += ["Reporting contributed by Reuters and Xinhua", "because you follow every issue at Newsroom."]
    seen = " ".join(read(letter).blocks)
    for words in wanted:
        assert words in seen
        assert words in letter.text
    assert letter.subject == TITLE
    assert letter.preheader == edition.standfirst
    assert "What you follow" not in seen
    assert "Also in this issue" not in seen


@pytest.mark.parametrize(("mine", "other"), [("china", "international"), ("international", "china")])
def test_who_follows_one_section_gets_no_story_of_the_other(edition, mine, other):
    letter = letters.issue(edition, Scope(sections=frozenset({mine})))
    for form in (letter.text, unescape(letter.html)):
        for story in edition.revision.content["stories"]:
            assert (story["headline"] in form) == (story["section"] == mine)
            assert (f"/{story['slug']}/" in form) == (story["section"] == mine)
            assert (f"Body of {story['section']} {story['rank']}." in form) == (story["section"] == mine)
        assert "And a second paragraph." in form
        assert "Takeaway 1" not in form
        assert "Company 1" not in form
        assert "Policy 1" not in form
        for part in (other, "takeaways", "watchlist", "policies"):
            assert f"{edition.url}#{part}" in form, "it says where the rest is"
    assert f"because you follow {mine.capitalize()} stories at Newsroom." in letter.text


def test_who_follows_a_company_gets_what_is_said_of_it_then_headlines(edition):
    one = of_company("Company 1")
    letter = letters.issue(edition, Scope(topics=frozenset({one})), subject="")
    seen = read(letter).blocks
    assert letter.subject == f"Company 1 is in this issue: {TITLE}"
    assert letter.preheader == f"What {TITLE} says of Company 1"
    assert ("h1", "Company 1 is in this issue") in read(letter).headings
    assert seen.index(f"What {TITLE} says of Company 1") < seen.index(f"1. China story 1 of {TITLE}")
    for form in (letter.text, letter.html):
        assert "/companies/company-1/" in form
        assert "International story 3 of" in form
        for missing in ("Body of", "Company 2", "Policy 1", "Takeaway", "Reuters"):
            assert missing not in form
    assert "because you follow Company 1 at Newsroom." in letter.text


def test_a_section_and_a_company_are_both_in_one_letter(edition):
    letter = letters.issue(edition, Scope(sections=frozenset({"china"}), topics=frozenset({of_company("Company 2")})))
    assert letter.subject == TITLE
    for form in (letter.text, letter.html):
        assert "What you follow" in form
        assert "says of Company 2" in form
        assert "Body of china 2." in form
        assert "Body of international" not in form
        assert "says of Company 1" not in form
    assert "because you follow China stories and Company 2 at Newsroom." in letter.text


def test_stories_that_name_what_is_followed_stand_beside_it():
    report = complete_issue(title="Chips", companies=["Apple", "华为", "C++ Ltd."], policies=["EU AI Act"])
    bodies = [
        ("china", 1, "<p>A robot grabs an apple, and Pineapple is a name.</p>"),
        ("china", 2, "<p>Pressed by <strong>Ap</strong>ple’s rivals, 华为Ascend sells.</p>"),
        ("china", 3, "<p>The EU AI Act. C++ Ltd. agrees.</p>"),
    ]
    for section, rank, body in bodies:
        report.stories.filter(section=section, rank=rank).update(body=body)
    edition = published(report)

    def told(pair):
        letter = letters.issue(edition, Scope(topics=frozenset({pair})))
        return re.findall(r"China story (\d) of Chips \(China \d\)", letter.text)

    assert told(of_company("Apple")) == ["2"], "an apple is no Apple"
    assert told(of_company("华为")) == ["2"]
    assert told(of_company("C++ Ltd.")) == ["3"]
    assert told(of_policy("EU AI Act")) == ["3"]


def test_several_names_make_one_sentence():
    edition = published(companies=5, policies=0)
    pairs = [of_company(f"Company {n}") for n in range(1, 6)]
    subjects = [
        letters.issue(edition, Scope(topics=frozenset(pairs[:n]))).subject.partition(":")[0] for n in (2, 3, 4, 5)
    ]
    assert subjects == [
        "Company 1 and Company 2 are in this issue",
        "Company 1, Company 2, and Company 3 are in this issue",
        "Company 1, Company 2, Company 3, and Company 4 are in this issue",
        "Company 1, Company 2, Company 3, and 2 more are in this issue",
    ]


def test_a_scope_of_nothing_is_told_what_is_in_the_issue(edition):
    letter = letters.issue(edition, Scope())
    assert "China story 1 of" in letter.text
    assert "because you follow Newsroom." in letter.text
    assert "Body of" not in letter.text
    assert "What you follow" not in letter.text


def test_the_desk_names_the_mail(edition):
    for scope in (WHOLE, Scope(topics=frozenset({of_company("Company 1")}))):
        letter = letters.issue(edition, scope, subject="Ten robots", preheader="And an apple")
        assert (letter.subject, letter.preheader) == ("Ten robots", "And an apple")
        assert "<title>Ten robots</title>" in letter.html
        assert "And an apple" in letter.html


def test_a_long_story_is_begun_and_a_short_one_is_whole():
    report = complete_issue(stories=2)
    long = "<p>One R&amp;D team of <em>many</em>.</p><p>" + " ".join(f"word{n}" for n in range(200)) + "</p>"
    chinese = "<p>" + "中文" * 100 + "</p>"
    report.stories.filter(section="china", rank=1).update(body=long)
    report.stories.filter(section="china", rank=2).update(body=chinese)
    letter = letters.issue(published(report), WHOLE)
    assert "word70" in letter.html
    assert "word150" not in letter.html
    assert "word150" not in letter.text
    assert re.search(r"word\d+…$", letter.text, re.MULTILINE)
    assert re.search(r"^(中文){20,75}…$", letter.text, re.MULTILINE)
    assert letter.text.count("Read on:") == 2
    assert letter.html.count(">Read on</a>") == 2


def test_rich_text_keeps_its_form_and_its_links_are_whole(settings):
    report = complete_issue(stories=1)
    body = (
        '<p>See <a href="/companies/company-1/">the “company”</a> &amp; <a href="https://e.example/?a=1&amp;b=2">it</a>.'
        "<br>Next line.</p><h3>Why</h3><ol><li>First</li><li><p>Second</p></li></ol><ul><li>Dot</li></ul>"
        '<blockquote><p>Said.</p><p>Said again.</p></blockquote><p><a href="#china">up</a>, href="/as/text/"</p>'
    )
    report.stories.filter(section="china").update(body=body)
    edition = published(report)
    letter = letters.issue(edition, WHOLE)
    site = settings.SITE_URL
    assert (
        f"See the “company” & it.\nNext line.\n{site}/companies/company-1/\nhttps://e.example/?a=1&b=2\n\n"
        "Why\n\n1. First\n2. Second\n\n• Dot\n\n> Said.\n\n> Said again.\n\n"
        f'up, href="/as/text/"\n{site}{edition.url}#china\n'
    ).replace("2. Second\n\n• Dot", "2. Second\n• Dot") in letter.text
    links = read(letter).links
    assert {f"{site}/companies/company-1/", "https://e.example/?a=1&b=2", f"{site}{edition.url}#china"} <= set(links)
    assert ("h4", "Why") in read(letter).headings
    assert 'href="/as/text/"' in letter.html, "words stay words"


def test_headings_go_down_step_by_step():
    report = complete_issue(stories=1, companies=1, policies=1)
    report.stories.update(body="<h3>Sub</h3><p>Words</p>")
    edit(report, intro="<p>Intro</p><h3>Head of the intro</h3>")
    letter = letters.issue(published(report, number=None), WHOLE)
    assert read(letter).headings == [
        ("h1", TITLE),
        ("h2", "Head of the intro"),
        ("h2", "China"),
        ("h3", f"1 China story 1 of {TITLE}"),
        ("h4", "Sub"),
        ("h2", "International"),
        ("h3", f"1 International story 1 of {TITLE}"),
        ("h4", "Sub"),
        ("h2", "Key takeaways"),
        ("h2", "Company watchlist"),
        ("h2", "Policy tracker"),
    ]


# Corrections and weeks


def test_a_correction_says_first_what_was_wrong(edition, settings):
    letter = letters.correction(edition, Scope(topics=frozenset({of_company("Company 1")})), note=NOTE + "\x00\r\n")
    assert letter.subject == f"Correction: {TITLE}"
    assert letter.preheader == "We wrote ¥300 million. It is ¥300 billion. We are sorry."
    assert NOTE in letter.text
    assert "<br>It is ¥300 billion." in letter.html
    assert letter.text.index("We wrote") < letter.text.index(f"{settings.SITE_URL}{edition.url}")
    assert "the issue No. 12 of 12 April 2025" in letter.text
    assert "because you follow Company 1 and corrections at Newsroom." in letter.text
    assert "Body of" not in letter.text
    nothing = letters.correction(edition, Scope(), note=NOTE, subject="We were wrong", preheader="Sorry")
    assert (nothing.subject, nothing.preheader) == ("We were wrong", "Sorry")
    assert "because you follow corrections at Newsroom." in nothing.text


def test_a_week_has_each_issue_in_short(settings):
    first = published(title="First", issued_on=date(2025, 4, 12), stories=7)
    second = published(title="Second", issued_on=date(2025, 4, 18), stories=2)
    third = published(title="Third", issued_on=date(2025, 4, 17), stories=2)
    one = of_company("Company 1")
    china = Scope(sections=frozenset({"china"}), topics=frozenset({one}))
    letter = letters.weekly([second, third, first], [china, Scope(), WHOLE])
    assert letter.subject == "The week at Newsroom: 12–18 April"
    assert letter.preheader == "Second; First"
    for form in (letter.text, letter.html):
        assert form.index("Second") < form.index("First"), "in the order given"
        assert "Third" not in form, "nothing of it was chosen"
        assert "International story 1 of Second" not in form
        assert "International story 5 of First" in form
        assert "story 6 of First" not in form
        assert "What Second says of Company 1" in form
        assert "What First says of Company 1" not in form
        assert f"{settings.SITE_URL}{first.url}#china" in form, "the way to the rest of a list"
        assert f"{settings.SITE_URL}{second.url}#china" not in form
        assert "Body of" not in form
    assert "every issue at Newsroom, once a week." in letter.text
    with pytest.raises(ValueError, match="nothing"):
        letters.weekly([first], [Scope()])


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2025, 4, 12), date(2025, 4, 12), "12 April"),
        (date(2025, 4, 12), date(2025, 4, 18), "12–18 April"),
        (date(2025, 4, 28), date(2025, 5, 4), "28 April – 4 May"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 December 2025 – 4 January 2026"),
        (date(2025, 4, 12), date(2026, 4, 13), "12 April 2025 – 13 April 2026"),
    ],
)
def test_a_week_bears_its_dates(edition, first, last, words):
    assert letters.weekly([edition], [WHOLE], week=(first, last)).subject == f"The week at Newsroom: {words}"


# Drafts


def test_a_draft_is_shown_as_it_would_be_sent(edition):
    report = edition.report
    again = letters.unpublished(report.revisions.first())
    assert again.pk is None
    for field in ("report_id", "slug", "title", "number", "issued_on", "standfirst", "url"):
        assert getattr(again, field) == getattr(edition, field)
    assert letters.issue(again, WHOLE) == letters.issue(edition, WHOLE)


def test_a_draft_may_lack_anything():
    draft = letters.unpublished(keep(ReportFactory.create(title="Bare", issued_on=None), by=None))
    letter = letters.issue(draft, WHOLE)
    assert letter.subject == "Bare"
    assert letter.preheader == ""
    assert "None" not in letter.text
    assert str(draft)
    whole = letters.unpublished(complete_issue(title="New", companies=["Newcomer"]).revisions.first())
    letter = letters.issue(whole, WHOLE)
    assert "Newcomer" in letter.text, "though no page of it is public yet"
    assert "/companies/" not in letter.text


# What holds for every letter


def test_both_forms_say_the_same_in_the_same_order(sample):
    for letter in every_letter(sample):
        page = read(letter)
        said = re.sub(ADDRESS, "", letter.text, flags=re.MULTILINE)
        assert re.findall(r"\w+", said) == re.findall(r"\w+", " ".join(page.blocks))
        assert set(re.findall(ADDRESS, letter.text, re.MULTILINE)) == set(page.links)


def test_every_link_is_whole_and_the_same_for_everybody(sample, settings):
    for letter in every_letter(sample):
        for link in read(letter).links:
            parts = urlsplit(link)
            assert parts.scheme in {"http", "https", "mailto"}
            if link.startswith(settings.SITE_URL):
                assert not parts.query
            elif parts.scheme != "mailto":
                assert parts.hostname in {"www.linkedin.com", "x.com", "wa.me", "out.invalid", "preferences.invalid"}
            assert "utm_" not in link
        assert letter.html.count("/comments/") == 0


def test_an_issue_can_be_passed_on(settings):
    edition = published(title="“A & B” + 中文 #1?", slug="ab")
    links = read(letters.issue(edition, WHOLE)).links
    title = "%E2%80%9CA%20%26%20B%E2%80%9D%20%2B%20%E4%B8%AD%E6%96%87%20%231%3F"
    address = quote(f"{settings.SITE_URL}/reports/ab/", safe="")
    assert {
        f"https://www.linkedin.com/sharing/share-offsite/?url={address}",
        f"https://x.com/intent/post?text={title}&url={address}",
        f"https://wa.me/?text={title}%20{address}",
        f"mailto:?subject={title}&body={address}",
    } <= set(links)


def test_a_credit_is_linked_if_it_leads_to_the_web():
    report = complete_issue()
    paper = Source.objects.create(name="Paper", link="https://paper.example/?a&b")
    files = Source.objects.create(name="Files", link="ftp://files.example/")
    CreditFactory.create(report=report, source=paper, position=8)
    CreditFactory.create(report=report, source=files, position=9)
    letter = letters.issue(published(report), WHOLE)
    assert "Reporting contributed by Reuters, Xinhua, Paper, and Files" in " ".join(read(letter).blocks)
    assert "https://paper.example/?a&b" in read(letter).links
    assert "ftp://" not in letter.html + letter.text


def test_a_letter_loads_nothing(sample):
    for letter in every_letter(sample):
        for loads in ("<img", "<script", "<link", "<iframe", "<object", "src=", "url(", "@import", "background="):
            assert loads not in letter.html
        assert not any(name.startswith("on") or name == "src" for _, attrs in read(letter).tags for name in attrs)


def test_the_two_links_of_a_reader_stand_once_and_nothing_else_differs(edition):
    for letter in every_letter(edition):
        for placeholder in (OUT, PREFERENCES):
            assert letter.text.count(placeholder) == 1
            assert letter.html.count(f'href="{placeholder}"') == letter.html.count(placeholder) == 1
        mine = letter.addressed(out="https://n.example/out/a?b=1&c='\"", preferences="https://n.example/p/a")
        yours = letter.addressed(out="https://n.example/out/z", preferences="https://n.example/p/z")
        assert ".invalid" not in "".join(mine + yours)
        assert Reader(mine[1]).links[-3:-1] == ["https://n.example/p/a", "https://n.example/out/a?b=1&c='\""]
        assert "\nhttps://n.example/out/a?b=1&c='\"\n" in mine[0]
        assert mine[0].replace("https://n.example/out/a?b=1&c='\"", "").replace("https://n.example/p/a", "") == yours[
            0
        ].replace("https://n.example/out/z", "").replace("https://n.example/p/z", "")


def test_gmail_shows_all_of_the_sample(sample):
    letter = letters.issue(sample, WHOLE, postal="1 Harbour Road, Dublin")
    assert len(letter.html.encode()) < GMAIL_CLIPS_AT * 0.6
    sheets = re.findall("<style[^>]*>(.*?)</style>", letter.html, re.DOTALL)
    assert len(sheets) == 1
    assert len(sheets[0]) < 8192, "Gmail drops a longer sheet"
    assert "prefers-color-scheme: dark" in sheets[0] or "prefers-color-scheme:dark" in sheets[0]
    assert "max-width" in sheets[0]
    assert letter.html.index("<meta charset") < letter.html.index("<style") < letter.html.index("<body")


def test_a_letter_says_what_it_is(edition):
    for letter in every_letter(edition):
        html5lib.HTMLParser(strict=True).parse(letter.html)
        tags = read(letter).tags
        assert next(attrs for tag, attrs in tags if tag == "html")["lang"] == "en"
        assert [attrs["role"] for tag, attrs in tags if tag == "table"] == ["presentation"]
        assert [attrs["lang"] for _, attrs in tags if attrs.get("role") == "article"] == ["en"]
        assert f"<title>{escape(letter.subject)}</title>" in letter.html
        assert [tag for tag, _ in tags].count("h1") == 1
        assert ("meta", {"name": "color-scheme", "content": "light dark"}) in tags


HOSTILE = "</title></style><script>alert(1)</script> & “quotes” \"double\" 'single' 🤖 שלום \u202egnp.exe {{ site }}"


def test_hostile_words_stay_words():
    report = complete_issue(
        title=HOSTILE, companies=[f"Co {HOSTILE}"], policies=[f"Act {HOSTILE}"], stories=1, standfirst=HOSTILE
    )
    edition = publish(report, by=None, override="To see what becomes of it")  # the checks would stop it
    for letter in [
        *every_letter(edition),
        letters.correction(edition, WHOLE, note=HOSTILE, subject=HOSTILE, preheader=HOSTILE),
    ]:
        assert "<script" not in letter.html
        assert letter.html.count("<style") == 1
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “quotes”" in letter.html
        assert "<script>alert(1)</script> & “quotes” \"double\" 'single' 🤖 שלום" in letter.text
        assert "{{ site }}" in letter.html
        assert "\u202e" not in letter.subject + letter.preheader
        html5lib.HTMLParser(strict=True).parse(letter.html)


def sent(subject, letter_text="-", letter_html="-"):
    made = message("reader@example.org", subject=subject, text=letter_text, html=letter_html, identity="letter-1")
    return email.message_from_bytes(made.message().as_bytes(), policy=email.policy.default)


PIECES = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\u202e", "\u2066", "\u200d", "=?", "=", "?", " "]
WORDS = ["Bcc: victim@example.org", "Subject:", "utf-8?q?Bcc:?=", "=?utf-8?b?QmNjOg==?=", "<b>", "&", "中文", "🤖", ","]
WILD = st.text(st.characters(codec=None)) | st.lists(st.sampled_from([*PIECES, *WORDS, "word " * 30])).map("".join)


@given(WILD)
def test_a_subject_is_one_header_that_says_just_that(text):
    line = header_line(text)
    assert len(line) <= 200
    assert line == header_line(line)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line)
    got = sent(line)
    (subject,) = got.get_all("Subject")
    assert subject.lstrip(" ") == line, "a first word that is too long for a line begins the next one"
    assert got.get_all("Bcc") is None
    assert set(got.keys()) == {
        *("Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted")
    }


@given(WILD)
def test_nothing_gets_into_a_letter_but_as_words(text):
    said = {"issue": {"title": text, "url": "https://n.example/"}, "note": text, "heading": text, "why": text}
    made = letters.letter("correction", said, "", text, text)
    plain = letters.letter("correction", {**said, "issue": said["issue"] | {"title": "-"}, "note": "-"}, "-", "-", "-")
    assert [tag for tag, _ in read(made).tags if tag not in {"p", "br"}] == [
        tag for tag, _ in read(plain).tags if tag not in {"p", "br"}
    ]


def test_every_sign_arrives(sample):
    letter = letters.issue(sample, WHOLE, subject="“¥300 — €41” 中文 🤖", preheader="—", postal="北京市, ¥ € — “x”")
    text, html = letter.addressed(out="https://n.example/o", preferences="https://n.example/p")
    got = sent(letter.subject, text, html)
    assert got["Subject"] == "“¥300 — €41” 中文 🤖"
    assert got.get_body(["plain"]).get_content().replace("\r\n", "\n") == text
    assert got.get_body(["html"]).get_content().replace("\r\n", "\n").rstrip("\n") == html.rstrip("\n")
    for sign in ("北京市, ¥ € — “x”", "¥300 billion ($41.5 billion)", "pool—43%", "€950 million", "“5+10+N”"):
        assert sign in text
        assert sign in html


def test_drawing_asks_as_often_whatever_there_is(django_assert_num_queries):
    few = published(title="Few", companies=1, policies=1, stories=1, issued_on=ISSUED_ON)
    many = published(title="Many", companies=3, policies=3, stories=3, issued_on=ISSUED_ON)
    for edition in (few, many):
        edition = Edition.objects.select_related("revision").get(pk=edition.pk)
        topics = frozenset(pair for pair in topics_of(edition.revision.content) if pair[1])
        with django_assert_num_queries(2):
            letters.issue(edition, WHOLE)
        with django_assert_num_queries(2):
            letters.issue(edition, Scope(topics=topics))
        with django_assert_num_queries(0):
            letters.issue(edition, Scope(sections=frozenset({"china"})))
        with django_assert_num_queries(0):
            letters.correction(edition, Scope(topics=topics), note=NOTE)
    for editions in ([few], [few, many, many]):
        topics = [Scope(topics=frozenset(p for p in topics_of(e.revision.content) if p[1])) for e in editions]
        with django_assert_num_queries(2):
            letters.weekly(editions, topics)


def test_a_letter_is_a_value(edition):
    assert letters.issue(edition, WHOLE) == letters.issue(edition, WHOLE), "no clock, no chance"
    assert len({WHOLE, Scope(whole=True), Scope(sections=frozenset({"china"}))}) == 2
    assert isinstance(letters.issue(edition, WHOLE), Letter)
