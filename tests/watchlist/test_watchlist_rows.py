"""Companies and what issues say of them: what the database refuses, and the verb that writes notes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.factories import CompanyFactory, NoteFactory, ReportFactory, published
from watchlist.models import Alias, Company, Note
from watchlist.noting import Entry, note, recognise

pytestmark = pytest.mark.django_db


def test_one_note_per_company_and_issue() -> None:
    row = NoteFactory.create()
    NoteFactory.create(report=row.report)
    NoteFactory.create(company=row.company)
    with pytest.raises(IntegrityError):
        Note.objects.bulk_create([Note(report=row.report, company=row.company, text="Again")])


@pytest.mark.parametrize(("one", "other"), [("NVIDIA", "nvidia"), ("École", "ÉCOLE"), ("ＡＢＢ", "abb"), ("Ⅷ", "viii")])
def test_a_company_s_name_is_its_own_whatever_its_case(one: str, other: str) -> None:
    CompanyFactory.create(name=one)
    with pytest.raises(ValidationError, match="is there already"):
        Company(name=other, slug="other").full_clean()
    with pytest.raises(IntegrityError):
        Company.objects.bulk_create([Company(name=other, slug="other")])


def test_an_alias_belongs_to_one_company() -> None:
    Alias.objects.create(company=CompanyFactory.create(), name="Ｐingan")
    with pytest.raises(IntegrityError):
        Alias.objects.bulk_create([Alias(company=CompanyFactory.create(), name="PINGAN")])


def test_two_companies_at_one_address() -> None:
    CompanyFactory.create(slug="a")
    with pytest.raises(IntegrityError):
        CompanyFactory.create(slug="a")


def test_a_company_that_an_issue_names_stays() -> None:
    row = NoteFactory.create()
    with pytest.raises(IntegrityError):
        row.company.delete()


def test_notes_are_written_in_their_order_and_companies_registered_once() -> None:
    CompanyFactory.create(name="Nvidia", country="US")
    report = ReportFactory.create()
    note(
        report,
        [Entry("NVIDIA", "us", "Chips"), Entry("华为", "China", "Phones"), Entry("nvidia", "", "More chips")],
    )
    assert [(n.position, n.company.name, n.company.country, n.text) for n in report.notes.all()] == [
        (0, "Nvidia", "US", "Chips; More chips"),
        (1, "华为", "China", "Phones"),
    ]
    assert Company.objects.get(name="华为").slug == "华为"
    assert Company.objects.count() == 2


def test_a_printed_name_that_means_a_company_becomes_its_alias() -> None:
    company = CompanyFactory.create(name="Huawei")
    assert recognise(["Huawei Technologies"])["Huawei Technologies"].kind == "similar"
    note(ReportFactory.create(), [Entry("Huawei Technologies", "China", "x")], same={"Huawei Technologies": company})
    found = recognise(["HUAWEI  technologies"])["HUAWEI  technologies"]
    assert (found.kind, found.row) == ("known", company)
    assert Company.objects.count() == 1


def test_two_new_names_with_one_slug_get_two_addresses() -> None:
    note(ReportFactory.create(), [Entry("C++", "", "x"), Entry("C#", "", "y"), Entry("🤖", "", "z")])
    assert set(Company.objects.values_list("slug", flat=True)) == {"c", "c-2", "untitled"}


def test_the_country_that_is_printed_last_is_the_company_s() -> None:
    company = CompanyFactory.create(name="Arm", country="")
    note(ReportFactory.create(), [Entry("Arm", "UK", "x")])
    company.refresh_from_db()
    assert company.country == "UK"
    Alias.objects.create(company=company, name="ARM Holdings")
    note(
        ReportFactory.create(), [Entry("Arm", "UK/US", "x"), Entry("arm holdings", "  UK ", "y"), Entry("Arm", "", "z")]
    )
    company.refresh_from_db()
    assert company.country == "UK"


def test_an_edition_keeps_the_country_it_had() -> None:
    edition = published(companies=["Arm"])
    note(ReportFactory.create(), [Entry("Arm", "UK", "x")])
    assert Company.objects.get().country == "UK"
    assert edition.companies.get().country == "China"


def test_a_company_may_be_watched_without_a_note() -> None:
    report = ReportFactory.create()
    (row, twice) = note(report, [Entry("A", "", ""), Entry("B", "", ""), Entry("B", "", "b")])
    row.full_clean()
    assert (str(row), str(twice)) == ("A", "B: b")


def test_a_name_that_grows_when_it_is_folded_is_known_again() -> None:
    name = "ß" * 250
    for _ in range(2):
        note(ReportFactory.create(), [Entry(name, "", "x")])
    assert recognise([name])[name].kind == "known"
    assert Company.objects.count() == 1


def test_two_notes_on_one_company_that_are_too_long_together_are_refused() -> None:
    with pytest.raises(ValidationError, match="A is printed more than once, and its notes together have 802"):
        note(ReportFactory.create(), [Entry("A", "", "x" * 400), Entry("A", "", "y" * 400)])
    assert not Company.objects.exists()
