"""Logging in as people do: by the forms of the pages, with a password and what an authenticator app would show."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import time_machine
from django.test import Client, TestCase

from tests.desk.browsing import Form, words

PASSWORD = "correct horse battery"
LOGIN, ACCOUNT, DESK = "/admin/login/", "/admin/account/", "/admin/"
SECOND, AGAIN = "/admin/login/second/", "/admin/account/again/"


def with_password(user: Any, password: str = PASSWORD) -> Any:
    user.set_password(password)
    user.save()
    return user


def log_in(client: Client, user: Any, password: str = PASSWORD, *, to: str = "", **extra: Any) -> Any:
    page = client.get(LOGIN + (f"?next={to}" if to else ""), **extra)
    form = Form(page, "login")
    form.update(login=user.username, password=password)
    return client.post(form.address, form, **extra)


def code_at(secret: str, moment: float | None = None) -> str:
    """What an app shows: RFC 6238 over RFC 4226, six digits, 30 seconds."""
    counter = struct.pack(">Q", int(time.time() if moment is None else moment) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def prove_again(client: Client, to: str, password: str = PASSWORD) -> Any:
    """Give the password once more, on the way to a page that asks for it."""
    page = client.get(to, follow=True)
    assert page.wsgi_request.path == AGAIN
    form = Form(page, "password")
    form["password"] = password
    return form.send(client, follow=True)


def add_app(client: Client) -> str:
    """Set up an authenticator app as somebody who is logged in; the secret that it keeps."""
    page = prove_again(client, "/admin/account/app/")
    secret = re.search(r'account__secret">([A-Z2-7]+)<', page.content.decode())
    assert secret
    form = Form(page, "code")
    with (
        time_machine.travel(time.time(), tick=False),  # so that the code is still good when it arrives
        TestCase.captureOnCommitCallbacks(execute=True),  # allauth tells of it once it is committed
    ):
        form["code"] = code_at(secret[1])
        done = form.send(client, follow=True)
    assert done.wsgi_request.path == "/admin/account/codes/"
    return secret[1]


def codes_on(response: Any) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<code>(\d{8})</code>", response.content.decode())


def give_code(client: Client, code: str) -> Any:
    form = Form(client.get(SECOND), "code")
    form["code"] = code
    return form.send(client)


def give_next_code(client: Client, secret: str) -> Any:
    """With the code that the app shows half a minute later: the one of now was used to set it up."""
    with time_machine.travel(time.time() + 30, tick=False):
        return give_code(client, code_at(secret, time.time()))


def is_in(client: Client) -> bool:
    """Whether the desk opens."""
    return client.get(DESK).status_code == 200


def save_person(desk: Client, user: Any, **changes: Any) -> Any:
    """Change a person on the desk, by the form of his page."""
    address = f"/admin/auth/user/{user.pk}/change/"
    form = Form(desk.get(address), "username")
    form["groups"] = [str(role.pk) for role in user.groups.all()]
    for name, value in changes.items():
        if value is False:
            form.pop(name, None)
        else:
            form[name] = "on" if value is True else value
    answer = form.send(desk)
    assert answer.status_code == 302, words(answer)
    return answer
