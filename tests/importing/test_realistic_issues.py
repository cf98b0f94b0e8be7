"""What editors really paste: the findings of ten issues that somebody tried, each with its text."""

from datetime import date

import pytest

from newsroom.importing import ParsedIssue, parse

PREFIX = "Title\n\nApril 12, 2025 — Intro.\n\n"
STORIES = f"{PREFIX}Top 2 China Stories\n\n1. Alpha rises\n\nText.\n\n2. Beta falls\n\nBeta’s text.\n\n"
ONE_STORY = "\n\nChina\n\n1. Alpha rises\n\nText."


def told(issue: ParsedIssue, about: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in issue.problems if about in problem.message]


def left_out(issue: ParsedIssue) -> list[str]:
    return [left.text for left in issue.ignored]


def headlines(issue: ParsedIssue) -> list[tuple[int, str]]:
    return [(story.rank, story.headline) for story in issue.stories]


class TestHeadingsOfLists:
    def test_a_list_ends_where_another_begins(self):
        issue = parse(STORIES + "Company Watchlist\n- Zhipu — IPO\n\nPolicies\n- EU AI Act — in force")
        assert [note.company for note in issue.watchlist] == ["Zhipu"]
        assert [(policy.name, policy.detail) for policy in issue.policies] == [("EU AI Act", "in force")]

    def test_credits_swallow_no_other_list(self):
        issue = parse(
            STORIES
            + "CREDITS\nBloomberg\n\nWHAT WE LEARNED\n• Power is short\n\nCOMPANIES\n• Cambricon (China) — record"
        )
        assert issue.credits == ("Bloomberg",)
        assert [takeaway.text for takeaway in issue.takeaways] == ["Power is short"]
        assert [(note.company, note.note) for note in issue.watchlist] == [("Cambricon", "record")]

    @pytest.mark.parametrize(
        "heading", ["Bottom line", "Five things to remember", "IN BRIEF", "What we learned:", "TL;DR"]
    )
    def test_takeaways_after_the_last_story(self, heading):
        issue = parse(f"{STORIES}{heading}\n• One\n• Two")
        assert [takeaway.text for takeaway in issue.takeaways] == ["One", "Two"]
        assert issue.stories[-1].paragraphs == ("Beta’s text.",)

    @pytest.mark.parametrize("heading", ["Companies", "Also watching", "Company news", "公司"])
    def test_companies_after_the_last_story(self, heading):
        issue = parse(f"{STORIES}{heading}\n\n• ABB (Switzerland): robots")
        assert [note.company for note in issue.watchlist] == ["ABB"]

    @pytest.mark.parametrize("heading", ["Policy & Regulation", "Regulation", "POLICIES", "政策与监管"])
    def test_policies_after_the_last_story(self, heading):
        issue = parse(f"{STORIES}{heading}\n\n• EU AI Act (2025)")
        assert [policy.name for policy in issue.policies] == ["EU AI Act"]

    def test_without_bullets(self):
        issue = parse(STORIES + "Bottom line\n\nChina leads.\n\nCompanies\n\nABB (Switzerland): robots")
        assert [takeaway.text for takeaway in issue.takeaways] == ["China leads."]
        assert [note.company for note in issue.watchlist] == ["ABB"]

    @pytest.mark.parametrize("heading", ["Events of the week", "今日数据", "ALSO THIS WEEK"])
    def test_an_unknown_one_after_the_last_story(self, heading):
        issue = parse(f"{STORIES}{heading}\n• One\n• Two\n\nPolicies\n• EU AI Act (2025)")
        assert issue.stories[-1].paragraphs == ("Beta’s text.",)
        ((line, message),) = told(issue, "left out")
        assert line == 15
        assert message.startswith(f"“{heading}” and 2 more lines up to line 17 are left out")
        assert "under a heading the importer knows" in message
        assert len(issue.policies) == 1

    def test_an_unknown_one_in_a_list(self):
        issue = parse(
            STORIES + "Company Watchlist\n• ABB (Switzerland): robots\n\nJobs\n• Engineer\n\nPolicies\n• Act (2025)"
        )
        assert [note.company for note in issue.watchlist] == ["ABB"]
        assert left_out(issue) == ["Jobs", "• Engineer"]
        assert len(issue.policies) == 1

    def test_an_unknown_one_after_credits(self):
        issue = parse(STORIES + "CREDITS\nBloomberg\n\nWHAT TO DO\n• Save power")
        assert issue.credits == ("Bloomberg",)
        assert left_out(issue) == ["WHAT TO DO", "• Save power"]

    def test_groups_of_a_list_stay_in_it(self):
        issue = parse(STORIES + "Company Watchlist\n\nEurope\n• ABB (Switzerland): a\n\nAsia\n• Huawei (China): b")
        assert [note.company for note in issue.watchlist] == ["ABB", "Huawei"]
        assert left_out(issue) == ["Europe", "Asia"]

    def test_companies_in_capitals_are_no_headings(self):
        issue = parse(STORIES + "Company Watchlist\n\nABB: robots\n\nTSMC: chips\n\nNVIDIA: more chips")
        assert [note.company for note in issue.watchlist] == ["ABB", "TSMC", "NVIDIA"]

    @pytest.mark.parametrize("heading", ["Companies", "Key facts", "BY THE NUMBERS"])
    def test_between_stories_it_is_a_part_of_the_story(self, heading):
        issue = parse(f"{PREFIX}China\n\n1. Alpha\n\nText.\n\n{heading}\n• one\n\n2. Beta\n\nText.")
        assert issue.stories[0].paragraphs == ("Text.", heading, "• one")
        assert headlines(issue) == [(1, "Alpha"), (2, "Beta")]

    def test_contents_repeat_the_headlines(self):
        issue = parse("Title\n\nIn this issue:\n• Alpha rises\n\nApril 12, 2025 — Intro." + ONE_STORY)
        assert issue.intro == ("Intro.",)
        assert left_out(issue) == ["In this issue:", "• Alpha rises"]
        assert not told(issue, "left out")


