"""Names and other names: each belongs to one row, and who gives it to another is told whose it is."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from policies.models import Alias as PolicyAlias
from policies.models import Policy
from tests.desk.browsing import Form, signed_in, words
from tests.factories import CompanyFactory, PolicyFactory, person
from watchlist.models import Alias, Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return signed_in(person("Editor"))


def test_a_name_that_is_an_alias_of_another_is_refused_and_says_whose() -> None:
    Alias.objects.create(company=CompanyFactory.create(name="Huawei"), name="华为 Tech")
    with pytest.raises(ValidationError, match="“华为 TECH” is a name of “Huawei” already"):
        Company(name="华为 TECH", slug="x").full_clean()
    PolicyAlias.objects.create(policy=PolicyFactory.create(title="EU AI Act"), name="AI Act")
    with pytest.raises(ValidationError, match="“ai act” is a name of “EU AI Act” already"):
        Policy(title="ai act", slug="x").full_clean()


def test_an_alias_that_is_a_name_is_refused_also_of_its_own_row() -> None:
    huawei, other = CompanyFactory.create(name="Huawei"), CompanyFactory.create(name="ZTE")
    for company in (huawei, other):
        with pytest.raises(ValidationError, match="“HUAWEI” is a name of “Huawei” already"):
            Alias(company=company, name="HUAWEI").full_clean()


def test_a_name_may_be_saved_again_with_its_aliases(desk: Client) -> None:
    company = CompanyFactory.create(name="Huawei")
    Alias.objects.create(company=company, name="华为")
    Company.objects.get(pk=company.pk).full_clean()
    form = Form(desk.get(f"/admin/watchlist/company/{company.pk}/change/"), "slug")
    assert form.send(desk).status_code == 302


def test_the_form_says_it_beside_the_field(desk: Client) -> None:
    CompanyFactory.create(name="Huawei")
    other = CompanyFactory.create(name="ZTE")
    path = f"/admin/watchlist/company/{other.pk}/change/"
    form: Any = Form(desk.get(path), "slug")
    form.update({"aliases-TOTAL_FORMS": "1", "aliases-0-name": "huawei", "aliases-0-company": str(other.pk)})
    page = form.send(desk)
    assert page.status_code == 200
    assert "“huawei” is a name of “Huawei” already." in words(page)
    assert not Alias.objects.exists()
