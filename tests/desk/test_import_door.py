"""The import on the desk: paste or upload, look, repair, save."""

from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from policies.models import Policy
from reports.models import Image, Report, Revision, Source, Story
from tests.desk.browsing import Form, signed_in, words
from tests.factories import CompanyFactory, PolicyFactory, person
from watchlist.models import Alias, Company, Note

IMPORT = "/admin/reports/report/import/"
CHECK = "/admin/reports/report/import/check/"


def paste(client: Client, text: str) -> Any:
    return Form(client.get(IMPORT), "text").send(client, text=text)


def upload(client: Client, data: bytes, name: str = "issue.txt", **more: Any) -> Any:
    file = BytesIO(data)
    file.name = name
    return Form(client.get(IMPORT), "text").send(client, file=file, **more)


def preview(client: Client, text: str) -> Form:
    return Form(paste(client, text), "issue-title")


def nothing_saved() -> bool:
    return not any(model.objects.exists() for model in (Report, Story, Image, Source, Company, Policy, Revision))


class TestWhatIsTaken:
    def test_pasted_text(self, desk: Client, small_issue: str) -> None:
        form = preview(desk, small_issue)
        assert form["issue-title"] == "AI & Robotics Report: Two Worlds"
        assert form["issue-issued_on"] == "03/05/2025"
        assert form["issue-intro"] == "What this issue is about: “chips”, ¥200,000 and €40B."
        assert form.column("stories", "section") == ["china", "china", "international", "international"]
        assert form.column("stories", "rank") == ["1", "2", "1", "2"]
        assert form["stories-0-body"] == "It costs ¥200,000 — or ($27,600). 中文也行。\r\n\r\nA second paragraph."
        assert form["issue-credits"] == "Reuters\r\nXinhua"
        assert form["issue-takeaways"] == "One takeaway\r\nAnother takeaway"
        assert form.column("notes", "company") == ["Huawei", "Tesla"]
        assert form.column("policies", "detail") == ["Full enforcement begins Q3 2025", ""]
        assert nothing_saved()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "windows-1252"])
    def test_text_files(self, desk: Client, small_issue: str, encoding: str) -> None:
        text = small_issue.replace("中文也行。", "").replace("\n", "\r\n")
        form = Form(upload(desk, text.encode(encoding)), "issue-title")
        assert form["issue-intro"] == "What this issue is about: “chips”, ¥200,000 and €40B."
        assert form["stories-0-body"].startswith("It costs ¥200,000 — or ($27,600).")

    def test_a_markdown_file(self, desk: Client, small_issue: str) -> None:
        lines = small_issue.split("\n")
        lines[0] = f"![A robot](robot.png)\n\n# {lines[0]}"
        marked = "\n".join(
            f"## {line}" if line.startswith(("Top ", "Key ", "Company ", "Policy ")) else line for line in lines
        ).replace("•", "-")
        form = Form(upload(desk, marked.encode(), "issue.md"), "issue-title")
        assert form["issue-title"] == "AI & Robotics Report: Two Worlds"
        assert form["issue-hero_alt"] == "A robot"
        assert form.rows("stories") == 4
        assert form.column("notes", "note") == ["Ascend chips", "Optimus production"]

    def test_a_web_page(self, desk: Client, small_issue: str) -> None:
        parts = "".join(f"<p>{line.replace('&', '&amp;')}</p>\n" for line in small_issue.split("\n") if line)
        page = f"<!doctype html><html><head><style>p {{}}</style></head><body>{parts}</body></html>"
        form = Form(upload(desk, page.encode(), "issue.html"), "issue-title")
        assert form["issue-title"] == "AI & Robotics Report: Two Worlds"
        assert form.rows("stories") == 4
        assert form.rows("policies") == 2


