"""
A page of true and false positives for each check.

FOUND: an issue, and words that the finding (where, what it says, its excerpt) has. FINE: issues in which the check
finds nothing, each of them a mistake that it could have made.
"""

from typing import Any

from tests.checks.issues import LONG, hero

Issue = dict[str, Any]


def text(body: str) -> Issue:
    """One China story with this text."""
    return {"china": [f"A headline of some words | {body}"]}


def headline(words: str) -> Issue:
    return {"china": [words]}


SHOWN = f'<p>{"Look at the picture. " * 12}</p><figure data-image="7"></figure>'

FOUND: dict[str, list[tuple[Issue, str]]] = {
    # Completeness
    "essentials": [
        ({"issued_on": None}, "The issue has no date."),
        ({"china": [], "international": []}, "The issue has no stories."),
    ],
    "sections": [
        ({"international": []}, "The section International has no stories."),
        ({"china": []}, "The section China has no stories."),
        ({"china": ["One story of China", "And one more"]}, "2 stories from China stand beside 1 from elsewhere."),
    ],
    "ranks": [
        (
            {"china": ["One of the stories", "Two of the stories"], "ranks": [1, 3]},
            "China 3: rank is 3, but it stands in place 2",
        ),
        ({"ranks": [2]}, "rank is 2, but it stands in place 1"),
        ({"ranks": [0]}, "rank is 0"),
    ],
    "promise": [
        ({"headings": {"china": "Top 10 China AI/Robotics Developments"}}, "promises 10, the section has 1 story."),
        ({"headings": {"international": "The five stories of the world"}}, "promises 5"),
        ({"headings": {"china": "中国10大新闻"}}, "promises 10"),
        ({"headings": {"china": "Top 10"}, "china": []}, "promises 10, the section has 0 stories."),
        ({"headings": {"china": "Ten stories from China"}}, "promises 10"),
        ({"headings": {"china": "Our 3 Picks"}}, "promises 3"),
        ({"headings": {"china": "中国十大新闻"}}, "promises 10"),
        ({"headings": {"china": "Top-Twenty"}}, "promises 20"),
    ],
    "headlines": [
        (headline(" | text"), "This story has no headline."),
        (headline("Robots"), "Very short: 1 word."),
        (headline("word " * 30), "Very long: 30 words."),
    ],
    "bodies": [
        (headline("A headline of some words | "), "This story has no text."),
        (text("<p><br></p>"), "This story has no text."),
        (text("Too little of it."), "Very short: 4 words."),
        (text("word " * 500), "Very long: 500 words."),
    ],
    "intro": [
        ({"intro": ""}, "The issue has no intro."),
        ({"intro": "Two worlds."}, "Very short: 2 words."),
        ({"intro": "word " * 300}, "Very long: 300 words."),
    ],
    "pictures": [
        ({"hero": hero("")}, "no alternative text"),
        ({"hero": hero("  ")}, "no alternative text"),
        ({"hero": hero("robot-final_2.jpg")}, "is the name of a file"),
        ({"hero": hero("IMG_2041")}, "is the name of a file"),
        ({"hero": hero("Screenshot 2025-04-12 at 10.31.02")}, "is the name of a file"),
        ({"hero": hero("Image of a robot")}, "begin with what it shows"),
        ({"hero": hero("A photo of two engineers")}, "begin with what it shows"),
        ({"hero": hero(file="")}, "its file is still to come"),
        (text(SHOWN) | {"pictures": [hero("", id=7)]}, "no alternative text"),
        (text(SHOWN) | {"pictures": [hero("DSC00012.JPG", id=7)]}, "is the name of a file"),
        (text(SHOWN) | {"pictures": [hero(id=8)]}, "no longer in the library"),
        ({"hero": hero("robot_grabs_apple-2")}, "is the name of a file"),
        ({"hero": hero("shutterstock_1234567")}, "is the name of a file"),
        ({"hero": hero("IMG-20250401-WA0003")}, "is the name of a file"),
        ({"hero": hero("This is a picture of a robot")}, "begin with what it shows"),
        ({"hero": hero("照片：机器人")}, "begin with what it shows"),
    ],
    # Figures
    "money-pairs": [
        (
            text("It took ¥300 billion ($41.5 billion), ¥2.3 billion ($318 million) and ¥850 million ($127 million)."),
            "¥850 million ($127 million)",
        ),
        (
            text("Of ¥300 billion ($4.15 billion), ¥2 million ($276,000) and ¥200,000 ($27,600)."),
            "¥300 billion ($4.15 billion)",
        ),
        (
            text("First €1.2 billion ($1.31 billion), later €500 million ($650 million), at last €300m ($327m)."),
            "€500 million ($650 million)",
        ),
        (
            text("£80 million ($103 million), £12 million ($15.5 million), £9 million ($15 million)."),
            "£9 million ($15 million)",
        ),
        (text("营收3000亿元（415亿美元），投资23亿元（3.18亿美元），补贴200万元（37万美元）。"), "200万元（37万美元）"),
        (
            {
                "takeaways": ["¥300 billion ($41.5 billion)"],
                "intro": "What it costs: ¥2.3 billion (about $400 million).",
            },
            "Takeaway 1",
        ),
        (
            text("¥200–300 billion ($27.6–41.5 billion), ¥2 million ($276,000), ¥1–2 million ($138,000–$376,000)."),
            "¥1–2 million ($138,000–$376,000)",
        ),
        (
            text("¥300 billion ($41.5 billion), ¥2 million ($276,000), and $117 million (¥950 million)."),
            "$117 million (¥950 million)",
        ),
        (text("300亿元人民币（约合41.5亿美元），两亿元（2760万美元），3亿元（6140万美元）。"), "3亿元（6140万美元）"),
    ],
    "headline-figures": [
        (
            headline("African Union Gets $1B of EU Funding | It is backed by €950 million from Brussels."),
            "says $1B; the text doesn’t, it has €950 million.",
        ),
        (
            headline("IFR Reports 35% Robot Surge | Automotive accounts for 43% of it."),
            "says 35%; the text doesn’t, it has 43%.",
        ),
        (headline("Costs Rise by Ten, to $200B | Nobody knows."), "says $200B; the text doesn’t."),
        (headline("Costs of $2.4 Billion | They are $2.6 billion."), "$2.4 Billion"),
        (headline("融资5亿元 | 公司获得3亿元融资。"), "5亿元"),
        (headline("Half of it, 50 per cent | It is 55%."), "50 per cent"),
        (headline("Fund of $1–2 Billion | It is a fund of $1 million to $2 million."), "$1–2 Billion"),
        (headline("融资5亿元 | 公司获得三亿元融资。"), "三亿元"),
    ],
    "unsupported": [
        ({"takeaways": ["Clusters contribute 68% of AI GDP"]}, "No story says 68%."),
        ({"takeaways": ["Costs estimated at €40B annually"]}, "No story says €40B."),
        ({"notes": {"Huawei": "Ascend chips power 42% of new projects"}}, "Watchlist 1: No story says 42%."),
        ({"policies": {"EU AI Act": "Full enforcement begins Q3 2025"}}, "Policy 1: No story says Q3 2025."),
        ({"policies": {"Action Plan": "2025-2030"}}, "No story says 2030."),
        ({"takeaways": ["It costs $5 billion"], **text("It costs €5 billion.")}, "No story says $5 billion."),
        ({"takeaways": ["Up ₹500 crore"], **text("It is ₹500 lakh.")}, "₹500 crore"),
    ],
    # Names
    "unnamed-companies": [
        ({"companies": {"Tesla": []}, "notes": {"Tesla": "Optimus scales"}}, "No story names Tesla."),
        (
            {"companies": {"Apple": []}, "notes": {"Apple": "On watch"}, **text("An apple a day.")},
            "No story names Apple.",
        ),
        (
            {"companies": {"Huawei": []}, "notes": {"Huawei": "On"}, **text("Huawei-style bans.")},
            "No story names Huawei.",
        ),
    ],
    "unwatched-companies": [
        (
            {"companies": {"Alibaba": []}, "china": [f"Story {n} of many | Alibaba did it." for n in (1, 2, 3)]},
            "3 stories name Alibaba",
        ),
    ],
    "unnamed-policies": [
        ({"policies": {"US CHIPS Act Phase 2": "$52B allocated"}}, "No story names “US CHIPS Act Phase 2”."),
        ({"policies": {"EU AI Act": ""}, **text("The EU and AI actors agree.")}, "EU AI Act"),
    ],
    "names": [
        (
            {"companies": {"NVIDIA": []}, **text("Using Nvidia hardware.")},
            "Written “Nvidia”; the registry has “NVIDIA”.",
        ),
        ({"companies": {"NVIDIA": ["Nvidia"]}, **text("Using Nvidia’s chips.")}, "Written “Nvidia”"),
        ({"companies": {"iFLYTEK": []}, **headline("Spark of IFlytek Burns On")}, "Written “IFlytek”"),
        ({"companies": {"Alphabet": ["DeepMind"]}, **text("By Deepmind, of London.")}, "the registry has “DeepMind”."),
        ({"companies": {"NVIDIA": []}, "takeaways": ["Nvidia leads"]}, "Takeaway 1"),
        ({"companies": {"Nestlé": []}, **text("By Nestle, of Vevey.")}, "Written “Nestle”; the registry has “Nestlé”."),
    ],
    "near-names": [
        (
            {"companies": {"Huawei": []}, **text("Huawei and its rival. Then Huawai again.")},
            "Is “Huawai” meant to be Huawei?",
        ),
        (
            {"companies": {"Alibaba": []}, "notes": {"Alibaba": "x"}, **text("As Alibba said.")},
            "Is “Alibba” meant to be Alibaba?",
        ),
        ({"companies": {"Siemens": []}, **text("Siemens; and Seimens.")}, "Is “Seimens”"),
    ],
    # Wording
    "spelling": [
        ({"spelling": "british", **text("They organize the work.")}, "“organize”: the house spells it “organise”."),
        ({"spelling": "american", **text("Their favourite colour.")}, "“colour”: the house spells it “color”."),
        ({"spelling": "british", **headline("Analyzing What Went Wrong")}, "“Analyzing”"),
        (
            text("They prioritise and subsidise what others modernize."),
            "“modernize” beside words of the other spelling",
        ),
        ({"spelling": "british", **text("Labeled by hand. Optimization follows.")}, "“Optimization”"),
        ({"spelling": "american", **text("An unlabelled neighbourhood.")}, "unlabelled"),
        (
            {"spelling": "american", **text("A programme of some metres.")},
            "“programme”: the house spells it “program”.",
        ),
    ],
    "quotes": [
        (text('“Here” and “there”, but "straight" too. '), "Straight quotation marks"),
        ({**text("It’s what they’re after."), "takeaways": ["It's straight"]}, "Takeaway 1"),
        (
            {**text("It's what it is, isn't it."), "intro": "All's straight", "title": "It’s “curly”"},
            "Curly quotation marks",
        ),
    ],
    "spaces": [
        (text("One.  Two."), "Two spaces in a row."),
        (text("<p>One.&nbsp; Two.</p>"), "Two spaces in a row."),
        ({"takeaways": ["One  two"]}, "Takeaway 1"),
        (text("<p>One.  <strong>Two</strong>.  Three.</p>"), "Two spaces in a row."),
    ],
    "characters": [
        ({"takeaways": ["Bell \x07 rings"]}, "can’t be shown (U+0007)"),
        (text("A lost \ufffd letter."), "(U+FFFD)"),
        (text("<p>Turned &#8238;round.</p>"), "(U+202E)"),
        (text("Itâ€™s broken."), "wrong encoding"),
        (text("CafÃ© society."), "wrong encoding"),
        (text("Zero\u200bwidth."), "nobody sees (U+200B)"),
        (text("ä¸\xadå›½ builds"), "wrong encoding"),
        ({"takeaways": ["R&amp;D rises"]}, "HTML that readers will see"),
    ],
    "left-behind": [
        (text("The number is TK."), "“TK” was left behind."),
        (text("TODO: ask them."), "“TODO” was left behind."),
        (headline("XXX Launches a Robot"), "“XXX” was left behind."),
        (text("Lorem ipsum dolor sit amet."), "“Lorem ipsum” was left behind."),
        ({"notes": {"Tesla": "TBC"}}, "“TBC” was left behind."),
        (text("It grew [check figure] fast."), "[check figure]"),
        (text("Who said it ???"), "???"),
        (text("数字待补。"), "待补"),
        (text("It costs $XX billion."), "“$XX” was left behind."),
        (text("A rise of XX% a year."), "“XX%” was left behind."),
        (text("It grew [CHECK] fast."), "[CHECK]"),
        (text("规模【待核实】。"), "待核实"),
        (text("<p>&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD</p>"), "<<<<<<<"),
    ],
    "past-dates": [
        (text("The law takes effect in March 2025."), "March 2025"),
        (text("It will be completed by 2024."), "by 2024"),
        (text("Enforcement begins Q1 2025, they say."), "Q1 2025"),
        (text("The plant is due to open on 3 February 2025."), "3 February 2025"),
        (text("The plant will open on Feb 3, 2025."), "Feb 3, 2025"),
        ({"policies": {"EU AI Act": "Full enforcement begins Q4 2024"}}, "Q4 2024"),
        (text("It is expected by the end of 2024."), "2024"),
        (text("The firm aims for 2024."), "for 2024"),
        (text("By March 2025 it will open."), "March 2025"),
        (text("It will launch on the 3rd of February 2025."), "3rd of February 2025"),
        (text("新规将于2025年3月生效。"), "2025年3月"),
        (text("预计2025年第一季度投产。"), "2025年第一季度"),
        (text("It was built in 2020 and is due in January 2025."), "January 2025"),
    ],
    "repeats": [
        (
            {
                "earlier": ["Moore Threads Claims First Domestic GPU Cluster"],
                **headline("Moore Threads claims first domestic GPU cluster"),
            },
            "Nearly the headline of “The last issue”",
        ),
        (
            {
                "earlier": ["UN Warns of AI’s “Oppenheimer Moment” in Arms Race"],
                **headline("UN Warns of an AI “Oppenheimer Moment” in Arms Race"),
            },
            "Nearly the headline",
        ),
        (
            {"china": ["Shenzhen Mandates AI Ethics Reviews", "Shenzhen Mandates AI Ethics Review"]},
            "Nearly the headline of China 1.",
        ),
        (
            {"earlier": ["Baidu Launches Ernie 5", "Baidu Launches Ernie 4"], **headline("Baidu Launches Ernie 4!")},
            "Nearly the headline of “The last issue”: Baidu Launches Ernie 4",
        ),
        ({"earlier": ["人形机器人开始量产"], **headline("人形机器人开始量产")}, "人形机器人开始量产"),
    ],
    # Links
    "links": [
        (text('<p><a href="http://localhost:8000/draft">Here</a></p>'), "a machine that readers can’t reach"),
        (text('<p><a href="http://192.168.1.20/a">Here</a></p>'), "a machine that readers can’t reach"),
        (text('<p><a href="http://[::1]/a">Here</a></p>'), "a machine that readers can’t reach"),
        (text('<p><a href="https://wiki.corp/page">Here</a></p>'), "a machine that readers can’t reach"),
        (text('<p><a href="https://staging.paper.com/a">Here</a></p>'), "a site for trying things out"),
        (text('<p><a href="https://paper-dev.herokuapp.com/a">Here</a></p>'), "a site for trying things out"),
        (text('<p><a href="/admin/reports/report/1/change/">Here</a></p>'), "leads to the desk"),
        (text('<p><a href="https://">Here</a></p>'), "names no site"),
        (text('<p><a href="https://https//paper.com">Here</a></p>'), "names no site"),
        (text('<p><a href="www.paper.com/a">Here</a></p>'), "needs https://"),
        (text('<p><a href="https://a[b@paper.com/">Here</a></p>'), "can’t be read as an address"),
        (text('<p><a href="https://paper.com/two words">Here</a></p>'), "can’t be read as an address"),
        (text('<p><a href="mailto:nobody">Here</a></p>'), "no address of mail"),
        (text('<p><a href="ftp://paper.com/">Here</a></p>'), "no address of the web"),
        ({"credits": ["Reuters"], "links": {"Reuters": "http://127.0.0.1/"}}, "Reuters"),
        ({"notes": {"Tesla": "On"}, "links": {"Tesla": "http://10.0.0.1/"}}, "Tesla"),
        (text('<p><a href="https://desk:secret@paper.com/a">Here</a></p>'), "a name to log in with"),
        (text('<p><a href="http://127.1/">Here</a></p>'), "names no site"),
        (text('<p><a href="https://test.paper.com/a">Here</a></p>'), "a site for trying things out"),
        (text('<p><a href="https://a1b2.ngrok-free.app/">Here</a></p>'), "a site for trying things out"),
    ],
    "dead-links": [
        (
            {"dead": {"https://paper.com/a": "404 Not Found"}, **text('<p><a href="https://paper.com/a">Here</a></p>')},
            "leads nowhere: 404 Not Found.",
        ),
        (
            {
                "dead": {"https://paper.com/?a=1&b=2": "no such host"},
                **text('<p><a href="https://paper.com/?a=1&amp;b=2">Here</a></p>'),
            },
            "no such host",
        ),
    ],
}

