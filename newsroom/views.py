"""Pages of several apps at once, and files."""

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found, permission_denied
from django.views.static import serve

from newsroom import briefing as briefings
from newsroom import cards, comparing, correcting, embedding
from newsroom.staff import views as desk
from newsroom.staff.middleware import is_of_the_desk
from reports.caching import MayAppear, allow_copies, of_issue, public_page
from reports.images import originals, stand_in, stem_of
from reports.models import Edition, EditionPicture, EditionStory
from reports.views import on_live_issue, show


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The newest issue; before the first, a page that says so."""
    edition = Edition.objects.live().newest_first().with_article().first()
    return show(request, edition) if edition else render(request, "home_empty.html")


@public_page
def compare(request: HttpRequest) -> HttpResponse:
    """China and International over the span of time that the address names."""
    newest = Edition.objects.live().newest_first().without_article().first()
    asked = {name: request.GET.get(name, "")[:40] for name in ("from", "to")}
    context: dict[str, object] = {"asked": asked, "newest": newest}
    if newest:
        span, remark = comparing.read_span(asked["from"], asked["to"], newest=newest.issued_on)
        context |= {"span": span, "remark": remark, "comparison": comparing.compare(span)}
    return render(request, "compare.html", context)


@public_page
def corrections(request: HttpRequest) -> HttpResponse:
    """What was put right, made clear or taken back, newest first."""
    try:
        page = correcting.page_of_listed(request.GET.get("before", ""), size=30)
    except ValueError:
        raise Http404("No such page.") from None
    older_url = f"{request.path}?before={page.older}" if page.older else ""
    return render(request, "corrections.html", {"entries": page.entries, "older_url": older_url})


@public_page
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """
    A picture of a live issue, or for staff of any. Until a rendition is drawn, its original stands in at its address.

    A rendition is named after its original, so both are told from the beginning of their names. A name never gets
    another picture, so asking again costs a 304; but a picture can be withdrawn, and no copy may be kept for long.
    """
    stem = stem_of(path)
    if not stem:
        raise Http404("No picture has such a name.")
    file = stand_in(path)
    if EditionPicture.objects.live_few().filter(file__in=originals(stem)).exists():
        cache = "public, max-age=3600" if file == path else "public, max-age=10"
    elif request.user.is_staff:
        cache = "private, no-store"
    else:
        raise Http404("No published picture has this name.")
    try:
        response = serve(request, file or path, document_root=str(settings.MEDIA_ROOT))
    except (OSError, ValueError) as unreadable:
        raise Http404("This picture can't be read.") from unreadable
    response.headers["Cache-Control"] = cache
    return response


@public_page
def card(request: HttpRequest, kind: str, pk: int, digest: str) -> HttpResponseBase:
    """
    The share image of a live issue or story. Its address changes whenever it looks different, so a copy stays right.

    But an issue can be withdrawn, and then its image must go too: no copy is kept for long.
    """
    found = cards.find(kind, pk)
    if found is None or found[0].digest != digest:
        raise Http404("No published page has this share image.")
    response = HttpResponse(cards.file_of(*found).read_bytes(), content_type="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["ETag"] = f'"{digest}"'
    return response


@require_safe
@public_page
def oembed(request: HttpRequest) -> HttpResponse:
    """What an oEmbed consumer asks for: the card of one of our pages, by `url`, as JSON or XML."""
    kind = request.GET.get("format", "json")
    if kind not in {"json", "xml"}:
        return HttpResponse("json and xml are the formats.", status=501, content_type="text/plain; charset=utf-8")
    page = embedding.page_of(request.GET.get("url", ""))
    if page is None:
        raise Http404("No published page is at this address.")
    room = embedding.Room.of(request.GET.get("maxwidth", ""), request.GET.get("maxheight", ""))
    told = embedding.answer(page, room)
    if kind == "xml":
        return of_issue(HttpResponse(embedding.as_xml(told), content_type="text/xml; charset=utf-8"), page.report)
    return of_issue(JsonResponse(told, json_dumps_params={"ensure_ascii": False}), page.report)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public_page
@on_live_issue
def issue_embed(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The card of an issue, to stand in a frame on other sites."""
    return of_issue(render(request, "embed.html", {"edition": edition}), edition.report_id)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public_page
def story_embed(request: HttpRequest, slug: str, story_slug: str) -> HttpResponse:
    """The card of a story, to stand in a frame on other sites."""
    live = EditionStory.objects.live_few().filter(edition__slug=slug, slug=story_slug).with_edition().first()
    if live is None:
        raise Http404("No published story is at this address.")
    return of_issue(render(request, "embed.html", {"edition": live.edition, "story": live}), live.edition.report_id)


@public_page
@require_safe
@on_live_issue
def briefing(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The PDF of a live issue, once it is drawn; no other edition's."""
    pdf = briefings.content(edition)
    if pdf is None:
        raise MayAppear("The briefing of this issue is still to be drawn.")
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{edition.slug}.pdf") or "attachment"
    response.headers["X-Robots-Tag"] = "noindex"  # the page itself is to be found
    return of_issue(response, edition.report_id)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is at no address: caches may remember it as long as a missing page. The desk has a page of its own."""
    if is_of_the_desk(request):
        return desk.missing(request) or page_not_found(request, exception)
    response = page_not_found(request, exception)
    allow_copies(response)
    return response


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return desk.refused(request) or permission_denied(request, exception)
