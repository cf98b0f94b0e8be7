"""The library of pictures on the desk: looking through it, sending files, describing them, choosing one for a text."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms import ModelForm, modelformset_factory
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from newsroom.lib.text import Wording
from reports.forms import MOST_AT_ONCE, ImageForm, UploadForm, WordsForm
from reports.images import (
    MAX_BYTES,
    MAX_PIXELS,
    UnusablePicture,
    add,
    ask_to_draw,
    discard,
    name_of,
    store,
)
from reports.models import Image
from reports.picturing import uses
from reports.registry_desk import KeepsWhatIsUsed
from reports.using import Use

Result = dict[str, Any]


class UseFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Wording]]:
        return [("used", gettext_lazy("Used")), ("unused", gettext_lazy("Used nowhere"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        if self.value() not in ("used", "unused"):
            return queryset
        used = Q(pk__in=list(uses()))
        return queryset.filter(used if self.value() == "used" else ~used)


class LackFilter(admin.SimpleListFilter):
    title = gettext_lazy("what is missing")
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Wording]]:
        return [
            ("words", gettext_lazy("The description")),
            ("file", gettext_lazy("The file")),
            ("sizes", gettext_lazy("Sizes still to be drawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        lacking = {
            "words": queryset.filter(awaits_words=True),
            "file": queryset.filter(file=""),
            "sizes": queryset.exclude(file="").filter(drawn_at=None),
        }
        return lacking.get(self.value() or "", queryset)


class ImageAdmin(KeepsWhatIsUsed, ModelAdmin):
    form = ImageForm
    list_display = ("__str__",)
    list_filter = (UseFilter, LackFilter)
    list_per_page = 24
    search_fields = ("alt", "caption", "credit", "original_name")
    search_help_text = gettext_lazy("Searches descriptions, captions, credits and names of files")
    fields = ("file", "focal_point", "alt", "decorative", "caption", "credit")
    actions = None
    change_list_template = "admin/reports/image/change_list.html"
    change_form_outer_before_template = "admin/reports/image/about.html"

    class Media:
        css = {"screen": ("desk/pictures.css",)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", view(self.upload), name="reports_image_upload"),
            path("describe/", view(self.describe), name="reports_image_describe"),
            path("choose/", view(self.choose), name="reports_image_choose"),
            path("<int:pk>/told/", view(self.told), name="reports_image_told"),
            path("<int:pk>/draw/", view(require_POST(self.draw)), name="reports_image_draw"),
            *super().get_urls(),
        ]

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None:
            with_uses(listed.result_list)
        return response

    # One picture

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> TemplateResponse:
        image = kwargs.get("obj")
        if image and image.pk:
            context["uses"] = self.uses(image)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Image, form: ModelForm, change: bool) -> None:
        store(obj, anew=bool({"file", "focal_point"}.intersection(form.changed_data)))

    def draw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have a picture drawn again whose renditions could not be."""
        ask_to_draw(get_object_or_404(Image, pk=pk), by=request.user)
        self.message_user(request, _("The sizes of this picture are drawn within a minute."))
        return redirect("admin:reports_image_change", pk)

    def uses(self, row: Image) -> list[Use]:
        return uses([row.pk])[row.pk]

    def remove(self, row: Image, *, by: Any) -> None:
        discard(row, by=by)

    # Sending files

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take files, each by itself: what is good is kept, and each of the others gets its reason."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if not form.is_valid():
            limits = {
                "most": MOST_AT_ONCE,
                "bytes": MAX_BYTES,
                "megabytes": MAX_BYTES // 1024 // 1024,
                "points": MAX_PIXELS // 1_000_000,
            }
            context = {**self.frame(request, _("Add pictures")), "form": form, "limits": limits}
            return render(request, "admin/reports/image/upload.html", context, status=422 if form.is_bound else 200)
        results = [taken(file, by=request.user) for file in form.cleaned_data["pictures"]]
        return self.show_words(request, [result["image"].pk for result in results if "image" in result], results)

    def describe(self, request: HttpRequest) -> HttpResponse:
        """Save what the pictures that were sent together show; or, by GET, those that still wait for it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            waiting = Image.objects.undescribed().values_list("pk", flat=True)[:MOST_AT_ONCE]
            return self.show_words(request, list(waiting), [])
        sent = request.POST.get("sent", "").split(",")[:MOST_AT_ONCE]
        numbers = [int(pk) for pk in sent if pk.isdecimal() and len(pk) < 10]
        words = self.words_of(numbers, request.POST)
        if not words.is_valid():
            return self.show_words(request, numbers, [], words)
        for image in words.save(commit=False):
            store(image, anew=False)
        self.message_user(request, _("Saved."), messages.SUCCESS)
        return redirect("admin:reports_image_choose" if is_choosing(request) else self.list_url)

    def words_of(self, numbers: list[int], data: Any = None) -> Any:
        forms = modelformset_factory(Image, form=WordsForm, extra=0, edit_only=True)
        rows = forms(data, queryset=Image.objects.filter(pk__in=numbers).order_by("pk"), prefix="words")
        for form in rows.forms:
            form.empty_permitted = False
        return rows

    def show_words(
        self, request: HttpRequest, numbers: list[int], results: list[Result], words: Any = None
    ) -> HttpResponse:
        context = {
            **self.frame(request, _("Describe the pictures")),
            "results": [result for result in results if "fault" in result],
            "kept": len(numbers) if results else 0,
            "words": words if words is not None else self.words_of(numbers),
            "numbers": numbers,
        }
        is_refused = words is not None or any("fault" in result for result in results)
        return render(request, "admin/reports/image/words.html", context, status=422 if is_refused else 200)

    @property
    def list_url(self) -> str:
        return reverse("admin:reports_image_changelist")

    def frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        """What a page of the library's needs around it; within a dialog, no menu."""
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "is_popup": is_choosing(request),
            "is_choosing": is_choosing(request),
            "list_url": self.list_url,
        }

    # Choosing one for a text

    def choose(self, request: HttpRequest) -> HttpResponse:
        """The library in a dialog, beside a text; a press on a picture puts it there (static/desk/choosing.js)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("q", "")[:200]
        found, __ = self.get_search_results(request, Image.objects.exclude(file=""), wanted)
        page = Paginator(found, self.list_per_page).get_page(request.GET.get("p", "1"))
        context = {**self.frame(request, _("Choose a picture")), "page": page, "q": wanted}
        context |= {"is_popup": True, "is_choosing": True, "may_add": self.has_add_permission(request)}
        return render(request, "admin/reports/image/choose.html", context)

    def told(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the editor of a text shows in the place of a picture, as JSON."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = Image.objects.filter(pk=pk).first()
        if image is None:
            return JsonResponse({"src": "", "alt": _("This picture is no longer in the library.")})
        return JsonResponse({"src": image.thumbnail, "alt": str(image)})


def taken(file: Any, *, by: Any) -> Result:
    """What became of one file: the picture, or the fault."""
    try:
        return {"name": name_of(file), "image": add(file, by=by)}
    except UnusablePicture as fault:
        return {"name": name_of(file), "fault": str(fault)}


def with_uses(images: Iterable[Image]) -> None:
    """Give each picture its `uses`."""
    listed = list(images)
    found = uses([image.pk for image in listed])
    for image in listed:
        image.uses = found[image.pk]


def is_choosing(request: HttpRequest) -> bool:
    """Whether the page stands in the dialog beside a text."""
    return "choosing" in request.GET or "choosing" in request.POST