class TestDashes:
    def test_of_a_chinese_dateline(self):
        issue = parse("周报\n\n2025年4月12日——导语。" + ONE_STORY)
        assert (issue.issued_on, issue.intro) == (date(2025, 4, 12), ("导语。",))

    @pytest.mark.parametrize(
        ("entry", "fields"),
        [
            ("英伟达（美国）——市值新高", ("英伟达", "美国", "市值新高")),
            ("英伟达——市值新高", ("英伟达", "", "市值新高")),
            ("Nestlé (Switzerland), chatbots", ("Nestlé", "Switzerland", "chatbots")),
        ],
    )
    def test_of_notes(self, entry, fields):
        (note,) = parse(f"{STORIES}Company Watchlist\n• {entry}").watchlist
        assert (note.company, note.country, note.note) == fields

    def test_of_policies(self):
        (policy,) = parse(f"{STORIES}Policies\n• 人工智能法——生效").policies
        assert (policy.name, policy.detail) == ("人工智能法", "生效")


class TestRanks:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("一、", "二、"), ("（一）", "（二）"), ("①", "②"), ("第一、", "第二、"), ("#1 ", "#2 "),
            ("No. 1 ", "No. 2 "), ("1: ", "2: "), ("**1.** ", "**2.** "), ("№ 1 ", "№ 2 "), ("#1: ", "#2: "),
        ],
    )  # fmt: skip
    def test_signs(self, first, second):
        issue = parse(f"{PREFIX}China\n\n{first}华为发布\n\n文。\n\n{second}Beta\n\nText.")
        assert headlines(issue) == [(1, "华为发布"), (2, "Beta")]

    def test_chinese_numbers_above_ten(self):
        numbers = ["十", "十一", "十九", "二十"]
        stories = "\n\n".join(f"{number}、标题\n\n文。" for number in numbers)
        assert [story.rank for story in parse(f"{PREFIX}中国要闻\n\n{stories}").stories] == [10, 11, 19, 20]

    def test_chinese_numbers_can_count_the_parts(self):
        issue = parse(
            PREFIX
            + "一、中国要闻\n\n1. 甲\n\n文。\n\n一、点\n二、点\n\n二、国际要闻\n\n1. 乙\n\n文。\n\n三、要点\n• 丙"
        )
        assert [(story.section, story.headline) for story in issue.stories] == [
            ("china", "甲"),
            ("international", "乙"),
        ]
        assert issue.stories[0].paragraphs == ("文。", "一、点", "二、点")
        assert issue.headings["china"] == "一、中国要闻"
        assert [takeaway.text for takeaway in issue.takeaways] == ["丙"]

    def test_a_chinese_headline_about_the_world_is_no_section(self):
        issue = parse(PREFIX + "中国要闻\n\n一、甲\n\n文。\n\n二、全球市场动态\n\n三、丙\n\n文。")
        assert headlines(issue) == [(1, "甲"), (2, "全球市场动态"), (3, "丙")]

    def test_a_markdown_title_with_a_number(self):
        assert parse("# 1 Year of AI\n\nApril 12, 2025 — Intro." + ONE_STORY).title == "1 Year of AI"

    def test_the_number_of_a_title_stays(self):
        assert parse("No. 12: AI in China\n\nApril 12, 2025 — Intro." + ONE_STORY).title == "No. 12: AI in China"

    @pytest.mark.parametrize("gap", ["\n", "\n\n"])
    def test_a_numbered_list_inside_a_story(self, gap):
        rows = [
            "1. A",
            "Text.",
            "2. B",
            "Text.",
            "3. C",
            "Text.",
            "4. Sweden",
            "1. first point",
            "2. second",
            "5. E",
            "Text.",
        ]
        issue = parse(f"{PREFIX}China\n\n{gap.join(rows)}")
        assert headlines(issue) == [(1, "A"), (2, "B"), (3, "C"), (4, "Sweden"), (5, "E")]
        assert issue.stories[3].paragraphs == ("1. first point", "2. second")

    def test_a_wrapped_headline(self):
        issue = parse(PREFIX + "China\n\n1. A very long headline that goes over the\nend of the line\n\nBody.")
        assert headlines(issue) == [(1, "A very long headline that goes over the end of the line")]
        assert issue.stories[0].paragraphs == ("Body.",)

    @pytest.mark.parametrize(
        ("line", "headline", "body"),
        [
            ("1. **Headline.** Text here.", "Headline", ("Text here.",)),
            ("**1. Headline!** Text here.", "Headline!", ("Text here.",)),
            ("1. **A longer headline** — text here.", "A longer headline", ("text here.",)),
            ("1. **Huawei** leads", "Huawei leads", ()),
        ],
    )
    def test_a_bold_headline_on_the_line_of_its_text(self, line, headline, body):
        (story,) = parse(f"{PREFIX}China\n\n{line}").stories
        assert (story.headline, story.paragraphs) == (headline, body)

    def test_a_promise_in_words(self):
        issue = parse(PREFIX + "TOP TEN CHINA STORIES\n\n1. A\n\nText.\n\n2. B\n\nText.")
        assert told(issue, "promises 10 stories, but 2 were found")


