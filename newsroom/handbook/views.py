"""The handbook on the desk: for everybody of the staff, whatever his role."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import mark_safe

from newsroom.handbook.pages import CHAPTERS, FOLDER, chapters, draw, pictures


def address_of(name: str) -> str:
    return reverse("handbook") if name == CHAPTERS[0] else reverse("handbook-page", args=[name])


def show(request: HttpRequest, name: str = CHAPTERS[0]) -> HttpResponse:
    """A chapter, with the list of all."""
    here = chapters().get(name)
    if here is None:
        raise Http404("The handbook has no such chapter.")
    pages = {each: address_of(each) for each in CHAPTERS}
    place = CHAPTERS.index(name)
    context = {
        **admin.site.each_context(request),
        "title": here.title,
        "here": here,
        "contents": [(each, pages[each.name]) for each in chapters().values()],
        # Clean: pages.draw lets through what it knows, of files that come with the program.
        "body": mark_safe(draw(here.markdown, pages=pages, folder=reverse("handbook"))),  # noqa: S308
        "next": (chapters()[CHAPTERS[place + 1]], pages[CHAPTERS[place + 1]]) if place + 1 < len(CHAPTERS) else None,
    }
    return render(request, "admin/handbook/chapter.html", context)


def picture(request: HttpRequest, name: str) -> HttpResponse:
    """One of the handbook's pictures. Only names that are in its folder are looked for at all."""
    if f"{name}.png" not in pictures():
        raise Http404("The handbook has no such picture.")
    return HttpResponse(
        (FOLDER / f"{name}.png").read_bytes(),
        content_type="image/png",
        headers={"Cache-Control": "private, max-age=3600"},
    )


urlpatterns = [
    path("", admin.site.admin_view(show, cacheable=True), name="handbook"),
    path("<slug:name>/", admin.site.admin_view(show, cacheable=True), name="handbook-page"),
    path("<slug:name>.png", admin.site.admin_view(picture, cacheable=True), name="handbook-picture"),
]
