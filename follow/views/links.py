"""The pages behind the links in mails to followers (newsroom/lib/mailed.py)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from follow.emails import (
    CONFIRM,
    OUT,
    PREFERENCES,
    TIME_TO_CONFIRM,
    in_question,
    in_words,
    label,
    out_link,
    preferences_link,
)
from follow.forms import PreferencesForm, value
from follow.models import Follower, Wish
from follow.subscribing import FOR_GOOD, PAUSES, Used, change, end, erase_own, pause, record_of, resume
from follow.subscribing import confirm as confirm_wish
from follow.topics import Pair, named
from follow.wishing import chosen, follows, outcome
from newsroom.lib.doors import Refused, SeeOther, guard_form
from newsroom.lib.mailed import NOBODY, Dead, mailed_link, opened

AGAIN = ("follow:email", _("Follow by email"))
LATE = _("It was good for two days. Fill in the form again, and we send you a new one.")
USED = Dead(
    410, _("You have used this link already."), _("You stopped following since. You can start again."), way=AGAIN
)


# What the page of preferences says when something was done on it, by the last word of its address
DONE = {
    "saved": _("Your changes are saved."),
    "paused": _("You pause now, and your changes are saved."),
    "resumed": _("You get mail again, and your changes are saved."),
}


@mailed_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what was asked for, and what it takes the place of; by POST, it is the reader's own wish."""
    pk = opened(token, CONFIRM, good_for=TIME_TO_CONFIRM, late=LATE, way=AGAIN)
    wish = Wish.objects.select_related("follower").filter(pk=pk).first()
    if wish is None:
        raise NOBODY
    if request.method == "POST" or wish.confirmed_at:
        return confirmed(request, wish)
    context = {**in_question(outcome(wish)), "consent": wish.consent_text}
    return render(request, "follow/links/confirm.html", context)


def confirmed(request: HttpRequest, wish: Wish) -> HttpResponse:
    """
    That it is done, and what is sent from now on; it may have been done before, and other things asked for since.

    Of an address that is suppressed it says what it would say of any other.
    """
    coming = outcome(wish)
    try:
        follower = confirm_wish(wish.pk)
    except Used:
        raise USED from None
    if follower is None:
        raise NOBODY
    is_sent = follows(follower)
    context = {
        "done": True,
        "before": wish.confirmed_at,
        "wanted": in_words(chosen(follower) if is_sent else coming.choices),
        "weekly": (follower.frequency if is_sent else coming.frequency) == Follower.Frequency.WEEKLY,
        "preferences": preferences_link(follower),
    }
    return render(request, "follow/links/confirm.html", context)


@mailed_link
def out(request: HttpRequest, token: str) -> HttpResponse:
    """
    Get no more mail. Also what List-Unsubscribe-Post sends (RFC 8058).

    The link never grows old, works any number of times, and says the same whether or not we still know the address.
    """
    follower = opened(token, OUT)
    done = request.method == "POST"
    if done:
        end(follower)
    return render(request, "follow/links/out.html", {"done": done})


# Preferences


def owner(token: str) -> Follower:
    """Who holds a link to his preferences. Raises Dead if it is forged, or we don't know him (any more)."""
    follower = Follower.objects.filter(pk=opened(token, PREFERENCES)).first()
    if follower is None:
        raise NOBODY
    return follower


@mailed_link
def preferences(request: HttpRequest, token: str) -> HttpResponseBase:
    """What somebody follows, how often, and whether now; by POST, other of it. All buttons save all of it."""
    follower = owner(token)
    if request.method != "POST":
        return show(request, follower, token)
    form = form_of(follower, request.POST)
    try:
        guard_form(form)
    except Refused as refusal:
        return show(request, follower, token, form=form, refusal=refusal)
    done = save(follower.pk, form.cleaned_data, request.POST)
    return SeeOther(f"{reverse('follow:preferences', args=[token])}?{done}")


def save(follower: int, chosen: dict[str, Any], pressed: Mapping[str, str]) -> str:
    """Save what was chosen, and pause or go on if that button was pressed; which of DONE was done, if any."""
    length = pressed.get("pause", "")
    if length in PAUSES:
        pause(follower, length)  # first, so that nothing is made up for to somebody who wants a rest
    if not change(follower, chosen["what"], chosen["frequency"]):
        return ""  # he has left, which the page says
    if length in PAUSES:
        return "paused"
    if "resume" not in pressed:
        return "saved"
    resume(follower)
    return "resumed"


def form_of(follower: Follower, data: Any = None) -> PreferencesForm:
    """What somebody follows, for him to change. What no issue names at present stays until he drops it."""
    pairs: list[Pair] = chosen(follower)
    found = named(pairs)
    things = sorted(
        ((pair, label(pair[0], found.get(pair))) for pair in pairs if pair[1]), key=lambda thing: thing[1].casefold()
    )
    initial = {"what": [value(pair) for pair in pairs], "frequency": follower.frequency}
    return PreferencesForm(data, things=things, initial=initial, auto_id="follow_%s")


def show(
    request: HttpRequest,
    follower: Follower,
    token: str,
    *,
    form: PreferencesForm | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {
        "address": masked(follower.email),
        "state": follower.state(),
        "form": form or form_of(follower),
        "refusal": refusal,
        "done": "" if refusal else next((words for done, words in DONE.items() if done in request.GET), ""),
        "paused_until": until(follower),
        "pauses": [(length, words) for length, (words, time) in PAUSES.items()],
        "here": reverse("follow:preferences", args=[token]),
        "out": out_link(follower),
        "export_url": reverse("follow:export", args=[token]),
        "erase_url": reverse("follow:erase", args=[token]),
    }
    return render(request, "follow/links/preferences.html", context, status=refusal.status if refusal else 200)


def until(follower: Follower) -> datetime | None:
    """Until when somebody pauses, if he said until when."""
    return follower.paused_until if follower.paused_until and follower.paused_until < FOR_GOOD else None


def masked(email: str) -> str:
    """An address, for its owner alone to recognise."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


@mailed_link
def export(request: HttpRequest, token: str) -> HttpResponseBase:
    """By POST, everything that is kept of its owner, as a file."""
    follower = owner(token)
    if request.method != "POST":
        return SeeOther(reverse("follow:preferences", args=[token]))
    return JsonResponse(
        record_of(follower),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="following.json"'},
    )


@mailed_link
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Asks; by POST, erases everything that is kept of its owner. Sent twice, it is erased all the same."""
    pk = opened(token, PREFERENCES)
    if request.method == "POST":
        erase_own(pk)
        return render(request, "follow/links/erase.html", {"done": True})
    follower = owner(token)
    context = {"address": masked(follower.email), "here": reverse("follow:preferences", args=[token])}
    return render(request, "follow/links/erase.html", context)
