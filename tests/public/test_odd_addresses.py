"""Addresses that no link of ours leads to."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from reports.models import Edition, EditionStory, Source
from tests.factories import person, published

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/%00", "/reports/a%00b/", "/?x=%00", "/reports/?before=%00", "/admin/login/?next=%00"]
)
def test_nul_is_a_bad_request(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert "We could not read that request." in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_no_number_of_an_edition_tells_its_address(client: Client) -> None:
    edition = published()
    client.force_login(person(is_superuser=True))
    for row in (edition, edition.stories.first()):
        kind = ContentType.objects.get_for_model(row)
        assert client.get(f"/admin/r/{kind.pk}/{row.pk}/").status_code == 404
    assert not hasattr(Edition, "get_absolute_url")
    assert not hasattr(EditionStory, "get_absolute_url")


@pytest.mark.parametrize("name", ["\x01\x02", " \x7f ", "\ufffe"])
def test_a_name_of_nothing_is_required(client: Client, name: str) -> None:
    client.force_login(person(is_superuser=True))
    answer = client.post("/admin/reports/source/add/", {"name": name, "link": ""})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["name"] == ["This field cannot be blank."]
    assert not Source.objects.exists()


def test_a_name_that_grows_when_it_is_folded_is_found_taken(client: Client) -> None:
    client.force_login(person(is_superuser=True))
    Source.objects.create(name="ﬃ" * 250)
    answer = client.post("/admin/reports/source/add/", {"name": "ﬃ" * 249, "link": ""})
    assert "is there already" in answer.context["adminform"].form.errors["name"][0]
