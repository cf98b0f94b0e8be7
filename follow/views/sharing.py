"""Passing a page on where that takes a page of ours, and counting it."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from follow import tallying
from follow.sharing import KINDS, Page, instance_of, mastodon_link, page_at, qr_code
from newsroom.lib.doors import FAULTY, Refused
from newsroom.lib.forms import Form, OneLine, sentences
from newsroom.lib.mailed import absolute
from newsroom.lib.network import fingerprint
from newsroom.lib.origin import same_origin
from reports.caching import of_issue, public_page

MOST_BYTES = 4096  # of what a browser sends to be counted: the longest path is 1,500
COUNTED = {tallying.READ, *KINDS}


class InstanceForm(Form):
    """Where somebody has an account of Mastodon."""

    instance = OneLine(
        label=_("Your server"),
        max_length=253,
        error_messages=sentences(_("This name"), _("Please enter the name of your server, such as mastodon.social.")),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "url"}
        ),
    )

    def clean_instance(self) -> str:
        return instance_of(self.cleaned_data["instance"])


def page_or_404(request: HttpRequest) -> Page:
    """The live issue or story that the address names. Raises Http404 for anything else, so nothing leads elsewhere."""
    page = page_at(request.GET.get("of", ""))
    if page is None:
        raise Http404("No published page is at this address.")
    return page


@require_safe
@public_page
def wechat(request: HttpRequest) -> HttpResponse:
    """The page's address as a QR code, which WeChat reads with the phone's camera."""
    page = page_or_404(request)
    context = {"page": page, "qr": qr_code(absolute(page.path))}
    return of_issue(render(request, "follow/wechat.html", context), page.report)


@require_safe
@public_page
def mastodon(request: HttpRequest) -> HttpResponse:
    """Ask for the reader's server; once it is known, show the link that leads there (a form of ours must not)."""
    page = page_or_404(request)
    form = InstanceForm(request.GET if "instance" in request.GET else None, auto_id="mastodon_%s")
    context = {"page": page, "form": form, "refusal": None}
    if form.is_bound and form.is_valid():
        instance = form.cleaned_data["instance"]
        context |= {"instance": instance, "link": mastodon_link(instance, page)}
    elif form.is_bound:
        form.focus_first_fault()
        context["refusal"] = Refused(422, FAULTY)
    status = 422 if context["refusal"] else 200
    return of_issue(render(request, "follow/mastodon.html", context, status=status), page.report)


@csrf_exempt
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count that a page was read or passed on, if that can be right. The answer says nothing, whatever came of it."""
    if may_be_counted(request):
        kind = request.POST.get("kind", "")
        page = page_at(request.POST.get("page", "")) if kind in COUNTED else None
        if page:
            tallying.count(kind, page.report, page.story)
    response = HttpResponse(status=204)
    response.headers["Cache-Control"] = "no-store"
    return response


def may_be_counted(request: HttpRequest) -> bool:
    """Whether the reader doesn't object, one of our pages sent this, it is small, and not the hundredth in a minute."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return (
        request.headers.get("DNT") != "1"
        and request.headers.get("Sec-GPC") != "1"
        and same_origin(request)
        and request.content_type == "application/x-www-form-urlencoded"
        and length.isdecimal()
        and int(length) <= MOST_BYTES
        and tallying.admit(fingerprint(request))
    )
