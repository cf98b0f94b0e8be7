"""The ways to follow, and a reader's wish to follow by mail on its way in. The same for everybody."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from follow.forms import STAMP, FollowForm, empty_form, follow_form
from follow.subscribing import ask, consent
from follow.topics import REGISTERS, Topic, find
from newsroom.lib.doors import Refused, SeeOther, door, guard_form, guard_origin, guard_stamp, retry_later, stamp_for
from newsroom.lib.mailed import absolute
from newsroom.lib.network import fingerprint
from reports.caching import public_page


@require_safe
@public_page
def follow(request: HttpRequest) -> HttpResponse:
    """Every way to follow, with the form for mail."""
    context = {"page": "follow", "action": reverse("follow:email"), **empty_form()}
    return render(request, "follow/follow.html", context)


@door
@public_page
def email(request: HttpRequest) -> HttpResponse:
    """The form for mail by itself, of a company or a policy if the address names one; by POST, a wish."""
    topics = [topic for kind in REGISTERS if (topic := find(kind, request.GET.get(kind, "")))]
    return receive(request, topics) if request.method == "POST" else form_page(request, topics, **empty_form(topics))


def receive(request: HttpRequest, topics: list[Topic]) -> HttpResponse:
    """
    Let a wish through the guards, and tell everybody the same, whatever is known of the address.

    What only machines fill in is taken with the same answer, and nothing comes of it.
    """
    form = follow_form(topics, request.POST)
    stamp, age = stamp_for(request, *STAMP)
    try:
        guard_origin(request)
        guard_form(form)
        guard_stamp(age)
        if not form.trapped:
            ask(form.wanted(source_of(request, topics)), network=fingerprint(request))
    except Refused as refusal:
        return form_page(request, topics, form=form, stamp=stamp, consent=consent(), refusal=refusal)
    return SeeOther(reverse("follow:sent"))


def address_of(topics: list[Topic]) -> str:
    """The path of the form with these topics, by the names they have now."""
    query = urlencode({topic.kind: topic.slug for topic in topics})
    return reverse("follow:email") + (f"?{query}" if query else "")


def source_of(request: HttpRequest, topics: list[Topic]) -> str:
    """The page on which the form stood: one of ours, whatever was sent."""
    return absolute(reverse("follow:follow") if request.POST.get("page") == "follow" else address_of(topics))


def form_page(
    request: HttpRequest,
    topics: list[Topic],
    *,
    form: FollowForm,
    stamp: str,
    consent: str,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {
        "topics": topics,
        "form": form,
        "stamp": stamp,
        "consent": consent,
        "refusal": refusal,
        "action": address_of(topics),
        "page": request.POST.get("page"),
    }
    response = render(request, "follow/email.html", context, status=refusal.status if refusal else 200)
    return retry_later(response)


@require_safe
@public_page
def sent(request: HttpRequest) -> HttpResponse:
    """What happens now, the same for everybody."""
    return render(request, "follow/sent.html")
