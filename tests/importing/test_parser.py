"""Whole issues: the sample, its variants, and what can go wrong in one."""

import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from newsroom.importing import ParsedIssue, parse
from newsroom.importing.parsed import WHOLE

SAMPLE = (Path(__file__).parents[2] / "newsroom/sample/report-2025-04-12.txt").read_text(encoding="utf-8")


def messages(issue: ParsedIssue, about: str = "") -> list[tuple[int, str]]:
    return [(p.line, p.message) for p in issue.problems if about in p.message]


def content(issue: ParsedIssue) -> dict:
    """What a variant of the same text must not change: all but where things stand and what was left out."""
    printed = issue.as_dict()
    for story in printed["stories"]:
        del story["line"]
    del printed["ignored"]
    return printed


def small(**changed: str) -> str:
    """An issue with two stories in each section; a keyword replaces a part, "" leaves it out."""
    parts = {
        "title": "Global Report: China’s Surge and the World",
        "dateline": "April 12, 2025 — The intro.",
        "china": "Top 2 China Stories\n\n1. Alpha rises\n\nAlpha’s text.\n\n2. Beta falls\n\nBeta’s text.",
        "international": "Top 2 International Stories\n\n1. Gamma\n\nGamma’s text.\n\n2. Delta\n\nDelta’s text.",
        "credits": "Reporting contributed by Reuters and Caixin",
        "takeaways": "Key Takeaways\n\n• One\n• Two",
        "watchlist": "Company Watchlist\n\n• Huawei (China): chips",
        "policies": "Policy Tracker\n\n• EU AI Act (2025)\n• Mandate",
    }
    return "\n\n".join(part for part in (parts | changed).values() if part)


class TestSample:
    issue = parse(SAMPLE)

    def test_front(self):
        assert self.issue.title == (
            "Global AI & Robotics Report: China’s Domestic Surge vs. International Regulatory Crossroads"
        )
        assert self.issue.title_line == 3
        assert self.issue.issued_on == date(2025, 4, 12)
        assert self.issue.hero_alt == "A robot grabs an apple"
        (intro,) = self.issue.intro
        assert intro.startswith("This comprehensive analysis tracks")
        assert intro.endswith("military applications.")

    @pytest.mark.parametrize(
        ("section", "first", "last"),
        [
            (
                "china",
                "Nanjing Emerges as AI Innovation Hub with 5 Firms in National “AI+” Top 100 List",
                "Guangdong Pilots AI “Social Credit” Expansion for Factory Workers",
            ),
            (
                "international",
                "UN Warns of AI’s “Oppenheimer Moment” in Autonomous Weapons Race",
                "Sony-IBM Quantum AI Venture Claims Drug Discovery Breakthrough",
            ),
        ],
    )
    def test_sections(self, section, first, last):
        stories = [story for story in self.issue.stories if story.section == section]
        assert [story.rank for story in stories] == list(range(1, 11))
        assert [stories[0].headline, stories[-1].headline] == [first, last]
        assert all(len(story.paragraphs) == 1 for story in stories)

    def test_every_story_as_printed(self):
        rows = SAMPLE.split("\n")
        for story in self.issue.stories:
            assert rows[story.line - 1] == f"{story.rank}. {story.headline}"
            assert (rows[story.line + 1],) == story.paragraphs

    def test_lists(self):
        assert self.issue.credits == ("The New York Times", "Financial Times", "Nikkei Asia")
        assert [takeaway.text for takeaway in self.issue.takeaways] == [
            "China’s regional AI clusters now contribute 68% of national AI GDP",
            "US-China chip war accelerates domestic alternatives like Moore Threads",
            "EU’s AI Act compliance costs estimated at €40B annually",
            "Global robot installations up 35% year-over-year",
            "Military AI spending exceeds $120B worldwide in 2025",
        ]
        assert [(note.company, note.country, note.note) for note in self.issue.watchlist] == [
            ("Huawei", "China", "Ascend chips power 42% of new AI projects"),
            ("NVIDIA", "US", "Rubik chip faces export restrictions"),
            ("iFLYTEK", "China", "Industrial LLMs gain SOE adoption"),
            ("Tesla", "US", "Optimus production scales globally"),
            ("DeepSeek", "China", "UK security concerns mount"),
        ]
        assert [(policy.name, policy.detail, policy.line) for policy in self.issue.policies] == [
            ("China’s “AI+” Action Plan", "2025-2030", 114),
            ("EU AI Act", "Full enforcement begins Q3 2025", 115),
            ("US CHIPS Act Phase 2", "$52B allocated", 116),
            ("UK’s “Algorithmic Transparency” Mandate", None, 117),
            ("UN Autonomous Weapons Convention Draft", None, 118),
        ]

    def test_headings(self):
        assert self.issue.headings == {
            "china": "Top 10 China AI/Robotics Developments",
            "international": "Top 10 International AI/Robotics Developments",
        }

    def test_nothing_is_wrong_and_the_furniture_is_left_out(self):
        assert self.issue.problems == ()
        assert self.issue.importable
        assert [(left.line, left.text) for left in self.issue.ignored] == [
            (120, "Leave a Comment"),
            (122, "Your email address will not be published. Required fields are marked *"),
            (124, "Wordpress Social Share Plugin powered by Ultimatelysocial"),
            (125, "RSS"),
            (126, "Follow by Email"),
            (127, "LinkedIn"),
            (128, "Share"),
        ]

    def test_as_dict_has_exactly_the_keys_other_doors_print(self):
        printed = self.issue.as_dict()
        assert list(printed) == [
            "title", "issued_on", "hero_alt", "intro", "stories", "credits", "takeaways", "watchlist", "policies",
            "ignored", "problems",
        ]  # fmt: skip
        assert printed["issued_on"] == "2025-04-12"
        assert list(printed["stories"][0]) == ["section", "rank", "headline", "paragraphs", "line"]
        assert list(printed["watchlist"][0]) == ["company", "country", "note"]
        assert printed["policies"][3] == {"name": "UK’s “Algorithmic Transparency” Mandate", "detail": None}
        assert json.loads(json.dumps(printed)) == printed


