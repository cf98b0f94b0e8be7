from typing import Any

import pytest


@pytest.fixture
def ann(db: Any) -> Any:
    """An editor with a password."""
    from tests.factories import person
    from tests.staff.entering import with_password

    return with_password(person("Editor", username="ann"))


@pytest.fixture
def boss(db: Any) -> Any:
    """An administrator with a password."""
    from tests.factories import person
    from tests.staff.entering import with_password

    return with_password(person("Administrator", username="boss"))


@pytest.fixture
def editor(db: Any) -> Any:
    from tests.factories import person

    return person("Editor", username="editor")


@pytest.fixture
def desk(editor: Any) -> Any:
    """An editor's browser."""
    from tests.desk.browsing import signed_in

    return signed_in(editor)