class TestMarkdown:
    @pytest.mark.parametrize(
        ("printed", "words"),
        [
            ("The *V4* is **bold** and ***both***.", "The V4 is bold and both."),
            ("**华为**发布 _new_ `code`", "华为发布 new code"),
            ("By [Reuters](https://reuters.com/a_(b)) and <https://ap.org>", "By Reuters and https://ap.org"),
            ("> quoted", "quoted"),
            ("snake_case, 5*3*2, price* and cost*", "snake_case, 5*3*2, price* and cost*"),
            ("f(*args, **kwargs) (*) A* B* [1](see) \\1", "f(*args, **kwargs) (*) A* B* [1](see) \\1"),
            ("\\*no emphasis\\*", "*no emphasis*"),
            ("- item", "• item"),
            ("o\titem", "• item"),
            ("— Jane Doe", "— Jane Doe"),
        ],
    )
    def test_paragraphs(self, printed, words):
        issue = parse(f"{PREFIX}China\n\n1. Alpha\n\n{printed}\n\nMore.")
        assert issue.stories[0].paragraphs == (words, "More.")

    def test_one_warning_for_all_links(self):
        issue = parse(PREFIX + "China\n\n1. A [b](https://b.com)\n\n[AP](https://ap.org) and [BBC](https://bbc.com)")
        ((line, message),) = told(issue, "dropped")
        assert line == 7
        assert message.startswith(
            "3 links were dropped (lines 7 and 9): https://b.com, https://ap.org, https://bbc.com."
        )

    def test_links_of_a_web_page(self):
        page = "<p>Title</p><p>April 12, 2025 — In <a href='https://ap.org/1'>AP</a>.</p>"
        issue = parse(page + "<h2>China</h2><h3>1. A</h3><p>B</p>")
        assert issue.intro == ("In AP.",)
        assert told(issue, "1 link was dropped (line 1): https://ap.org/1.")

    def test_front_matter(self):
        head = '---\ntitle: "The Title"\ndate: 2025-04-12T08:00:00Z\nauthor: Jane\n---\n\n'
        issue = parse(head + "April 12, 2025 — Intro." + ONE_STORY)
        assert (issue.title, issue.issued_on, issue.intro) == ("The Title", date(2025, 4, 12), ("Intro.",))
        assert left_out(issue) == ["---", "author: Jane", "---"]


class TestTables:
    def test_markdown(self):
        issue = parse(
            STORIES
            + "Company Watchlist\n\n| Company | Country | Note |\n|---|:-:|---|\n| ABB | Switzerland | Spin-off |\n"
            + "| SAP (Germany) | up |\n\nPolicies\n\n| Rule | What |\n|---|---|\n| EU AI Act | in force |"
        )
        assert [(note.company, note.country, note.note) for note in issue.watchlist] == [
            ("ABB", "Switzerland", "Spin-off"),
            ("SAP", "Germany", "up"),
        ]
        assert [(policy.name, policy.detail) for policy in issue.policies] == [("EU AI Act", "in force")]
        assert not told(issue, "left out")

    def test_tabs(self):
        issue = parse(
            STORIES
            + "Company Watchlist\nCompany\tCountry\tNote\nABB\tSwitzerland\tSpin-off\n\nPolicies\nEU AI Act\tin force"
        )
        assert [(note.company, note.country, note.note) for note in issue.watchlist] == [
            ("ABB", "Switzerland", "Spin-off")
        ]
        assert [(policy.name, policy.detail) for policy in issue.policies] == [("EU AI Act", "in force")]

    def test_a_bar_in_a_note(self):
        (note,) = parse(STORIES + "Company Watchlist\n• Huawei (China): chips | phones").watchlist
        assert note.note == "chips | phones"


