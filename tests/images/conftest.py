"""Who works at the desk."""

from tests.desk.conftest import desk, editor, writer, writers_desk

__all__ = ["desk", "editor", "writer", "writers_desk"]
