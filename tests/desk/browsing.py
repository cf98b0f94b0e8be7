"""
Forms of a page as a browser without JavaScript fills them in and sends them.

`Form` is a dictionary of everything that pressing a button would send; change it like one, then `send` it. So a test
of the desk breaks when the page loses a field, as an editor would notice it, and not only when the code does.
"""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


def signed_in(user: Any) -> Client:
    """A browser in which that person is signed in."""
    client = Client()
    client.force_login(user)
    return client


NOT_SENT = {"submit", "button", "image", "reset", "file"}


class Controls(HTMLParser):
    """Gathers the successful controls of the page's forms, by HTML's rules for sending a form."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []
        self.fields: dict[str, Any] = {}
        self.select: tuple[str, list[str], list[str]] | None = None
        self.textarea: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        name = a.get("name") or ""
        if tag == "form":
            self.fields = {"": {"action": a.get("action") or "", "method": (a.get("method") or "get").lower()}}
            self.forms.append(self.fields)
        elif "disabled" in a:
            return
        elif tag == "input" and name and a.get("type", "text") not in NOT_SENT:
            if a.get("type") not in ("checkbox", "radio") or "checked" in a:
                self.fields[name] = a.get("value") or ("on" if a.get("type") == "checkbox" else "")
        elif tag == "textarea" and name:
            self.textarea = (name, [])
        elif tag == "select" and name:
            self.select = (name, [], [])
        elif tag == "option" and self.select:
            value = a.get("value") or ""
            self.select[1].append(value)
            if "selected" in a:
                self.select[2].append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            name, parts = self.textarea
            text = "".join(parts).replace("\r\n", "\n").removeprefix("\n")
            self.fields[name] = text.replace("\n", "\r\n")
            self.textarea = None
        elif tag == "select" and self.select:
            name, values, chosen = self.select
            if values:
                self.fields[name] = chosen[-1] if chosen else values[0]
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.textarea[1].append(data)


class Form(dict[str, Any]):
    """The form of a page that has a field of this name, as it stands there."""

    def __init__(self, response: Any, having: str) -> None:
        page = Controls()
        page.feed(response.content.decode())
        found = [form for form in page.forms if having in form]
        assert found, f"no form with the field {having} on this page"
        super().__init__(found[0])
        self.address = self.pop("")["action"] or response.wsgi_request.get_full_path()
        self.pop("csrfmiddlewaretoken", None)  # another one on every page; the test client asks for none

    def send(self, client: Client, follow: bool = False, **more: Any) -> Any:
        return client.post(self.address, {**self, **more}, follow=follow)

    def rows(self, prefix: str) -> int:
        return int(self[f"{prefix}-TOTAL_FORMS"])

    def column(self, prefix: str, field: str) -> list[str]:
        """One field of all rows of a formset, as it stands in the form."""
        return [self[f"{prefix}-{n}-{field}"] for n in range(self.rows(prefix))]

    def add_row(self, prefix: str, **fields: Any) -> int:
        """Add a row, as the desk's script does: from the empty row with its number in it."""
        number = self.rows(prefix)
        empty = f"{prefix}-__prefix__-"
        for name in [name for name in self if name.startswith(empty)]:
            self[f"{prefix}-{number}-{name.removeprefix(empty)}"] = self[name]
        for field, value in fields.items():
            self[f"{prefix}-{number}-{field}"] = value
        self[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
        return number


class Texts(HTMLParser):
    """Gathers what a reader of the page reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "template")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "template")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def words(response: HttpResponse) -> str:
    """The words on a page, on one line."""
    page = Texts()
    page.feed(response.content.decode())
    return " ".join(" ".join(page.words).split())


def change_url(report: Any) -> str:
    return f"/admin/reports/report/{report.pk}/change/"


def open_issue(client: Client, report: Any) -> Form:
    """The form of an issue on the desk."""
    return Form(client.get(change_url(report)), "title")
