"""Pages leave as small as they can; answers that bear a secret leave with random bytes; static files once for all."""

import gzip

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from newsroom.middleware import PressedPages
from tests.factories import picture, published

PAGES = ("/", "/reports/", "/companies/")


@pytest.mark.django_db
@pytest.mark.parametrize("accepts", ["br", "gzip, deflate, br, zstd", "gzip;q=1.0, br;q=0.5", "BR"])
def test_pages_are_pressed_for_who_can_read_it(client, accepts):
    published()
    for path in PAGES:
        plain = client.get(path)
        answer = client.get(path, headers={"Accept-Encoding": accepts})
        assert answer["Content-Encoding"] == "br"
        assert answer["Content-Length"] == str(len(answer.content))
        assert len(answer.content) < len(plain.content) / 3
        assert brotli.decompress(answer.content).startswith(plain.content[:2000])
        assert "Accept-Encoding" in answer["Vary"]
        assert answer["ETag"] == f"W/{plain['ETag']}"
        again = client.get(path, headers={"Accept-Encoding": accepts, "If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("accepts", ["gzip", "gzip, br;q=0", "br;q=0.0, gzip", "gzip, abr, brx"])
def test_others_get_gzip(client, accepts):
    published()
    answer = client.get("/", headers={"Accept-Encoding": accepts})
    assert answer["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(answer.content)
    assert not client.get("/", headers={"Accept-Encoding": "identity"}).has_header("Content-Encoding")


@pytest.mark.django_db
def test_what_bears_a_secret_never_tells_it_by_its_length(client):
    lengths = set()
    for _ in range(8):
        answer = client.get("/admin/login/", headers={"Accept-Encoding": "gzip, br"})
        assert answer["Content-Encoding"] == "gzip"
        lengths.add(len(answer.content))
    assert len(lengths) > 1


@pytest.mark.django_db
def test_pictures_are_sent_as_they_are(client):
    edition = published(hero=picture(640, 400))
    answer = client.get(f"/media/{edition.image}", headers={"Accept-Encoding": "gzip, br"})
    assert answer.status_code == 200
    assert not answer.has_header("Content-Encoding")
    answer.close()


class TestPressedPages:
    def test_the_same_page_is_pressed_once(self):
        pages = PressedPages()
        first = pages.pressed('"a"', b"a page " * 100)
        assert pages.pressed('"a"', b"a page, with another time stamp") is first
        assert brotli.decompress(pages.pressed('"b"', b"another")) == b"another"

    def test_who_comes_while_one_is_pressed_need_not_wait(self):
        pages = PressedPages()
        with pages.busy:
            assert brotli.decompress(pages.pressed('"a"', b"a page")) == b"a page"
        assert pages.kept == {}

    def test_what_has_no_name_or_is_too_long_is_not_kept(self):
        pages = PressedPages()
        pages.pressed("", b"x")
        pages.pressed('"long"', b"x" * (pages.LONGEST + 1))
        assert pages.kept == {}

    def test_only_the_last_are_kept(self, monkeypatch):
        monkeypatch.setattr(PressedPages, "KEPT", 2)
        pages = PressedPages()
        for name in ('"a"', '"b"', '"c"'):
            pages.pressed(name, b"x")
        assert list(pages.kept) == ['"b"', '"c"']


def test_static_files_are_stored_with_their_hash_and_pressed(tmp_path):
    storage = CompressedManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    source = StaticFilesStorage(location=finders.find("site"))
    files = {}
    for name in ("site.css", "reading.js", "icons.svg"):
        with source.open(name) as file:
            storage.save(f"site/{name}", file)
        files[f"site/{name}"] = (storage, f"site/{name}")
    for font in source.listdir("fonts")[1]:
        with source.open(f"fonts/{font}") as file:
            storage.save(f"site/fonts/{font}", file)
        files[f"site/fonts/{font}"] = (storage, f"site/fonts/{font}")
    list(storage.post_process(files))
    for name in ("site/site.css", "site/reading.js", "site/icons.svg"):
        stored = storage.stored_name(name)
        assert stored != name
        plain, pressed = (tmp_path / stored).read_bytes(), (tmp_path / f"{stored}.br").read_bytes()
        assert brotli.decompress(pressed) == plain
        assert len(pressed) < len(plain) / 2


@pytest.mark.django_db  # which a request closes at its end, if a test before left it open
def test_static_files_are_kept_for_ever(client):
    from django.templatetags.static import static

    answer = client.get(static("site/site.css"))
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert "public" in answer["Cache-Control"]
    answer.close()
