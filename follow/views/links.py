"""Stub."""

from django.http import HttpRequest, HttpResponse


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError


def preferences(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError


def export(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError


def erase(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError


def out(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError
