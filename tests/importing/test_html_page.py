"""Issues pasted as HTML: from WordPress, from a whole page, and soup."""

import html
from pathlib import Path

import pytest

from newsroom.importing import parse
from newsroom.importing.html_page import looks_like_html, read_html

PAGE = """<!DOCTYPE html>
<html><head><title>Site</title>
<style>
p { margin: 0 }
</style></head>
<body class="post">
<nav><ul><li><a href="/">Home</a></li><li>Issues</li></ul></nav>
<img src="logo.png" alt="Site logo">
<!-- wp:image -->
<figure><img src="robot.jpg"
  alt="A robot &amp; an apple" width="10"></figure>
<!-- /wp:image -->
<h1>Global Report: China&#8217;s Surge</h1>
<p><strong>April 12, 2025</strong> &mdash; The
   intro, with&nbsp;<em>care</em> &lt;here&gt;.</p>
<p>More intro.</p>
<h2>Top 2 China Stories</h2>
<h3>1. Alpha &ldquo;rises&rdquo;</h3>
<p>One.</p><p>Two.<br>Three.</p>
<p><strong>2. Beta falls</strong></p>
<p>Text.</p>
<h2>International</h2>
<ol>
  <li><strong>Gamma</strong><p>Gamma’s text.</p></li>
  <li>Delta<br>Delta’s text.</li>
</ol>
<p><em>Reporting contributed by Reuters &amp; Co, Caixin, and AP</em></p>
<h2>Key Takeaways</h2>
<ul><li>One</li><li>Two <b>bold</b></li></ul>
<h2>Company Watchlist</h2>
<ul>
<li><strong>Huawei</strong> (China): chips</li>
</ul>
<h2>Policy Tracker</h2>
<ul>
<li>EU AI Act (2025)</li>
</ul>
<script>
var a = "<p>no</p>";
</script>
<h3>Leave a Comment</h3>
<form><label>Name *</label><input name="n"><button>Post Comment</button></form>
</body></html>
"""


class TestPage:
    issue = parse(PAGE)

    def test_front(self):
        assert self.issue.title == "Global Report: China’s Surge"
        assert self.issue.hero_alt == "A robot & an apple"
        assert self.issue.as_dict()["issued_on"] == "2025-04-12"
        assert self.issue.intro == ("The intro, with\u00a0care <here>.", "More intro.")

    def test_stories(self):
        assert [(s.section, s.rank, s.headline, s.paragraphs) for s in self.issue.stories] == [
            ("china", 1, "Alpha “rises”", ("One.", "Two.", "Three.")),
            ("china", 2, "Beta falls", ("Text.",)),
            ("international", 1, "Gamma", ("Gamma’s text.",)),
            ("international", 2, "Delta", ("Delta’s text.",)),
        ]

    def test_lists(self):
        printed = self.issue.as_dict()
        assert printed["credits"] == ["Reuters & Co", "Caixin", "AP"]
        assert printed["takeaways"] == ["One", "Two bold"]
        assert printed["watchlist"] == [{"company": "Huawei", "country": "China", "note": "chips"}]
        assert printed["policies"] == [{"name": "EU AI Act", "detail": "2025"}]

    def test_lines_are_those_of_the_source(self):
        rows = PAGE.split("\n")
        for story in self.issue.stories:
            assert story.headline.split()[0] in rows[story.line - 1]

    def test_the_page_around_it_is_left_out(self):
        left = [(line.line, line.text) for line in self.issue.ignored]
        assert (7, "• Home") in left or (7, "Home") in left
        signs = ("style", "margin", "Home", "script", "var a", "Leave a Comment", "Name *")
        around = {n for n, row in enumerate(PAGE.split("\n"), start=1) if any(sign in row for sign in signs)}
        assert around <= {line for line, _ in left}
        (problem,) = self.issue.problems
        assert (problem.line, problem.message[:35]) == (8, "The picture “Site logo” is left out")

    def test_every_line_is_used_or_left_out(self):
        filled = {number for number, row in enumerate(PAGE.split("\n"), start=1) if row.strip()}
        assert self.issue.used | {line.line for line in self.issue.ignored} == filled