class TestWhatIsRefused:
    def errors(self, page: Any) -> str:
        assert page.status_code == 422
        assert nothing_saved()
        return words(page)

    def test_neither_text_nor_file(self, desk: Client) -> None:
        assert "Paste a text, or choose a file." in self.errors(paste(desk, " \n "))

    def test_both(self, desk: Client, small_issue: str) -> None:
        page = upload(desk, small_issue.encode(), text="something else")
        assert "Both a text and a file were given; send one of them." in self.errors(page)
        assert Form(page, "text")["text"] == "something else"

    def test_an_empty_file(self, desk: Client) -> None:
        said = self.errors(upload(desk, b""))
        assert "The submitted file is empty." in said
        assert "Paste a text" not in said.replace("Paste the issue here", "")

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG picture"),
            (b"%PDF-1.7 ...", "a PDF"),
            (b"PK\x03\x04....word/document.xml", "a Word document"),
            (b"a\x00\x01\x02\x00\x00\x00b", "no text"),
        ],
    )
    def test_a_file_that_is_no_text(self, desk: Client, data: bytes, kind: str) -> None:
        assert kind in self.errors(upload(desk, data))

    def test_a_file_that_is_too_large(self, desk: Client) -> None:
        assert "5 MB" in self.errors(upload(desk, b"x" * (5 * 1024 * 1024 + 1)))

    def test_a_text_that_is_no_issue_gets_one_clear_error_and_stays(self, desk: Client) -> None:
        page = paste(desk, "Bread\nMilk <b>fat</b>\n")
        said = self.errors(page)
        assert "This does not look like an issue" in said
        assert page.content.decode().count("does not look like") == 1
        assert Form(page, "text")["text"] == "Bread\r\nMilk <b>fat</b>\r\n"

    def test_more_rows_than_the_preview_can_hold(self, desk: Client, small_issue: str) -> None:
        stories = "\n\n".join(f"{n}. Story {n}\n\nText." for n in range(1, 1002))
        page = paste(desk, small_issue.replace("1. First in China", stories))
        assert "stories; 1,000 are the most." in self.errors(page)
        companies = "\n".join(f"• Company {n} (US): note" for n in range(1001))
        page = paste(desk, small_issue.replace("• Huawei (China): Ascend chips", companies))
        assert "This has 1,002 companies; 1,000 are the most." in self.errors(page)


class TestThePreview:
    def test_problems_stand_beside_their_rows(self, desk: Client, small_issue: str) -> None:
        text = small_issue.replace("2. Second abroad", "4. Second abroad").replace("May 3", "February 30")
        page = paste(desk, text)
        assert page.status_code == 200
        (row,) = [form for form in page.context["stories"].forms if form.problems]
        assert row["headline"].value() == "Second abroad"
        assert row.problems[0].line == 23
        assert "Line 23" in words(page)
        assert "no day of the calendar" in words(page)

    def test_a_problem_that_is_no_rows_stands_above_all(self, desk: Client, small_issue: str) -> None:
        text = small_issue.replace("Company Watchlist", "Something unknown\n\nCompany Watchlist") + "\n\nAt the end\n"
        page = paste(desk, text)
        assert [problem.line for problem in page.context["problems"]]
        assert not [form for form in page.context["policies"].forms if form.problems]
        assert not [form for form in page.context["stories"].forms if form.problems]

    def test_what_is_nowhere_is_no_lines_fault(self, desk: Client, small_issue: str) -> None:
        before, heading, after = small_issue.partition("Key Takeaways")
        said = words(paste(desk, f"{before}{after}"))
        assert heading
        assert "No Key Takeaways found." in said
        assert "Line 1 " not in said
        assert "Line 0" not in said

    def test_lines_left_out_are_listed(self, desk: Client, small_issue: str) -> None:
        page = paste(desk, small_issue + "\nLeave a Comment\n\nShare\n")
        assert "2 lines left out" in words(page)
        assert "Line 44 Leave a Comment" in words(page)

    def test_new_known_and_similar_names_are_told_apart(self, desk: Client, small_issue: str) -> None:
        CompanyFactory(name="HUAWEI", slug="huawei")
        similar = CompanyFactory(name="Tesla Motors", slug="tesla-motors")
        PolicyFactory(title="EU AI Act", slug="act")
        page = paste(desk, small_issue)
        said = words(page)
        assert "Known: HUAWEI" in said
        assert "Maybe the same as Tesla Motors" in said
        assert "The same as Tesla Motors" in said
        assert "Known: EU AI Act" in said
        assert "New policy" in said
        form = Form(page, "issue-title")
        assert form.column("notes", "same") == ["", ""]
        form["notes-1-same"] = similar.pk
        form.send(desk)
        assert [note.company.name for note in Report.objects.get().notes.all()] == ["HUAWEI", "Tesla Motors"]
        assert Alias.objects.get().name == "Tesla"

    def test_the_same_text_again_offers_the_draft_that_exists(self, desk: Client, small_issue: str) -> None:
        preview(desk, small_issue).send(desk)
        first = Report.objects.get()
        page = paste(desk, small_issue.replace("\n", "\r\n") + "\r\n")
        assert f"/admin/reports/report/{first.pk}/change/" in page.content.decode()
        assert "This text was imported before" in words(page)
        assert "Save as a second draft" in words(page)
        Form(page, "issue-title").send(desk)
        assert Report.objects.count() == 2

    def test_a_second_click_makes_no_second_draft(self, desk: Client, small_issue: str) -> None:
        form = preview(desk, small_issue)
        form["issue-title"] = "Repaired"
        form.send(desk)
        again = form.send(desk)
        assert again.status_code == 409
        assert Report.objects.count() == 1
        assert "This text was imported before" in words(again)
        assert Form(again, "issue-title")["issue-title"] == "Repaired"
        Form(again, "issue-title").send(desk)
        assert Report.objects.count() == 2


