"""People on the desk: their second factors, what changes of them is told to the audit log, and that log's page."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401 - both register what must not be on the desk: addresses, secrets
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from newsroom.audit import Did, record
from newsroom.lib.text import Wording
from newsroom.models import Act
from newsroom.staff import factors, log, people

for model in (EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class FactorDoor:
    """Shows on a person's page which second factors there are, and lets them be reset, after a question."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_factors)
        return [path("<int:pk>/second-factors/", view, name="staff-reset-factors"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request).annotate(has_factor=factors.HAS_FACTOR)
        return found

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*super().get_list_display(request), "has_second_factor")

    @admin.display(description=gettext_lazy("second factor"), boolean=True, ordering="has_factor")
    def has_second_factor(self, person: User) -> bool:
        return bool(person.has_factor)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "second_factors")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        own = (gettext_lazy("Second factors"), {"fields": ("second_factors",)})
        sets = super().get_fieldsets(request, obj)
        return (*sets[:1], own, *sets[1:]) if obj else sets

    @admin.display(description=gettext_lazy("second factors"))
    def second_factors(self, person: User) -> str:
        if found := factors.in_words(person):
            reset = reverse("admin:staff-reset-factors", args=[person.pk])
            return format_html('{} · <a href="{}">{}</a>', ", ".join(found), reset, _("Reset…"))
        return _("None yet.")

    def reset_factors(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask (GET), and reset them (POST)."""
        person = get_object_or_404(User, pk=pk)
        if not factors.may_reset(request.user, person):
            raise PermissionDenied
        if request.method == "POST":
            factors.reset(person, by=request.user)
            said = _("%(name)s has no second factor any more, and was logged out everywhere.")
            messages.success(request, said % {"name": person})
            return redirect("admin:auth_user_change", person.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Reset the second factors?"),
            "person": person,
            "factors": factors.in_words(person),
        }
        return render(request, "admin/auth/user/reset_factors.html", context)


# What Django says of these at length.
FIELDS: dict[str, tuple[Wording, Wording]] = {
    "username": (gettext_lazy("Username"), gettext_lazy("To log in with: letters, digits, and @ . + - _")),
    "groups": (gettext_lazy("Roles"), gettext_lazy("What each role may do is under Roles, in the menu.")),
    "is_active": (
        gettext_lazy("May log in"),
        gettext_lazy("Take this away instead of deleting somebody: what was done keeps its name."),
    ),
    "is_staff": (gettext_lazy("Works at the desk"), gettext_lazy("Everybody does; nobody else has an account.")),
    "is_superuser": (gettext_lazy("May do everything"), gettext_lazy("Whatever the roles say.")),
    "user_permissions": (gettext_lazy("Single permissions"), gettext_lazy("Besides those of the roles.")),
}


class PeopleDesk:
    """
    People by their names and roles. What else there is to an account is for superusers, folded away.

    Who is no superuser makes none, himself included, and does nothing to one.
    """

    list_display = ("username", "name", "roles", "email", "may_log_in")
    list_filter = ("groups", "is_active")
    filter_horizontal = ()
    readonly_fields = ("new_password",)
    add_form_template = None
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "groups")}),
        (gettext_lazy("First password"), {"fields": ("password1", "password2")}),
    )
    own_fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email", "new_password")}),
        (gettext_lazy("What this person may do"), {"fields": ("groups", "is_active")}),
    )
    folded: Any = (
        gettext_lazy("Seldom needed"),
        {"classes": ("collapse",), "fields": ("is_staff", "is_superuser", "user_permissions")},
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        return found

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return (*self.own_fieldsets, self.folded) if request.user.is_superuser else self.own_fieldsets

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and is_for(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and is_for(request.user, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if said := FIELDS.get(db_field.name):
            kwargs["label"], kwargs["help_text"] = said
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.widget.can_add_related = False  # a role is made where roles are
        return field

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        page: HttpResponse = super().add_view(request, form_url, {"title": _("Add a person"), **(extra_context or {})})
        return page

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=gettext_lazy("may log in"), boolean=True, ordering="is_active")
    def may_log_in(self, person: User) -> bool:
        return person.is_active

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, person: User) -> str:
        every = [role.name for role in person.groups.all()]
        return ", ".join([*every, _("superuser")] if person.is_superuser else every)

    @admin.display(description=gettext_lazy("password"))
    def new_password(self, person: User) -> str:
        address = reverse("admin:auth_user_password_change", args=[person.pk])
        return format_html('{} · <a href="{}">{}</a>', _("Nobody can see it."), address, _("Set a new one…"))


def is_for(user: Any, person: User | None) -> bool:
    return bool(user.is_superuser or person is None or not person.is_superuser)


class AuditedPeople:
    """Tells the audit log what changed of a person."""

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        form.before = people.facts_of(User.objects.get(pk=obj.pk)) if change else None
        if not change:
            obj.is_staff = True  # there are no other accounts than those of the desk
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        people.note_person(form.instance, before=form.before, by=request.user)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        record(Did.DELETE_PERSON, by=request.user, what=obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            record(Did.DELETE_PERSON, by=request.user, what=person)
        super().delete_queryset(request, queryset)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Django's page of a person's password saves it and then says so here."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            people.note_set_password(obj, by=request.user)
        return super().log_change(request, obj, message)


class AuditedRoles:
    """Tells the audit log what changed of a role."""

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        form.before = people.facts_of_role(Group.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        people.note_role(form.instance, before=form.before, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        record(Did.DELETE_ROLE, by=request.user, what=obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for role in queryset:
            record(Did.DELETE_ROLE, by=request.user, what=role)
        super().delete_queryset(request, queryset)


@admin.register(Act)
class AuditLogAdmin(ModelAdmin):
    """Read only, for everybody: lines are written by what is done, and go by their age alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.page), name="newsroom_act_changelist")]

    def page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = log.Wanted.of(request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Audit log"),
            "page": log.page_of(wanted),
            "wanted": wanted,
            "done": log.DONE,
            "people": log.people(),
        }
        return render(request, "admin/newsroom/act/log.html", context)
