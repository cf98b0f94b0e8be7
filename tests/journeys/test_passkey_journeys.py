"""A passkey, from adding it to logging in with nothing else; the browser has a virtual one (WebAuthn over CDP)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import person
from tests.staff.entering import PASSWORD, with_password

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def on_localhost(live_site: str) -> str:
    """Browsers know passkeys by names of hosts, so not on 127.0.0.1."""
    return live_site.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("width", [1280, 360])
def test_an_editor_adds_a_passkey_and_logs_in_with_it_alone(
    new_page: Callable[..., Page], on_localhost: str, watch: Any, axe: Any, settings: Any, width: int
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    watch.site = on_localhost.removeprefix("http://")
    with_password(person("Editor", username="ann"))
    page = new_page(width=width)
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    key = keys.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    page.goto(f"{on_localhost}/admin/")
    assert axe(page) == []
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_text("opens only with a second factor")).to_be_visible()
    assert axe(page, within=".account") == []
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Phone")
    assert axe(page, within=".account") == []
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert len(keys.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    page.goto(f"{on_localhost}/admin/logout/")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="The desk").last).to_be_visible()

    page.goto(f"{on_localhost}/admin/account/passkeys/")
    expect(page.get_by_text("Phone")).to_be_visible()

    # As a second factor after the password, too; and without the key, a sentence and no way in.
    page.goto(f"{on_localhost}/admin/logout/")
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    assert axe(page) == []
    keys.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("didn’t work, or was called off")).to_be_visible()
    keys.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="The desk").last).to_be_visible()