class TestSaving:
    def test_what_stands_in_the_preview_is_what_is_saved(self, desk: Client, small_issue: str, editor: User) -> None:
        form = preview(desk, small_issue)
        form["issue-title"] = "“Two” worlds — ¥ € 中文 & <i>"
        form["issue-issued_on"] = "2024-02-29"
        form["issue-intro"] = "One.\r\n\r\nTwo — ‘two’.\r\n \r\nThree\r\nstill three."
        form["issue-hero_alt"] = "A robot’s hand"
        form["issue-china_heading"] = "中国十大新闻"
        form["issue-credits"] = "The “Times”\r\n\r\n新华社\r\n"
        form["issue-takeaways"] = "€40B — a year\r\n¥1"
        form["stories-0-headline"] = "Prices: ¥200,000 — “cheap”"
        form["stories-0-body"] = "中文 first.\r\n\r\n“Second” — €.\r\n\r\n\r\nThird & <b>last</b>."
        form["notes-0-note"] = "“Ascend” — ¥"
        form["policies-1-detail"] = "第二阶段"
        answer = form.send(desk)
        report = Report.objects.get()
        assert answer["Location"] == f"/admin/reports/report/{report.pk}/change/"
        assert report.title == "“Two” worlds — ¥ € 中文 & <i>"
        assert report.issued_on.isoformat() == "2024-02-29"
        assert report.intro == "<p>One.</p>\n<p>Two — ‘two’.</p>\n<p>Three still three.</p>"
        assert report.hero.alt == "A robot’s hand"
        assert report.china_heading == "中国十大新闻"
        assert [credit.source.name for credit in report.credits.all()] == ["The “Times”", "新华社"]
        assert [takeaway.text for takeaway in report.takeaways.all()] == ["€40B — a year", "¥1"]
        story = report.stories.get(section="china", rank=1)
        assert story.headline == "Prices: ¥200,000 — “cheap”"
        assert story.body == "<p>中文 first.</p>\n<p>“Second” — €.</p>\n<p>Third &amp; &lt;b&gt;last&lt;/b&gt;.</p>"
        assert report.notes.first().text == "“Ascend” — ¥"
        assert report.updates.last().detail == "第二阶段"
        revision = report.revisions.get()
        assert (revision.number, revision.author) == (1, editor)

    def test_unedited_the_sample_is_saved_as_the_command_saves_it(self, desk: Client, sample: str) -> None:
        from newsroom.importing import parse
        from newsroom.importing.drafts import save_draft
        from newsroom.issue import gather

        preview(desk, sample).send(desk)
        by_desk = gather(Report.objects.get())
        by_command = gather(save_draft(parse(sample), by=None))
        for issue in (by_desk, by_command):
            issue["slug"] = issue["hero"]["id"] = None
            for story in issue["stories"]:
                story["id"] = None
        assert by_desk == by_command

    def test_deleted_rows_stay_out(self, desk: Client, small_issue: str) -> None:
        form = preview(desk, small_issue)
        for row in ("stories-0", "notes-1", "policies-0"):
            form[f"{row}-DELETE"] = "on"
        form["stories-0-headline"] = ""  # a row that goes need not be right
        form.send(desk)
        report = Report.objects.get()
        assert [(s.section, s.rank, s.headline) for s in report.stories.all()] == [
            ("china", 1, "Second in China"),
            ("international", 1, "First abroad"),
            ("international", 2, "Second abroad"),
        ]
        assert Note.objects.count() == report.updates.count() == 1
        assert not Company.objects.filter(name="Tesla").exists()

    def test_a_story_moves_to_the_other_section_and_takes_its_place_by_its_number(
        self, desk: Client, small_issue: str
    ) -> None:
        form = preview(desk, small_issue)
        form["stories-0-section"] = "international"
        form["stories-0-rank"] = "2"
        form["stories-3-rank"] = "3"
        form.send(desk)
        assert list(Story.objects.values_list("section", "rank", "headline")) == [
            ("china", 1, "Second in China"),
            ("international", 1, "First abroad"),
            ("international", 2, "First in China"),
            ("international", 3, "Second abroad"),
        ]

    def test_printed_numbers_that_repeat_become_places(self, desk: Client, small_issue: str) -> None:
        text = small_issue.replace("2. Second in China", "1. Second in China")
        form = preview(desk, text)
        assert form.column("stories", "rank") == ["1", "2", "1", "2"]
        form.send(desk)
        assert [s.headline for s in Story.objects.filter(section="china")] == ["First in China", "Second in China"]

    def test_a_corrected_name_means_another_company(self, desk: Client, small_issue: str) -> None:
        huawei = CompanyFactory(name="Huawei", slug="huawei")
        form = preview(desk, small_issue)
        form["notes-0-company"] = "Baidu"
        form.send(desk)
        assert [note.company.name for note in Note.objects.order_by("position")] == ["Baidu", "Tesla"]
        assert not huawei.notes.exists()
        assert not Alias.objects.exists()

    def test_a_corrected_country_is_the_known_company_s(self, desk: Client, small_issue: str) -> None:
        huawei = CompanyFactory(name="Huawei", slug="huawei", country="CN")
        form = preview(desk, small_issue)
        form["notes-0-country"] = "Mainland China"
        form.send(desk)
        huawei.refresh_from_db()
        assert huawei.country == "Mainland China"

    def test_a_company_without_a_note_is_watched_all_the_same(self, desk: Client, small_issue: str) -> None:
        form = preview(desk, small_issue.replace("Huawei (China): Ascend chips", "Huawei (China)"))
        assert form.column("notes", "note") == ["", "Optimus production"]
        form.send(desk)
        assert [str(note) for note in Note.objects.order_by("position")] == ["Huawei", "Tesla: Optimus production"]

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("issue-title", "", "This field is required."),
            ("issue-title", "x" * 251, "at most 250 characters (it has 251)"),
            ("issue-issued_on", "2025-02-30", "Enter a valid date."),
            ("issue-takeaways", "x" * 501, "is longer than 500 characters."),
            ("stories-1-headline", "  ", "This field is required."),
            ("stories-1-headline", "y" * 251, "at most 250 characters (it has 251)"),
            ("stories-1-rank", "first", "Enter a whole number."),
            ("stories-1-section", "moon", "moon is not one of the available choices."),
            ("notes-0-company", "", "This field is required."),
            ("notes-0-note", "z" * 501, "at most 500 characters (it has 501)"),
            ("policies-0-name", "", "This field is required."),
        ],
    )
    def test_an_invalid_edit_shows_everything_again_as_it_was_typed(
        self, desk: Client, small_issue: str, field: str, value: str, said: str
    ) -> None:
        form = preview(desk, small_issue)
        form["issue-intro"] = "Typed “before” the fault.\r\n\r\n中文"
        form["stories-3-body"] = "Also typed."
        form["notes-1-DELETE"] = "on"
        form[field] = value
        again = form.send(desk)
        assert again.status_code == 422
        assert said in words(again)
        assert "Nothing is saved yet" in words(again)
        shown = dict(Form(again, "issue-title"))
        expected = dict(form)
        if field == "stories-1-section":
            shown.pop(field), expected.pop(field)
        assert shown == expected
        assert nothing_saved()

    def test_what_is_too_long_together_is_said_and_nothing_is_lost(self, desk: Client, small_issue: str) -> None:
        form = preview(desk, small_issue)
        for row in (0, 1):
            form[f"notes-{row}-company"] = "Huawei"
            form[f"notes-{row}-note"] = "x" * 300
        again = form.send(desk)
        assert again.status_code == 422
        assert "Huawei is printed more than once" in words(again)
        assert dict(Form(again, "issue-title")) == dict(form)
        assert nothing_saved()

    @pytest.mark.parametrize(
        "tampered",
        [
            {"stories-0-line": "x"},
            {"stories-0-line": "9" * 5000},
            {"stories-0-line": "²"},
            {"issue-copies": "many"},
            {"stories-TOTAL_FORMS": "x"},
            {"stories-TOTAL_FORMS": "5000"},
            {"notes-0-same": "987654"},
            {"notes-0-same": "x"},
            {"issue-title": "a\x00b"},
            {"issue-source": "a\x00b"},
        ],
    )
    def test_a_tampered_form_is_refused_politely(
        self, desk: Client, small_issue: str, tampered: dict[str, str]
    ) -> None:
        form = preview(desk, small_issue)
        form.update(tampered)
        assert form.send(desk).status_code == 422
        assert nothing_saved()


