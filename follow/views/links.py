"""The pages behind the links in mails to followers (newsroom/lib/mailed.py)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from follow.emails import CONFIRM, OUT, PREFERENCES, TIME_TO_CONFIRM, in_words, label, out_link, preferences_link
from follow.forms import PreferencesForm, value
from follow.models import Follower, Wish
from follow.subscribing import (
    FOR_GOOD,
    PAUSES,
    Used,
    change,
    chosen,
    end,
    erase_own,
    outcome,
    pause,
    record_of,
    resume,
)
from follow.subscribing import (
    confirm as confirm_wish,
)
from follow.topics import Pair, named
from newsroom.lib.doors import Refused, SeeOther, guard_form
from newsroom.lib.mailed import NOBODY, Dead, mailed_link, opened

AGAIN = ("follow:email", "Follow by email")
LATE = "It was good for two days. Fill in the form again, and we send you a new one."
USED = Dead(410, "You have used this link already.", "You stopped following since. You can start again.", way=AGAIN)


@mailed_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what was asked for; by POST, it is the reader's own wish."""
    pk = opened(token, CONFIRM, good_for=TIME_TO_CONFIRM, late=LATE, way=AGAIN)
    if request.method == "POST":
        return confirmed(request, pk)
    wish = Wish.objects.select_related("follower").filter(pk=pk).first()
    if wish is None:
        raise NOBODY
    if wish.confirmed_at:
        return confirmed(request, pk)
    context = {
        "wanted": in_words(outcome(wish)),
        "weekly": wish.frequency == Follower.Frequency.WEEKLY,
        "consent": wish.consent_text,
    }
    return render(request, "follow/links/confirm.html", context)


def confirmed(request: HttpRequest, wish: int) -> HttpResponse:
    """That it is done; it may have been done before."""
    try:
        follower = confirm_wish(wish)
    except Used:
        raise USED from None
    if follower is None:
        raise NOBODY
    return render(request, "follow/links/confirm.html", {"done": True, "preferences": preferences_link(follower)})


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
    """What somebody follows, how often, and whether now; by POST, other of it."""
    follower = owner(token)
    if request.method != "POST":
        return show(request, follower, token)
    if "pause" in request.POST and request.POST["pause"] in PAUSES:
        pause(follower.pk, request.POST["pause"])
    elif "resume" in request.POST:
        resume(follower.pk)
    else:
        form = form_of(follower, request.POST)
        try:
            guard_form(form)
        except Refused as refusal:
            return show(request, follower, token, form=form, refusal=refusal)
        change(follower.pk, form.cleaned_data["what"], form.cleaned_data["frequency"])
    return SeeOther(reverse("follow:preferences", args=[token]) + "?saved")


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
        "is_saved": "saved" in request.GET and not refusal,
        "paused_until": until(follower),
        "pauses": [(length, words) for length, (words, _) in PAUSES.items()],
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
