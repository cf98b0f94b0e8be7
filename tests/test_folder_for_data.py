"""The folder in which the embedded site keeps drafts, pictures and password hashes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_a_new_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    environment = {"PATH": os.environ["PATH"], "DOTENV": os.devnull, "VAR_DIR": str(folder)}
    subprocess.run(
        [sys.executable, "-c", "import newsroom.settings"], cwd=ROOT, env=environment, check=True, umask=0o022
    )
    assert folder.stat().st_mode & 0o777 == 0o700