FINE: dict[str, list[Issue]] = {
    "essentials": [{}, {"international": []}],
    "sections": [{}, {"china": ["One of the stories"] * 2, "international": ["One of the others"] * 2}],
    "ranks": [{}, {"china": ["One of the stories", "Two of the stories"], "ranks": [1, 2]}],
    "promise": [
        {},
        {"headings": {"china": "Top 1 of China"}},
        {"headings": {"china": "The one story of China"}},
        {"headings": {"china": "China in 2025"}},
        {"headings": {"china": "Top stories of China, 24 hours a day"}},
        {"headings": {"china": "The Two Worlds"}},
        {"headings": {"china": "The Top 10% of Firms"}},
        {"headings": {"china": "Three Gorges News"}},
        {"headings": {"china": "Stories of five minutes, and five minutes of stories"}},
        {"headings": {"china": "The G20 View"}},
        {"headings": {"china": "二十大以来的新闻"}},
    ],
    "headlines": [
        {},
        headline("中国发布新的人工智能计划"),
        headline("Tesla’s Optimus Goes Modular: $20,000 Humanoid Hits Production"),
    ],
    "bodies": [{}, text("新的规定。" * 12)],
    "intro": [{}],
    "pictures": [
        {},
        {"hero": hero()},
        {"hero": hero("", decorative=True)},
        {"hero": hero("Imagery of Mars, seen from orbit")},
        {"hero": hero("Engineers look at a picture of a robot")},
        {"hero": hero("Pictures at an exhibition")},
        {"hero": hero("IMG, a company’s logo")},
        text(SHOWN) | {"pictures": [hero("", id=7, decorative=True)]},
        text(SHOWN) | {"pictures": [hero("Two engineers", id=7)]},
        {"hero": hero("Satellite image of a factory")},
        {"hero": hero("State of the art, 2025")},
        {"hero": hero("Photo 51, by Rosalind Franklin")},
        {"hero": hero("A sign that says example.png on a wall")},
    ],
    "money-pairs": [
        text("¥300 billion ($41.5 billion), ¥2.3 billion ($318 million), ¥0.18 ($0.025), ¥850 million ($117 million)."),
        text("Only one pair: ¥300 billion ($10 billion)."),
        text("¥300 billion ($41.5 billion), ¥2 million ($276,000), and in Japan ¥300 billion ($2 billion)."),
        text(
            "¥300 billion ($41.5 billion), ¥2 million ($276,000); €950 million (while $400 million come from the US)."
        ),
        text("¥300 billion ($41.5 billion), ¥2 million ($276,000); €10 ($11)."),
        text("¥3 ($0.4), ¥300 billion ($41.5 billion), ¥2 million ($276,000)."),
        text("¥200–300 billion ($27.6–41.5 billion), ¥2 million ($276,000), ¥850 million a year ($117 million)."),
        text("¥300 billion ($41.5 billion), ¥2 million ($276,000), and $117 million (¥850 million)."),
        text("¥300 billion ($41.5 billion), ¥2 million ($276,000), $2 billion (¥300 billion) in Tokyo."),
        text("300亿元人民币（约合41.5亿美元），两亿元（2760万美元），3000多万元（414万美元）。"),
        text("¥300 billion ($41.5 billion), ¥2 million ($276,000), from ¥5 million to $9 million."),
    ],
    "headline-figures": [
        headline("Beijing Tops ¥300 Billion | Revenues exceed ¥300 billion ($41.5 billion)."),
        headline("Costs of $1B | They are US$1 billion."),
        headline("Costs of $2.6B | They are $2.64 billion."),
        headline("A Third of It, 33% | It is 33 per cent."),
        headline("$20,000 Humanoid | Priced at $20,000—70% below."),
        headline("Five Firms in Top 100 in 2025 | Nothing of that."),
        headline("30x Leap for Edge AI | Thirty times."),
        headline("融资5亿元 | 公司获得500百万元融资。"),
        headline("Between $1 and $2 Billion for Chips | A fund of $1–2 billion."),
        headline("Costs Rise by 5% | They rise by five per cent."),
        headline("Sales Fall 3.5% | A change of −3.5 percent."),
        headline("$1B for Robots | One billion dollars, or half a billion euros."),
        headline("融资5亿元 | 公司获得五亿元融资，占比百分之三十。"),
        headline("$2trn Wiped Out | Shares lost $2 trillion."),
        headline("US$5bn Plan | A plan of 5 billion U.S. dollars."),
        headline("$100,000 Robot | It costs $100 000."),
        headline("投资30亿元 | 投资30多亿元。"),
    ],
    "unsupported": [
        {"takeaways": ["Robots up 35% year-over-year"], "china": ["Reports 35% Surge"]},
        {"takeaways": ["It costs €40B"], **text("They cost €40 billion a year.")},
        {"takeaways": ["Spending rises in 2025"]},
        {"policies": {"Plan": "from 2026 on"}, **text("It begins in Q2 2026.")},
        {"takeaways": ["Beijing has 2,400 firms and A100 chips"]},
        {"policies": {"US CHIPS Act of 2022": ""}},
    ],
    "unnamed-companies": [
        {"companies": {"Tesla": []}, "notes": {"Tesla": "x"}, **text("Tesla’s robot.")},
        {"companies": {"Baidu": ["百度"]}, "notes": {"Baidu": "x"}, **text("昨天百度发布新模型。")},
        {"companies": {"Tesla": []}, "notes": {"Tesla": "x"}, **headline("What Tesla Did")},
        {
            "companies": {"Sony": [], "IBM": []},
            "notes": {"Sony": "x", "IBM": "y"},
            **headline("Sony-IBM Quantum Venture Claims It"),
        },
    ],
    "unwatched-companies": [
        {"companies": {"Alibaba": []}, "china": [f"Story {n} of many | Alibaba did it." for n in (1, 2)]},
        {"companies": {"Alibaba": []}, "china": ["One story of it | Alibaba, Alibaba, Alibaba."]},
        {
            "companies": {"Alibaba": []},
            "notes": {"Alibaba": "x"},
            "china": [f"Story {n} of many | Alibaba did it." for n in (1, 2, 3)],
        },
        {
            "companies": {"Spark": []},
            "china": [f"Story {n} of many | A Spark." for n in (1, 2, 3)],
            "refused": [(1, 1)],
        },
    ],
    "unnamed-policies": [
        {"policies": {"China’s “AI+” Action Plan": "2025-2030"}, **text("The State Council’s “AI+” action plan.")},
        {"policies": {"EU AI Act": ""}, **headline("EU and US Diverge on AI Act Implementation")},
        {"policies": {"UN Autonomous Weapons Convention Draft": ""}, **text("The autonomous weapons convention.")},
        {
            "policies": {"A Plan With a Long Name": ""},
            "policy_aliases": {1: ("Big Plan",)},
            **text("The Big Plan goes on."),
        },
        {"policies": {"生成式人工智能办法": ""}, **text("国家发布《生成式人工智能办法》。")},
    ],
    "names": [
        {"companies": {"NVIDIA": []}, **text("Using NVIDIA hardware, NVIDIA’s own.")},
        {"companies": {"Alphabet": ["Google"]}, **text("Google says so.")},
        {"companies": {"Apple": []}, **text("An apple a day.")},
        {"companies": {"Tesla": []}, **headline("TESLA GOES MODULAR AT LAST")},
        {"companies": {"Meta": []}, **text("A metadata standard.")},
        {"companies": {"NVIDIA": []}, **text("NVIDIA and its nvidia-smi tool at nvidia.com.")},
    ],
    "near-names": [
        {"companies": {"Huawei": []}, **text("Huawei and Huawei’s rival.")},
        {"companies": {"Tesla": []}, **text("Tesla and Teslas.")},
        {"companies": {"Intel": []}, **text("Intel and Inter.")},
        {"companies": {"Siemens": ["Siemen"]}, **text("Siemens and Siemen.")},
        {"companies": {"Tencent": []}, **text("Huawei and Tencents.")},
        {"companies": {"Huawei": []}, **text("Huawei-style bans and Huawei’s.")},
    ],
    "spelling": [
        {"spelling": "british", **text("They organise the labour in centres; a prize of some size.")},
        {"spelling": "american", **text("They organize labor in centers and analyze.")},
        {"spelling": "british", **text("At the World Health Organization and the Center for AI Safety.")},
        {"spelling": "british", **text("A program on the computer; a meter reads it; he will practice.")},
        {"spelling": "british", **headline("Department of Defense Buys Robots")},
        {"spelling": "british", "companies": {"Color Genomics": []}, **text("It is Color Genomics.")},
        text("They organize and analyze."),
        text("They organise and analyse."),
        {"spelling": "british", **text("A computer program; to predispose; the unit; a model of a metre.")},
        {"spelling": "american", **text("At the World Food Programme; they predefine and revise.")},
        {"spelling": "american", **headline("UN Environment Programme Warns")},
    ],
    "quotes": [
        text("“Here” and ‘there’; it’s fine."),
        text("\"Here\" and 'there'; it's fine."),
        text('A screen of 27" and a man of 6\'2" — “said he”.'),
    ],
    "spaces": [
        {},
        text("<p>One.</p>  <p>Two.</p>"),
        text("<ul>  <li>One</li>  </ul>"),
        text("One.\nTwo."),
        text("<p>One. </p><p> <em>Two</em></p>"),
    ],
    "characters": [
        {},
        text("Robots 🤖❤️, naïve café — “¥300” €40 中文\tand more"),
        text("<p>One\ntwo</p>"),
        text("“Le café’”, façade: «Ça» et «là»; São, MANHÃ"),
        {"takeaways": ["AT&T and R&D"]},
    ],
    "left-behind": [
        {},
        text("TK Maxx sells robots."),
        text("Super Bowl XXX and Article XXX."),
        text("The toolkit, ATK and stuck; mastodon."),
        {"companies": {"TK Robotics": []}, **text("TK Robotics grows.")},
        text("Is it so? Really?? Yes [sic]."),
        text("An XXX-rated film, Games of the XXX Olympiad, TK-421."),
        text("Model X 20% cheaper; on X million-strong groups; [Source: company data]."),
        text("消息待核实，时间待定。"),
    ],
    "past-dates": [
        text("The law takes effect in July 2025."),
        text("It will be completed by 2026."),
        text("Planned for Nevada, completion by 2028."),
        text("They cite precedents from the 2023 Hollywood strike."),
        text("The programme launched in 2023 grew."),
        text("They will extend the programme launched in 2023."),
        text("By 2023, China had installed half of them."),
        text("It opened in March 2025."),
        text("Enforcement begins Q2 2025, they say."),
        text("It is due on 30 February 2025."),
        {"policies": {"EU AI Act": "Full enforcement begins Q3 2025"}},
        text("The plan to open in 2024 failed."),
        text("It will build on the March 2025 agreement."),
        text("It will rise to $5bn from $3bn in 2024."),
        text("It will grow 12% from 2024 levels."),
        text("In January 2025 the firm said it will hire."),
        text("It will hold, as of March 2025, half of it."),
        text("It was due in March 2025."),
        text("新规自2025年3月起施行，将于2026年完成。"),
        text("2025年13月将于开始"),
    ],
    "repeats": [
        {"earlier": ["Tesla’s Optimus Goes Modular"], **headline("Tesla’s Optimus Stops Production")},
        {"earlier": ["Robots"], **headline("Robots")},
        {"china": ["Shenzhen Mandates AI Ethics Reviews", "Shanghai Showcases Humanoid Robots"]},
        {"earlier": ["EU AI Act: What Changes in March"], **headline("EU AI Act: What Changes in April")},
        {"earlier": ["NVIDIA Q1 Revenue Tops $30B"], **headline("NVIDIA Q2 Revenue Tops $35B")},
        {"earlier": ["Baidu Launches Ernie 4.5 in Beijing"], **headline("Baidu Launches Ernie 5.0 in Beijing")},
        {"earlier": ["中国发布新一代人工智能发展规划"], **headline("中国发布新一代人工智能治理规划")},
    ],
    "links": [
        text('<p><a href="https://www.reuters.com/technology/a-b_c/?x=1&amp;y=%20#z">Here</a></p>'),
        text('<p><a href="/reports/issue/">Here</a> <a href="#china-1">there</a></p>'),
        text('<p><a href="mailto:desk@paper.com">Here</a></p>'),
        text('<p><a href="https://8.8.8.8/a">Here</a></p>'),
        text('<p><a href="https://devices.com/dev/preview">Here</a></p>'),
        text('<p><a href="https://bücher.example/">Here</a> <a href="https://新华网.中国/">there</a></p>'),
        text('<p><a href="https://administration.gov/admin">Here</a></p>'),
        text("<p>Not linked: http://localhost:8000</p>"),
        text('<p><a href="https://dev.to/a">Here</a> <a href="https://dev.mysql.com/doc/">there</a></p>'),
        text('<p><a href="//paper.com/a">Here</a> <a href="https://www.test.de/">there</a></p>'),
    ],
    "dead-links": [
        {"dead": {"https://paper.com/b": "404 Not Found"}, **text('<p><a href="https://paper.com/a">Here</a></p>')},
        {"dead": {"https://paper.com/a": "404 Not Found"}, **text(LONG)},
    ],
}