class TestFront:
    @pytest.mark.parametrize(
        ("above", "title", "alt", "intro"),
        [
            ("A robot grabs an apple\n\nThe long title of this week’s issue", "The long title of this week’s issue",
             "A robot grabs an apple", ("Intro.",)),
            ("The Weekly Title\n\nA Subtitle of It", "The Weekly Title", "", ("A Subtitle of It", "Intro.")),
            ("AI Weekly: chips\n\nhow chips went up", "AI Weekly: chips", "", ("how chips went up", "Intro.")),
            ("The Title\n\nThis week was quiet.", "The Title", "", ("This week was quiet.", "Intro.")),
            ("The Title\n\nDear readers,", "The Title", "", ("Dear readers,", "Intro.")),
            ("Dear readers,\n\nThe Title", "The Title", "", ("Intro.",)),
            ("We were away last week.\n\nThe Title", "The Title", "", ("Intro.",)),
        ],
    )  # fmt: skip
    def test_the_line_above_the_title(self, above, title, alt, intro):
        issue = parse(f"{above}\n\nApril 12, 2025 — Intro.{ONE_STORY}")
        assert (issue.title, issue.hero_alt, issue.intro) == (title, alt, intro)

    def test_what_is_no_description_is_told(self):
        issue = parse(f"Dear readers,\n\nThe Title\n\nApril 12, 2025 — Intro.{ONE_STORY}")
        assert told(issue, "“Dear readers,” is left out")

    @pytest.mark.parametrize(
        ("printed", "day"),
        [
            ("12.04.2025 —", date(2025, 4, 12)), ("April 6–12, 2025 —", date(2025, 4, 12)),
            ("April 28 – May 4, 2025 —", date(2025, 5, 4)), ("6–12 April 2025:", date(2025, 4, 12)),
            ("28 April – 4 May 2025 —", date(2025, 5, 4)), ("2025年4月6日至12日：", date(2025, 4, 12)),
            ("HONG KONG, April 12, 2025 —", date(2025, 4, 12)), ("(Hong Kong) April 12, 2025 —", date(2025, 4, 12)),
            ("25/03/2025 —", date(2025, 3, 25)), ("03/25/2025 —", date(2025, 3, 25)),
        ],
    )  # fmt: skip
    def test_dates(self, printed, day):
        issue = parse(f"Title\n\n{printed} Intro.{ONE_STORY}")
        assert (issue.title, issue.issued_on, issue.intro) == ("Title", day, ("Intro.",))

    @pytest.mark.parametrize(
        ("printed", "reason"),
        [
            ("April 2025", "“April 2025” names no day"),
            ("Spring 2025", "“Spring 2025” names no day"),
            ("2025年4月", "“2025年4月” names no day"),
            ("10/03/2025", "“10/03/2025” can be March 10 or October 3"),
        ],
    )
    def test_dates_that_name_no_day(self, printed, reason):
        issue = parse(f"Title\n\n{printed} — Intro.{ONE_STORY}")
        assert (issue.title, issue.issued_on, issue.intro) == ("Title", None, ("Intro.",))
        ((line, message),) = told(issue, reason)
        assert line == 3
        assert "set the date on the desk" in message

    def test_a_byline_behind_the_date(self):
        issue = parse(f"Title\n\nApril 12, 2025 | By Mei Lin\n\nIntro.{ONE_STORY}")
        assert issue.intro == ("Intro.",)
        assert told(issue, "“By Mei Lin” is left out")


class TestCredits:
    @pytest.mark.parametrize(
        ("printed", "names"),
        [
            ("Sources: X, Y and Z; and AP", ("X", "Y", "Z", "AP")),
            ("Edited by X. Additional reporting by Reuters", ("Reuters",)),
            ("Sources: The Times, London; AP", ("The Times, London", "AP")),
        ],
    )
    def test_names(self, printed, names):
        assert parse(STORIES + printed).credits == names


def test_no_message_repeats_its_line():
    issue = parse(STORIES + "Company Watchlist\n• ABB\n\nJobs\n• Engineer\n\nThank you.")
    assert told(issue, "its note stays empty, and the desk asks for one")
    assert not [problem for problem in issue.problems if problem.message.startswith("Line ")]