def test_the_classic_editor_has_no_paragraph_tags():
    text = """Global Report: China and the World

April 12, 2025 — Intro.

<h2>China</h2>
<strong>1. Alpha</strong>

Alpha’s text.

Second paragraph.

<strong>2. Beta</strong>
Text.
<h2>World</h2>
<strong>1. Gamma</strong>

Text.
<h2>Key Takeaways</h2>
<ul>
<li>One</li>
</ul>
"""
    issue = parse(text)
    assert issue.title == "Global Report: China and the World"
    assert [(s.headline, s.paragraphs) for s in issue.stories] == [
        ("Alpha", ("Alpha’s text.", "Second paragraph.")),
        ("Beta", ("Text.",)),
        ("Gamma", ("Text.",)),
    ]
    assert issue.takeaways[0].text == "One"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>a</p>", True),
        ("a<br>b<br/>c", True),
        ('<img src="x" alt="y">', True),
        ("1 < 2 and 3 > 2", False),
        ("<b>one</b>", False),
        ("I <3 robots <<< >>>", False),
        ("<Company> and <Country>", False),
        ("", False),
    ],
)
def test_what_counts_as_html(text, expected):
    assert looks_like_html(text) is expected


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("<p>a < b</p><p>x <y> z</p>", ["a < b", "x <y> z"]),
        ("<p>a &amp; &#20013; &nosuch; &lt;b&gt;</p>", ["a & 中 &nosuch; <b>"]),
        ("<p>one\n   two\n\tthree</p>", ["one two three"]),
        ("<div>one\ntwo</div>", ["one", "two"]),
        ("<ol start=3><li>a<li value='7'>b<li>c</ol>", ["3. a", "7. b", "8. c"]),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", ["• a", "• b", "• c"]),
        ("<p title=\"a > b\">x</p><p class='y'>z</p>", ["x", "z"]),
        ("<p>unclosed <b>bold <p>next", ["unclosed bold", "next"]),
        ("<p>a</p><script>if (a<b) {}</SCRIPT><p>b</p>", ["a", "<script>if (a<b) {}</SCRIPT>", "b"]),
        ("<p>a</p><script>never closed <p>b</p>", ["a", "never closed", "b"]),
        ("<p>a</p><!-- never closed <p>b</p>", ["a", "<!-- never closed", "b"]),
        ("<p>a</p><nav>never closed <p>b</p>", ["a", "never closed", "b"]),
        ('<p>smile <img class="wp-smiley" alt="🙂"> on</p>', ["smile 🙂 on"]),
        ('<p class="broken quote>x</p><p>y</p>', ["x", "y"]),
        ("<![CDATA[x]]><p>a</p><?php echo 1 ?><p>b</p>", ["a", "b"]),
    ],
)
def test_lines_of_a_page(text, printed):
    assert [line.printed for line in read_html(text).lines] == printed


def as_html(row: str) -> str:
    """A row of the sample as WordPress prints it."""
    words = html.escape(row.strip()).replace("’", "&#8217;")
    if row.startswith(("Top 10", "Key T", "Company W", "Policy T")):
        return f"<h2>{words}</h2>"
    if row[:1].isdecimal():
        return f"<h3><strong>{words}</strong></h3>"
    if row.startswith("  •"):
        return f"<ul><li>{words[1:]}</li></ul>"
    return f"<p>{words}</p>" if words else ""


@pytest.mark.parametrize("line_end", ["\n", "", "\n\n<!-- wp:paragraph -->\n"])
def test_the_sample_as_html_reads_the_same(line_end):
    sample = (Path(__file__).parents[2] / "newsroom/sample/report-2025-04-12.txt").read_text(encoding="utf-8")
    plain, pasted = parse(sample), parse(line_end.join(as_html(row) for row in sample.split("\n")))
    assert [(s.rank, s.headline, s.paragraphs) for s in pasted.stories] == [
        (s.rank, s.headline, s.paragraphs) for s in plain.stories
    ]
    for name in ("title", "issued_on", "hero_alt", "intro", "credits", "headings", "problems"):
        assert getattr(pasted, name) == getattr(plain, name)
    for name in ("takeaways", "watchlist", "policies"):
        assert pasted.as_dict()[name] == plain.as_dict()[name]
    assert [left.text for left in pasted.ignored] == [left.text for left in plain.ignored]
