"""Merging two companies or two policies that are one: what moves, what stays as it was, and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

import policies.merging
import policies.models
from follow.models import Choice, Delivery, Wish
from newsroom.announcing import announce_due
from newsroom.models import Entry, Name
from newsroom.publishing import publish, withdraw
from newsroom.search.index import REGISTERS
from policies.models import Milestone, Policy
from reports.models import Edition, EditionStory, Report, Revision, Source
from reports.registry import Unmergeable, merge_source
from tests.desk.browsing import Form, open_issue, signed_in
from tests.factories import (
    CompanyFactory,
    CreditFactory,
    NoteFactory,
    PolicyFactory,
    ReportFactory,
    SourceFactory,
    StoryFactory,
    complete_issue,
    edit,
    follower,
    person,
    published,
)
from watchlist.merging import merge
from watchlist.models import Alias, Appearance, Company, FormerAddress, Mention, MergedCompany, StoryAppearance

pytestmark = pytest.mark.django_db
PROPOSED, CONFIRMED, REFUSED = Mention.State.PROPOSED, Mention.State.CONFIRMED, Mention.State.REFUSED


def company(name: str) -> Company:
    return Company.objects.get(name=name)


def policy(title: str) -> Policy:
    return Policy.objects.get(title=title)


def get(path: str) -> Any:
    return Client().get(path)


def projections() -> dict[str, list[Any]]:
    """What is asked of editions, without ids that writing it anew gives anew."""
    kept: dict[str, list[Any]] = {"editions": list(Edition.objects.order_by("pk").values())}
    stories = dict(EditionStory.objects.values_list("pk", "story_id"))
    for model in (
        *(Appearance, StoryAppearance, FormerAddress, policies.models.Appearance, policies.models.FormerAddress),
        *(Entry, Name),
    ):
        found = list(model.objects.values())
        for row in found:
            row.pop("id", None)
            if model is StoryAppearance:
                row["story_id"] = stories[row["story_id"]]
        kept[model._meta.label] = sorted(found, key=repr)
    return kept


class TestWorkingRows:
    def test_notes_move_and_their_issues_get_a_new_version(self) -> None:
        old, new = CompanyFactory.create(name="Huawei Technologies"), CompanyFactory.create(name="Huawei")
        note = NoteFactory.create(company=old, text="It grows")
        other = NoteFactory.create()
        assert merge(old, into=new, by=None) == new
        note.refresh_from_db()
        assert (note.company, note.text) == (new, "It grows")
        assert not Company.objects.filter(pk=old.pk).exists()
        assert Report.objects.get(pk=note.report_id).version == 1
        assert Report.objects.get(pk=other.report_id).version == 0

    def test_two_notes_of_one_issue_become_one_with_both_texts_at_the_place_of_the_first(self) -> None:
        old, new = CompanyFactory.create(), CompanyFactory.create()
        first = NoteFactory.create(company=old, text="“First” ¥1", position=2)
        NoteFactory.create(company=new, report=first.report, text="Second 中文", position=5)
        NoteFactory.create(report=first.report, text="Another", position=3)
        merge(old, into=new, by=None)
        assert [(note.company_id == new.pk, note.text) for note in first.report.notes.all()] == [
            (True, "“First” ¥1; Second 中文"),
            (False, "Another"),
        ]

    @pytest.mark.parametrize(("one", "other", "kept"), [("", "Said", "Said"), ("Same", "Same", "Same"), ("", "", "")])
    def test_nothing_is_said_twice(self, one: str, other: str, kept: str) -> None:
        old, new = CompanyFactory.create(), CompanyFactory.create()
        report = NoteFactory.create(company=old, text=one).report
        NoteFactory.create(company=new, report=report, text=other)
        merge(old, into=new, by=None)
        assert report.notes.get().text == kept

    def test_two_notes_that_have_no_room_together_are_refused_and_nothing_is_changed(self) -> None:
        old, new = CompanyFactory.create(), CompanyFactory.create()
        report = NoteFactory.create(company=old, text="x" * 400).report
        NoteFactory.create(company=new, report=report, text="y" * 400)
        with pytest.raises(Unmergeable, match=f"{report.title}.*802 characters; 500 are the most"):
            merge(old, into=new, by=None)
        assert sorted(report.notes.values_list("company", "text")) == sorted([(old.pk, "x" * 400), (new.pk, "y" * 400)])
        assert not MergedCompany.objects.exists()

    def test_names_become_names_of_the_other(self) -> None:
        old, new = CompanyFactory.create(name="Huawei Technologies"), CompanyFactory.create(name="Huawei")
        Alias.objects.create(company=old, name="华为")
        Alias.objects.create(company=new, name="HW")
        merge(old, into=new, by=None)
        assert set(new.aliases.values_list("name", flat=True)) == {"华为", "HW", "Huawei Technologies"}

    def test_a_name_that_is_an_alias_of_the_other_already_stands_there_once(self) -> None:
        old, new = CompanyFactory.create(name="HUAWEI Tech"), CompanyFactory.create(name="Huawei")
        Alias.objects.create(company=new, name="Huawei tech")
        merge(old, into=new, by=None)
        assert list(new.aliases.values_list("name", flat=True)) == ["Huawei tech"]

    @pytest.mark.parametrize(
        ("one", "other", "kept"),
        [
            *((PROPOSED, CONFIRMED, CONFIRMED), (CONFIRMED, PROPOSED, CONFIRMED), (CONFIRMED, REFUSED, CONFIRMED)),
            *((REFUSED, PROPOSED, PROPOSED), (PROPOSED, REFUSED, PROPOSED), (REFUSED, REFUSED, REFUSED)),
        ],
    )
    def test_a_story_that_names_both(self, one: str, other: str, kept: str) -> None:
        old, new = CompanyFactory.create(), CompanyFactory.create()
        story = StoryFactory.create()
        Mention.objects.create(story=story, company=old, state=one)
        Mention.objects.create(story=story, company=new, state=other)
        alone = Mention.objects.create(story=StoryFactory.create(), company=old, state=one)
        merge(old, into=new, by=None)
        assert [(mention.company, mention.state) for mention in story.mentions.all()] == [(new, kept)]
        assert [(mention.company, mention.state) for mention in alone.story.mentions.all()] == [(new, one)]

    def test_facts_are_taken_over_where_the_other_has_none(self) -> None:
        old = CompanyFactory.create(country="China", link="https://example.org/")
        new = CompanyFactory.create(country="", link="")
        merge(old, into=new, by=None)
        new.refresh_from_db()
        assert (new.country, new.link) == ("China", "https://example.org/")

    def test_milestones_and_updates_of_a_policy_move_and_none_stands_twice(self) -> None:
        report = complete_issue(policies=["Old Act", "New Act"])
        for title, status in (("Old Act", "draft"), ("Old Act", "adopted"), ("New Act", "draft")):
            Milestone.objects.create(policy=policy(title), status=status, dated_on=date(2025, 1, 1))
        old, new = policy("Old Act"), policy("New Act")
        policies.merging.merge(old, into=new, by=None)
        assert sorted(new.milestones.values_list("status", flat=True)) == ["adopted", "draft"]
        assert report.updates.get().detail == "Where AI & Robotics sees Old Act; Where AI & Robotics sees New Act"
        assert list(new.aliases.values_list("name", flat=True)) == ["Old Act"]


class TestSources:
    def test_credits_move_and_an_issue_that_credits_both_keeps_one_at_the_place_of_the_first(self) -> None:
        old = SourceFactory.create(name="Reuters News", link="https://reuters.example/")
        new, other = SourceFactory.create(name="Reuters", link=""), SourceFactory.create()
        both, alone = ReportFactory.create(), ReportFactory.create()
        for position, source in enumerate((old, other, new)):
            CreditFactory.create(report=both, source=source, position=position)
        CreditFactory.create(report=alone, source=old)
        CreditFactory.create(source=other)
        assert merge_source(old, into=new, by=person("Writer")) == new
        assert list(both.credits.values_list("source__name", "position")) == [("Reuters", 0), (other.name, 1)]
        assert alone.credits.get().source == new
        assert sorted(Report.objects.values_list("version", flat=True)) == [0, 1, 1]
        assert list(Source.objects.filter(name__startswith="Reuters").values_list("name", "link")) == [
            ("Reuters", "https://reuters.example/")
        ]

    def test_what_is_published_keeps_the_name_that_it_printed(self) -> None:
        edition = published(title="Live")
        merge_source(Source.objects.get(name="Reuters"), into=SourceFactory.create(name="Other Agency"), by=None)
        page = get(edition.url).content
        assert b"Reuters" in page
        assert b"Other Agency" not in page

    def test_not_into_itself_nor_by_whoever_may_not(self) -> None:
        source = SourceFactory.create()
        with pytest.raises(Unmergeable):
            merge_source(source, into=source, by=None)
        with pytest.raises(PermissionDenied):
            merge_source(source, into=SourceFactory.create(), by=person("Moderator"))
        assert Source.objects.count() == 2


class TestRefused:
    def test_into_itself(self) -> None:
        row = CompanyFactory.create(name="Huawei")
        with pytest.raises(Unmergeable, match="“Huawei” can’t be merged into itself"):
            merge(row, into=row, by=None)
        assert Company.objects.filter(pk=row.pk).exists()

    def test_into_one_that_was_merged_away_and_so_in_a_circle(self) -> None:
        one, other = CompanyFactory.create(name="One"), CompanyFactory.create(name="Other")
        merge(one, into=other, by=None)
        with pytest.raises(Unmergeable, match="“One” is not there any more"):
            merge(other, into=one, by=None)
        with pytest.raises(Unmergeable, match="“One” is not there any more"):
            merge(one, into=other, by=None)
        assert Company.objects.get() == other

    @pytest.mark.parametrize("role", ["", "Writer", "Moderator"])
    def test_by_whoever_may_not(self, role: str) -> None:
        with pytest.raises(PermissionDenied):
            merge(CompanyFactory.create(), into=CompanyFactory.create(), by=person(role))
        with pytest.raises(PermissionDenied):
            policies.merging.merge(PolicyFactory.create(), into=PolicyFactory.create(), by=person(role))
        assert (Company.objects.count(), Policy.objects.count()) == (2, 2)

    @pytest.mark.parametrize("role", ["Editor", "Administrator"])
    def test_not_by_those_who_may(self, role: str) -> None:
        by = person(role)
        merge(CompanyFactory.create(), into=CompanyFactory.create(), by=by)
        policies.merging.merge(PolicyFactory.create(), into=PolicyFactory.create(), by=by)
        assert MergedCompany.objects.get().merged_by == by


@pytest.fixture
def site() -> dict[str, Report]:
    """Companies A, B and C, in issues that have one, or two of them; past, live, scheduled and withdrawn editions."""
    issues = {
        "a": published(title="Alpha alone", companies=["Alpha"], policies=["Alpha Act"], issued_on=date(2025, 1, 4)),
        "ab": published(
            title="Both Alpha and Beta",
            companies=["Alpha", "Beta"],
            policies=["Alpha Act", "Beta Act"],
            issued_on=date(2025, 1, 11),
        ),
        "b": published(title="Beta alone", companies=["Beta"], policies=["Beta Act"], issued_on=date(2025, 1, 18)),
        "c": published(title="Gamma", companies=["Gamma"], policies=["Gamma Act"], issued_on=date(2025, 1, 25)),
        "newest": published(title="Alpha", companies=["Alpha"], policies=["Alpha Act"], issued_on=date(2025, 2, 1)),
    }
    reports = {name: edition.report for name, edition in issues.items()}
    edit(reports["a"], standfirst="Changed")
    publish(reports["a"], by=None)
    edit(reports["c"], title="Alpha is in Gamma")
    publish(reports["c"], by=None, at=timezone.now() + timedelta(days=1))
    withdraw(published(title="Gone Alpha", companies=["Alpha"], policies=["Alpha Act"]).report, by=None)
    return reports


class TestEditions:
    def test_revisions_and_pages_stay_and_projections_come_out_the_same_when_they_are_rebuilt(
        self, site: dict[str, Report]
    ) -> None:
        revisions = list(Revision.objects.order_by("pk").values())
        editions = list(Edition.objects.order_by("pk").values())
        merge(company("Alpha"), into=company("Beta"), by=None)
        policies.merging.merge(policy("Alpha Act"), into=policy("Beta Act"), by=None)
        assert list(Revision.objects.order_by("pk").values()) == revisions
        before = projections()
        assert before["editions"] == editions
        assert all(before.values())
        call_command("rebuild_projections", verbosity=0)
        assert projections() == before
        call_command("rebuild_search", verbosity=0)
        assert projections() == before

    def test_merging_twice_over_leads_to_the_last(self, site: dict[str, Report]) -> None:
        merge(company("Alpha"), into=company("Beta"), by=None)
        merge(company("Beta"), into=company("Gamma"), by=None)
        policies.merging.merge(policy("Alpha Act"), into=policy("Beta Act"), by=None)
        policies.merging.merge(policy("Beta Act"), into=policy("Gamma Act"), by=None)
        for old in ("alpha", "beta"):
            assert (get(f"/companies/{old}/").status_code, get(f"/companies/{old}/")["Location"]) == (
                301,
                "/companies/gamma/",
            )
            assert get(f"/policies/{old}-act/")["Location"] == "/policies/gamma-act/"
        before = projections()
        call_command("rebuild_projections", verbosity=0)
        assert projections() == before
        assert set(Appearance.objects.values_list("name", flat=True)) == {"Gamma"}

    def test_an_edition_that_had_both_has_one_with_both_texts(self, site: dict[str, Report]) -> None:
        merge(company("Alpha"), into=company("Beta"), by=None)
        row = Appearance.objects.get(edition__report=site["ab"])
        assert (row.name, row.slug, row.position) == ("Beta", "beta", 0)
        assert row.note == "What Both Alpha and Beta says of Alpha; What Both Alpha and Beta says of Beta"

    def test_old_addresses_lead_to_the_one_that_is_left(self, site: dict[str, Report]) -> None:
        assert get("/companies/alpha/").status_code == 200
        merge(company("Alpha"), into=company("Beta"), by=None)
        policies.merging.merge(policy("Alpha Act"), into=policy("Beta Act"), by=None)
        for old, new in (
            ("/companies/alpha/", "/companies/beta/"),
            ("/zh-hans/companies/alpha/", "/zh-hans/companies/beta/"),
            ("/feed/companies/alpha/", "/feed/companies/beta/"),
            ("/policies/alpha-act/", "/policies/beta-act/"),
            ("/zh-hans/policies/alpha-act/", "/zh-hans/policies/beta-act/"),
            ("/feed/policies/alpha-act/", "/feed/policies/beta-act/"),
        ):
            assert (get(old).status_code, get(old)["Location"].removeprefix("http://testserver")) == (301, new)
            assert get(new).status_code == 200
        page = get("/companies/beta/").content.decode()
        assert all(title in page for title in ("Alpha alone", "Both Alpha and Beta", "Beta alone"))
        assert "/companies/alpha/" not in get("/companies/").content.decode()

    def test_a_company_that_nobody_ever_read_of_leads_nowhere(self, site: dict[str, Report]) -> None:
        secret = complete_issue(title="Draft", companies=["Secret"], policies=["Secret Act"])
        publish(secret, by=None, at=timezone.now() + timedelta(days=1))
        merge(company("Secret"), into=company("Beta"), by=None)
        policies.merging.merge(policy("Secret Act"), into=policy("Beta Act"), by=None)
        for path in ("/companies/secret/", "/policies/secret-act/", "/feed/companies/secret/"):
            assert get(path).status_code == 404
        assert "Draft" not in get("/companies/beta/").content.decode()

    def test_a_new_name_that_readers_do_not_know_yet_is_not_told(self, site: dict[str, Report]) -> None:
        Company.objects.filter(name="Beta").update(name="Unpublished", slug="unpublished")
        merge(company("Alpha"), into=company("Unpublished"), by=None)
        assert get("/companies/alpha/")["Location"] == "/companies/beta/"
        assert get("/companies/unpublished/").status_code == 404
        assert "Unpublished" not in get("/companies/beta/").content.decode()

    def test_one_that_was_never_public_takes_the_place_of_one_that_was(self, site: dict[str, Report]) -> None:
        merge(company("Alpha"), into=CompanyFactory.create(name="Alpha Inc.", slug="alpha-inc"), by=None)
        assert get("/companies/alpha/")["Location"] == "/companies/alpha-inc/"
        assert "Alpha Inc." in get("/companies/alpha-inc/").content.decode()

    def test_an_old_address_is_given_to_no_new_company(self, site: dict[str, Report]) -> None:
        merge(company("Alpha"), into=company("Beta"), by=None)
        Alias.objects.filter(name="Alpha").delete()
        complete_issue(title="Later", companies=["Alpha"])
        assert company("Alpha").slug == "alpha-2"

    def test_what_is_published_before_by_the_old_number_counts_for_the_one_that_is_left(
        self, site: dict[str, Report]
    ) -> None:
        merge(company("Alpha"), into=company("Gamma"), by=None)
        publish(site["a"], by=None)
        assert Appearance.objects.get(edition=site["a"].editions.live().get()).company == company("Gamma")


class TestSearch:
    def test_what_was_merged_is_found_as_the_one_that_is_left(self, site: dict[str, Report]) -> None:
        old = company("Alpha").pk
        merge(company("Alpha"), into=company("Beta"), by=None)
        assert not Entry.objects.filter(kind="company", ref=old).exists()
        assert not Name.objects.filter(kind="company", ref=old).exists()
        found = get("/search/?q=alpha&company=beta").content.decode()
        assert "/reports/alpha/" in found  # the newest, which names Alpha alone
        assert set(REGISTERS) == {"company", "policy"}


class TestFollowers:
    def test_followers_move_and_who_followed_both_follows_once(self, site: dict[str, Report]) -> None:
        old, new = company("Alpha").pk, company("Beta").pk
        one = follower("one@example.org", ("company", old))
        both = follower("both@example.org", ("company", old), ("company", new), "china")
        other = follower("other@example.org", ("policy", old))
        merge(company("Alpha"), into=company("Beta"), by=None)
        assert list(one.choices.values_list("kind", "ref")) == [("company", new)]
        assert sorted(both.choices.values_list("kind", "ref")) == [("china", 0), ("company", new)]
        assert list(other.choices.values_list("kind", "ref")) == [("policy", old)]

    def test_a_wish_that_waits_for_its_mailbox_moves_too(self, site: dict[str, Report]) -> None:
        old, new = company("Alpha").pk, company("Beta").pk
        person_ = follower("one@example.org")
        wish = Wish.objects.create(
            follower=person_, choices=[["company", old], ["company", new], ["china", 0]], consent_text="", source="/"
        )
        merge(company("Alpha"), into=company("Beta"), by=None)
        wish.refresh_from_db()
        assert wish.choices == [["company", new], ["china", 0]]

    def test_an_edition_that_was_frozen_before_reaches_those_who_followed(self) -> None:
        published(title="First", companies=["Alpha", "Beta"])
        scheduled = complete_issue(title="Scheduled", companies=["Alpha"])
        edition = publish(scheduled, by=None, at=timezone.now() + timedelta(hours=1))
        reader = follower("one@example.org", ("company", company("Alpha").pk))
        follower("two@example.org", ("company", company("Beta").pk))
        merge(company("Alpha"), into=company("Beta"), by=None)
        announce_due(edition.live_from)
        its = Delivery.objects.filter(mailing__issues=scheduled)
        assert its.count() == 2
        assert its.filter(follower=reader).exists()
        assert Choice.objects.filter(ref=company("Beta").pk).count() == 2


class TestOpenForms:
    def test_who_had_the_issue_open_is_told_and_loses_nothing(self) -> None:
        report = complete_issue(title="Open", companies=["Alpha", "Beta"])
        client = signed_in(person("Editor"))
        form = open_issue(client, report)
        form["standfirst"] = "Typed meanwhile"
        merge(company("Alpha"), into=company("Beta"), by=None)
        page = form.send(client)
        assert page.status_code == 409
        again = Form(page, "title")
        assert again["standfirst"] == "Typed meanwhile"
        assert again.send(client).status_code == 302
        report.refresh_from_db()
        assert report.standfirst == "Typed meanwhile"
        assert [(note.company.name, note.text) for note in report.notes.all()] == [
            ("Beta", "What Open says of Alpha; What Open says of Beta")
        ]