class TestHarm:
    XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"

    def test_markup_in_every_field_is_shown_as_text(self, desk: Client, small_issue: str) -> None:
        CompanyFactory(name=f"Tesla {self.XSS}", slug="t")
        form = preview(desk, small_issue)
        for name in list(form):
            if name.rpartition("-")[2] in ("title", "intro", "headline", "body", "company", "note", "name", "detail"):
                form[name] = f"{name} {self.XSS}"
        for name in ("issue-hero_alt", "issue-china_heading", "issue-credits", "issue-takeaways", "issue-source"):
            form[name] = f"{name} {self.XSS}"
        form["issue-issued_on"] = self.XSS
        again = form.send(desk)
        assert again.status_code == 422
        self.harmless(again)
        assert Form(again, "issue-title")["stories-0-headline"] == f"stories-0-headline {self.XSS}"
        form["issue-issued_on"] = "2025-01-01"
        for name in [name for name in form if name.startswith(("notes-", "policies-")) and name.endswith("-country")]:
            form[name] = "US"
        saved = form.send(desk, follow=True)
        assert Report.objects.count() == 1
        self.harmless(saved)
        self.harmless(desk.get("/admin/reports/report/"))
        self.harmless(desk.get(f"/admin/reports/report/{Report.objects.get().pk}/preview/"))
        self.harmless(desk.get(f"/admin/reports/report/{Report.objects.get().pk}/publish/now/"))

    def test_markup_in_the_text_is_shown_as_text(self, desk: Client, small_issue: str) -> None:
        text = (
            small_issue.replace("First in China", f"First {self.XSS}")
            .replace("Ascend chips", self.XSS)
            .replace("One takeaway", self.XSS)
            + f"\nShare\n\n{self.XSS}\n"
        )
        self.harmless(paste(desk, text))
        self.harmless(paste(desk, self.XSS))

    def harmless(self, page: Any) -> None:
        import html5lib

        tree = html5lib.parse(page.content.decode(), namespaceHTMLElements=False)
        assert not [script for script in tree.iter("script") if "alert" in (script.text or "")]
        assert not [node for node in tree.iter() if any(name.startswith("onerror") for name in node.attrib)]
        assert not [node for node in tree.iter("img") if node.get("src") == "x"]


class TestWhoMay:
    def test_a_writer_may(self, writers_desk: Client, small_issue: str, writer: User) -> None:
        preview(writers_desk, small_issue).send(writers_desk)
        assert Report.objects.get().revisions.get().author == writer

    def test_staff_without_the_permission_may_not(self, db: None, small_issue: str) -> None:
        client = signed_in(person())
        for answer in (
            client.get(IMPORT),
            client.post(IMPORT, {"text": small_issue}),
            client.get(CHECK),
            client.post(CHECK, {"issue-title": "x"}),
        ):
            assert answer.status_code == 403
        assert nothing_saved()

    def test_others_are_asked_to_sign_in(self, db: None, client: Client, small_issue: str) -> None:
        for answer in (client.get(IMPORT), client.post(CHECK, {"issue-title": "x"})):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/admin/login/")
        reader = signed_in(person(is_staff=False))
        assert reader.post(IMPORT, {"text": small_issue})["Location"].startswith("/admin/login/")
        assert nothing_saved()

    def test_the_second_page_alone_leads_to_the_first(self, desk: Client) -> None:
        assert desk.get(CHECK)["Location"] == IMPORT

    def test_a_form_without_its_token_is_refused(self, editor: User, small_issue: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(editor)
        assert client.post(IMPORT, {"text": small_issue}).status_code == 403


class TestSize:
    def test_a_thousand_stories(self, desk: Client, small_issue: str) -> None:
        stories = "\n\n".join(f"{n}. Story {n}\n\nText of {n}." for n in range(1, 999))
        text = small_issue.replace("1. First in China", stories).replace("2. Second in China", "Second in China")
        form = preview(desk, text)
        assert form.rows("stories") == 1000
        answer = form.send(desk)
        assert answer.status_code == 302
        report = Report.objects.get()
        assert report.stories.filter(section="china").count() == 998
        assert report.stories.filter(section="china").last().rank == 998

    def test_a_paste_of_almost_5_mb(self, desk: Client, small_issue: str) -> None:
        filler = "中文 and “quotes” — of a long story. " * 60
        paragraphs = "\n\n".join([filler] * (4_900_000 // len(filler.encode())))
        text = small_issue.replace("A second paragraph.", paragraphs)
        assert 4_800_000 < len(text.encode()) < 5_000_000
        form = preview(desk, text)
        answer = form.send(desk)
        assert answer.status_code == 302
        body = Report.objects.get().stories.get(section="china", rank=1).body
        assert body.count("<p>") == paragraphs.count("\n\n") + 2