VARIANTS = {
    "bom": lambda text: "\ufeff" + text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "cr": lambda text: text.replace("\n", "\r"),
    "no-break indent": lambda text: text.replace("  •", "\u00a0\u00a0•\u00a0").replace(". ", ".\u00a0", 0),
    "no-break after number": lambda text: re.sub(r"(?m)^(\d+\.) ", "\\1\u00a0", text),
    "no-break in names": lambda text: text.replace("EU AI Act (", "EU\u00a0AI\u00a0Act\u00a0("),
    "no-break empty lines": lambda text: text.replace("\n\n", "\n\u00a0\n"),
    "trailing spaces": lambda text: text.replace("\n", " \t\u00a0\n"),
    "hyphens": lambda text: text.replace("  • ", "- "),
    "en dashes": lambda text: text.replace("  • ", "\t– "),
    "em dashes": lambda text: text.replace("  • ", "— "),
    "stars": lambda text: text.replace("  • ", "      * "),
    "no space after bullet": lambda text: text.replace("  • ", "•"),
    "bracket numbers": lambda text: re.sub(r"(?m)^(\d+)\. ", r"\1) ", text),
    "chinese numbers": lambda text: re.sub(r"(?m)^(\d+)\. ", r"\1、", text),
    "wide numbers": lambda text: re.sub(
        r"(?m)^(\d+)\. ", lambda m: m[1].translate(str.maketrans("0123456789", "０１２３４５６７８９")) + "．", text
    ),
    "no headings' numbers": lambda text: text.replace("Top 10 ", ""),
    "markdown": lambda text: re.sub(
        r"(?m)^(\d+\. )", r"### \1", re.sub(r"(?m)^(Top 10|Key T|Company W|Policy T)", r"## \1", text)
    ),
    "bold": lambda text: re.sub(r"(?m)^(\d+\. .*|Key T.*|Top 10.*)$", r"**\1**", text),
    "upper case headings": lambda text: re.sub(r"(?m)^(Key T.*|Company W.*|Policy T.*)$", lambda m: m[0].upper(), text),
    "colons": lambda text: re.sub(r"(?m)^(Key T.*|Company W.*|Policy T.*|Top 10.*)$", r"\1:", text),
    "no empty line under headlines": lambda text: re.sub(r"(?m)^(\d+\. .*)\n\n", r"\1\n", text),
    "no empty lines": lambda text: re.sub(r"\n\n+", "\n", text),
    "other date": lambda text: text.replace("April 12, 2025 —", "2025-04-12:"),
    "markdown image": lambda text: text.replace("A robot grabs an apple", "![A robot grabs an apple](robot.jpg)"),
    "wide brackets": lambda text: re.sub(r"(?m)^(  • \w+) \((\w+)\): ", r"\1（\2）：", text),
    "dash notes": lambda text: re.sub(r"(?m)^(  • \w+ \(\w+\)): ", r"\1 — ", text),
    "semicolons": lambda text: text.replace("Times, Financial Times, and", "Times; Financial Times;"),
    "underlined title": lambda text: text.replace("Crossroads\n", "Crossroads\n=======\n", 1),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_of_the_sample_read_the_same(name):
    text = VARIANTS[name](SAMPLE)
    assert text != SAMPLE
    assert content(parse(text)) == content(parse(SAMPLE))


def test_straight_quotes_stay_straight():
    straight = SAMPLE.replace("“", '"').replace("”", '"').replace("’", "'")
    issue = parse(straight)
    assert issue.problems == ()
    assert issue.policies[0].name == 'China\'s "AI+" Action Plan'


@pytest.mark.parametrize("count", [2, 3, 7, 10])
def test_any_number_at_the_top(count):
    assert content(parse(SAMPLE.replace("Top 10 ", f"Top {count} "))) == content(parse(SAMPLE))


def test_parts_in_any_order():
    forward = parse(small())
    parts = small().split("\n\n")
    head, body = "\n\n".join(parts[:2]), small()[len("\n\n".join(parts[:2])) :]
    names = ["Top 2 China", "Top 2 International", "Reporting", "Key T", "Company", "Policy"]
    starts = [body.index(name) for name in names] + [len(body)]
    pieces = [body[start:end].strip() for start, end in pairwise(starts)]
    backward = parse("\n\n".join([head, *reversed(pieces)]))
    assert backward.problems == forward.problems == ()
    assert (backward.takeaways[0].text, backward.watchlist[0].company) == ("One", "Huawei")
    assert {s.headline for s in backward.stories} == {s.headline for s in forward.stories}
    assert [s.section for s in backward.stories] == ["international"] * 2 + ["china"] * 2


class TestFront:
    def test_title_over_its_dateline_has_no_alt(self):
        issue = parse(small())
        assert (issue.title, issue.hero_alt) == ("Global Report: China’s Surge and the World", "")

    def test_several_paragraphs(self):
        issue = parse(small(dateline="April 12, 2025 — One.\n\n2026 was different.\n\n3.5 million people."))
        assert issue.intro == ("One.", "2026 was different.", "3.5 million people.")

    def test_date_on_its_own_line(self):
        issue = parse(small(dateline="12 April 2025\n\nThe intro."))
        assert (issue.issued_on, issue.intro) == (date(2025, 4, 12), ("The intro.",))

    def test_date_above_the_title(self):
        issue = parse("April 12, 2025\n\n" + small(dateline="The intro."))
        assert issue.title == "Global Report: China’s Surge and the World"
        assert (issue.issued_on, issue.intro, issue.hero_alt) == (date(2025, 4, 12), ("The intro.",), "")

    def test_no_date_is_a_warning(self):
        issue = parse("A robot\n\n" + small(dateline="The intro."))
        assert (issue.title, issue.hero_alt) == ("Global Report: China’s Surge and the World", "A robot")
        assert (issue.issued_on, issue.intro, issue.importable) == (None, ("The intro.",), True)
        assert messages(issue)[0][0] == 3
        assert "No date" in messages(issue)[0][1]

    def test_impossible_date_is_a_warning(self):
        issue = parse(small(dateline="February 30, 2025 — The intro."))
        assert (issue.issued_on, issue.intro, issue.importable) == (None, ("The intro.",), True)
        ((line, message),) = messages(issue)
        assert line == 3
        assert "“February 30, 2025” is no day of the calendar" in message

    def test_a_title_that_could_be_a_section(self):
        for title in ("Global Robotics News", "China Weekly News", "Top 10 China Stories of the Week"):
            issue = parse(small(title=title))
            assert (issue.title, issue.problems, len(issue.stories)) == (title, (), 4)

    def test_no_title_is_an_error(self):
        issue = parse(small(title="", dateline=""))
        assert not issue.importable
        assert next(p.message for p in issue.problems if p.level == "error").startswith("No title")
        assert len(issue.stories) == 4

    def test_a_byline_is_no_title(self):
        issue = parse(small(dateline="By Jane Doe\n\nApril 12, 2025 — The intro."))
        assert (issue.title, issue.intro) == ("Global Report: China’s Surge and the World", ("The intro.",))
        assert [left.text for left in issue.ignored] == ["By Jane Doe"]
        assert len(messages(issue, "“By Jane Doe” is left out")) == 1

    def test_furniture_at_the_start(self):
        issue = parse("Skip to content\nMenu\nWe use cookies to improve your visit.\nAccept\n\n" + small())
        assert issue.problems == ()
        assert [left.line for left in issue.ignored] == [1, 2, 3, 4]

    def test_unknown_line_at_the_start(self):
        issue = parse("The Daily Planet\n\nA robot\n\n" + small())
        assert (issue.hero_alt, issue.ignored[0].text) == ("A robot", "The Daily Planet")
        assert [line for line, _ in messages(issue)] == [1]


class TestRanks:
    def test_missing(self):
        issue = parse(SAMPLE.replace("\n4. Shanghai", "\nShanghai"))
        ((line, message),) = messages(issue)
        assert (line, issue.importable) == (26, True)
        assert "China: rank 4 is missing after line 18" in message
        assert "Line 22, “Shanghai Showcases" in message

    def test_repeated(self):
        issue = parse(SAMPLE.replace("\n5. Moore", "\n4. Moore"))
        found = messages(issue)
        assert [line for line, _ in found] == [26, 30]
        assert found[0][1] == "China: rank 4 appears twice (lines 22 and 26); the second will become rank 5."
        assert len(issue.stories) == 20

    def test_out_of_order(self):
        issue = parse(small(china="China\n\n1. A\n\na.\n\n3. B\n\nb.\n\n2. C\n\nc."))
        ((_, message),) = messages(issue)
        assert "rank 2 stands below rank 3" in message

    def test_last_ones_missing(self):
        issue = parse(small(china="Top 3 China Stories\n\n1. A\n\na.\n\n2. B\n\nb."))
        ((line, message),) = messages(issue)
        assert line == 5
        assert "promises 3 stories, but 2 were found" in message

    def test_lost_heading(self):
        issue = parse(SAMPLE.replace("Top 10 International AI/Robotics Developments\n", ""))
        assert any("begin again with 1 on line 52" in message for _, message in messages(issue))
        assert not any("twice" in message for _, message in messages(issue))
        assert len(issue.stories) == 20

    def test_headlines_without_numbers(self):
        issue = parse(small(china="China\n\nAlpha rises\n\nAlpha’s text.\n\nBeta falls\n\nBeta’s text."))
        assert [(s.rank, s.headline) for s in issue.stories[:2]] == [(1, "Alpha rises"), (2, "Beta falls")]
        assert len(messages(issue, "has no number")) == 2

    @pytest.mark.parametrize(
        "paragraph",
        [
            "2026 was a good year.",
            "3.5 million people live there.",
            "10. Downing Street said nothing.",
            "2. This is a long sentence of the story that only begins with a number.",
            "5,000 robots",
            "2",
            "0. Zero is no rank",
        ],
    )
    def test_a_paragraph_may_begin_with_a_number(self, paragraph):
        issue = parse(small(china=f"China\n\n1. Alpha rises\n\n{paragraph}\n\nMore.\n\n2. Beta falls\n\nBeta’s text."))
        assert issue.problems == ()
        assert issue.stories[0].paragraphs == (paragraph, "More.")
        assert issue.stories[1].headline == "Beta falls"

    def test_a_list_inside_a_story(self):
        china = "China\n\n1. Alpha rises\n\nThree points:\n1. one\n2. two\n3. three\n\n2. Beta falls\n\nBeta’s text."
        issue = parse(small(china=china))
        assert issue.stories[0].paragraphs == ("Three points:", "1. one", "2. two", "3. three")
        assert issue.problems == ()

    def test_bullets_inside_a_story_stay(self):
        issue = parse(small(china="China\n\n1. Alpha\n\nPoints:\n\n• one\n- two\n\n2. Beta\n\nText."))
        assert issue.stories[0].paragraphs == ("Points:", "• one", "• two")

    def test_a_number_alone_on_its_line(self):
        issue = parse(small(china="China\n\n1.\nAlpha rises\n\nText.\n\n2.\nBeta falls\n\nText."))
        assert [s.headline for s in issue.stories[:2]] == ["Alpha rises", "Beta falls"]
        assert issue.problems == ()


class TestSections:
    @pytest.mark.parametrize(
        "heading",
        [
            "China", "CHINA:", "Chinese News", "## China", "Top 2 Chinese AI Stories", "Top Two Stories from China",
            "China’s Top Stories", "China AI/Robotics Developments", "🇨🇳 China", "中国", "中国要闻", "国内新闻",
            "一、中国十大新闻", "Inside China: the week", "**China**", "China AI landscape",
        ],
    )  # fmt: skip
    def test_china(self, heading):
        issue = parse(small(china=f"{heading}\n\n1. Alpha\n\nText.\n\n2. Beta\n\nText."))
        assert issue.problems == ()
        assert [s.section for s in issue.stories] == ["china"] * 2 + ["international"] * 2

    @pytest.mark.parametrize(
        "heading",
        [
            "International", "World News", "Global Stories", "Around the World", "Top 2 Global AI Developments",
            "Top 2 Developments Outside China", "International (ex China)", "国际", "海外动态", "国际十大新闻",
            "Rest of the World",
        ],
    )  # fmt: skip
    def test_international(self, heading):
        issue = parse(small(international=f"{heading}\n\n1. Gamma\n\nText.\n\n2. Delta\n\nText."))
        assert issue.problems == ()
        assert [s.section for s in issue.stories] == ["china"] * 2 + ["international"] * 2

    def test_a_headline_about_china_is_no_heading(self):
        china = (
            "China\n\n1. China Developments\n\nChina news is good.\n\n2. Top 10 Global Chinese Stories\n\nGlobal trade."
        )
        issue = parse(small(china=china))
        assert issue.problems == ()
        assert [s.headline for s in issue.stories[:2]] == ["China Developments", "Top 10 Global Chinese Stories"]

    def test_one_missing(self):
        issue = parse(small(international=""))
        ((line, message),) = messages(issue)
        assert line == WHOLE
        assert message.startswith("No International section")
        assert issue.importable

    def test_heading_lost_above_the_first_story(self):
        issue = parse(small(china="1. Alpha\n\nText."))
        ((line, message),) = messages(issue)
        assert line == 5
        assert "looks like a ranked story" in message

    def test_neither_china_nor_international(self):
        issue = parse(
            small(
                china=small().split("\n\nTop 2 Int")[0].split("intro.\n\n")[1]
                + "\n\nTop 2 European Stories\n\n1. X\n\nx."
            )
        )
        ((line, message),) = messages(issue)
        assert line == 15
        assert "Top 2 European Stories” and 2 more lines up to line 19 are left out" in message
        assert [left.line for left in issue.ignored] == [15, 17, 19]

    def test_without_stories(self):
        issue = parse(small(china="Top 2 China Stories"))
        ((line, message),) = messages(issue)
        assert (line, message) == (5, "China: no stories stand under the heading “Top 2 China Stories”.")

    def test_no_stories_at_all_is_one_error(self):
        issue = parse(small(china="", international=""))
        assert [p.level for p in issue.problems] == ["error"]

    def test_headline_without_text(self):
        issue = parse(small(china="China\n\n1. Alpha rises\n\n2. Beta falls\n\nText."))
        ((line, message),) = messages(issue)
        assert (line, message) == (7, "China: story 1, “Alpha rises”, has a headline but no text.")

    def test_repeated_heading(self):
        issue = parse(small() + "\n\nKey Takeaways\n\n• Three")
        assert [takeaway.text for takeaway in issue.takeaways] == ["One", "Two", "Three"]
        assert len(messages(issue, "printed 2 times")) == 1

    def test_several_paragraphs_stay_apart(self):
        china = "China\n1. Alpha\nOne.\nTwo “three”.\n\nFour\n2. Beta\nText."
        issue = parse(small(china=china))
        assert issue.stories[0].paragraphs == ("One.", "Two “three”.", "Four")

    def test_a_wrapped_paragraph_is_put_together(self):
        issue = parse(small(china="China\n\n1. Alpha\n\nThis was wrapped\nin the middle.\n\n2. Beta\n\nText."))
        assert issue.stories[0].paragraphs == ("This was wrapped in the middle.",)


class TestLists:
    @pytest.mark.parametrize(
        "heading", ["Key takeaways:", "TAKEAWAYS", "## Key Takeaways", "5 Key Takeaways", "要点", "本期要点："]
    )
    def test_takeaways(self, heading):
        issue = parse(small(takeaways=f"{heading}\n- One\n- 3.5 million"))
        assert issue.problems == ()
        assert [takeaway.text for takeaway in issue.takeaways] == ["One", "3.5 million"]

    @pytest.mark.parametrize(
        "heading", ["Watchlist", "COMPANY WATCHLIST", "Companies to watch:", "## Company Watch", "关注公司"]
    )
    def test_watchlist(self, heading):
        issue = parse(small(watchlist=f"{heading}\n\nHuawei (China): chips\n\nNvidia: more chips"))
        assert issue.problems == ()
        assert [(n.company, n.country, n.note) for n in issue.watchlist] == [
            ("Huawei", "China", "chips"), ("Nvidia", "", "more chips"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "heading", ["Policy Watch", "policy tracker:", "Policies to Watch", "### Regulatory tracker", "政策追踪"]
    )
    def test_policies(self, heading):
        issue = parse(small(policies=f"{heading}\n1. EU AI Act (2025)\n2. Mandate"))
        assert issue.problems == ()
        assert [(p.name, p.detail) for p in issue.policies] == [("EU AI Act", "2025"), ("Mandate", None)]

    @pytest.mark.parametrize(
        "printed",
        [
            "Sources: Reuters; Caixin", "Reporting by Reuters and Caixin", "Sources:\n• Reuters\n• Caixin",
            "## Sources\n\nReuters, Caixin", "来源：Reuters、Caixin", "Reporting contributed by Reuters,\nCaixin",
        ],
    )  # fmt: skip
    def test_credits(self, printed):
        issue = parse(small(credits=printed))
        assert issue.problems == ()
        assert issue.credits == ("Reuters", "Caixin")

    def test_credits_between_stories(self):
        china = "China\n\n1. Alpha\n\nText.\n\nSource: Reuters\n\n2. Beta\n\nText.\n\nSource: Caixin"
        issue = parse(small(china=china, credits=""))
        assert issue.problems == ()
        assert [s.headline for s in issue.stories[:2]] == ["Alpha", "Beta"]
        assert issue.credits == ("Reuters", "Caixin")

    def test_a_source_that_is_also_a_share_button(self):
        issue = parse(small(credits="Sources:\n• LinkedIn\n• Reuters"))
        assert issue.credits == ("LinkedIn", "Reuters")

    @pytest.mark.parametrize("part", ["takeaways", "watchlist", "policies", "credits"])
    def test_missing(self, part):
        issue = parse(small(**{part: ""}))
        assert [(p.line, p.level, p.message[:3]) for p in issue.problems] == [(WHOLE, "warning", "No ")]

    def test_empty(self):
        issue = parse(small(takeaways="Key Takeaways"))
        ((_, message),) = messages(issue)
        assert message == "Key Takeaways: nothing stands under the heading “Key Takeaways”."

    def test_a_company_of_which_nothing_is_said(self):
        issue = parse(small(watchlist="Company Watchlist\n\n• Huawei (China)\n• Tesla (US): cars"))
        ((line, message),) = messages(issue)
        assert (line, message[:42]) == (34, "Company Watchlist: nothing is said of “Hua")

    def test_wrapped_entry(self):
        issue = parse(small(takeaways="Key Takeaways\n\n• One that is\n  wrapped\n• Two"))
        assert [takeaway.text for takeaway in issue.takeaways] == ["One that is wrapped", "Two"]


class TestLeftOut:
    @pytest.mark.parametrize("between", ["\n", "\n\n"])
    def test_an_unknown_line_is_told(self, between):
        issue = parse(small() + between + "Thank you for reading.")
        assert issue.ignored[-1].text == "Thank you for reading."
        ((line, message),) = messages(issue)
        assert line == issue.ignored[-1].line
        assert message.startswith("“Thank you for reading.” is left out")
        assert len(issue.policies) == 2

    def test_real_words_after_the_furniture_are_told(self):
        issue = parse(SAMPLE + "\nName *\nPost Comment\nA forgotten paragraph of the issue.\n")
        assert [left.line for left in issue.ignored] == [120, 122, 124, 125, 126, 127, 128, 129, 130, 131]
        assert [line for line, _ in messages(issue)] == [131]

    def test_a_part_after_the_furniture_is_read(self):
        issue = parse(
            SAMPLE.replace("Key Takeaways", "Share this:\n\nRelated posts\n\nSome other post\n\nKey Takeaways")
        )
        assert len(issue.takeaways) == 5
        assert [left.text for left in issue.ignored][:3] == ["Share this:", "Related posts", "Some other post"]

    def test_furniture_between_stories_ends_nothing(self):
        issue = parse(small(china="China\n\n1. Alpha\n\nText.\n\nTweet\nShare this:\n\nMore.\n\n2. Beta\n\nText."))
        assert issue.stories[0].paragraphs == ("Text.", "More.")
        assert issue.problems == ()

    def test_pictures_in_stories(self):
        issue = parse(small(china="China\n\n1. Alpha\n\n![A chart](c.png)\n\nText.\n\n2. Beta\n\nText."))
        assert issue.stories[0].paragraphs == ("Text.",)
        assert "The picture “![A chart](c.png)”" in messages(issue)[0][1]

    def test_rules_and_invisible_lines_are_left_out_without_a_word(self):
        issue = parse(small(credits="* * *\n\n\u200b\n\nSources: A\n\n-----"))
        assert issue.problems == ()
        assert [left.text for left in issue.ignored] == ["* * *", "\u200b", "-----"]


class TestNoIssue:
    @pytest.mark.parametrize(
        "text",
        [
            "Hello",
            "Lorem ipsum.\n\nDolor.\n" * 50,
            "1. a\n2. b\n3. c",
            "{}",
            "<p>a</p><p>b</p>",
            "🤖",
            "\x00\x01",
            "(" * 10_000,
        ],
    )
    def test_one_clear_error(self, text):
        issue = parse(text)
        ((level, message),) = [(p.level, p.message) for p in issue.problems]
        assert level == "error"
        assert "does not look like an issue" in message
        assert not issue.importable
        assert issue.title == ""

    @pytest.mark.parametrize("text", ["", "\n\n", " \t\u00a0\r\n", "\ufeff"])
    def test_empty(self, text):
        issue = parse(text)
        assert [(p.line, p.level) for p in issue.problems] == [(WHOLE, "error")]
        assert "empty" in issue.problems[0].message


def test_what_is_typed_survives():
    paragraph = (
        "“Curly” ‘quotes’ ¥5\u00a0bn €4 — 中文，全角 ﬁ ² 🤖👩\u200d🚀 e\u0301 star* 5*3 _x snake_case <b> &amp; \\1"
    )
    issue = parse(small(dateline=f"April 12, 2025 — {paragraph}", china=f"China\n\n1. {paragraph}\n\n{paragraph}"))
    assert issue.intro == (paragraph,)
    assert issue.stories[0].paragraphs == (paragraph,)
    assert issue.stories[0].headline == paragraph.replace("\u00a0", " ")
