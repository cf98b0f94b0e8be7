"""Asking whether an actor may act, in every verb and so at every door."""

from typing import Any

from django.core.exceptions import PermissionDenied


def require(by: Any, permission: str) -> None:
    """Raise PermissionDenied unless the actor has the permission. None, the operator's own shell, has all."""
    if by is not None and not by.has_perm(permission):
        raise PermissionDenied(f"{by} may not do this: it needs {permission}.")
