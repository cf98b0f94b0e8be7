"""What stands around Django: a request in another encoding than UTF-8 is not read at all."""

import pytest

from newsroom.middleware import refuse_encodings


def ask(content_type):
    """The status that a request with this Content-Type gets, from an application that answers 200 to all it sees."""
    statuses = []

    def django(environ, start_response):
        start_response("200 OK", [])
        return []

    list(refuse_encodings(django)({"CONTENT_TYPE": content_type}, lambda status, headers: statuses.append(status)))
    return statuses


@pytest.mark.parametrize(
    "charset", ["punycode", "zlib", "rot13", "idna", "utf-16", "latin-1", "none", '"zlib"', "UTF-7"]
)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=B", "application/x-www-form-urlencoded", "text/plain"])
def test_no_other_is_read(kind, charset):
    assert ask(f"{kind}; charset={charset}") == ["400 Bad Request"]
    assert ask(f"{kind}; CHARSET={charset}") == ["400 Bad Request"]


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=B", "text/plain; charset=UTF-8"])
def test_utf_8_is(kind):
    assert ask(kind) == ["200 OK"]


def test_the_site_stands_behind_it():
    from newsroom.wsgi import application

    answers = []
    list(application({"CONTENT_TYPE": "text/plain; charset=zlib"}, lambda status, headers: answers.append(status)))
    assert answers == ["400 Bad Request"]
