"""Debian's packages, for what tests run beside Python: a browser, Java."""

import os
import shutil
import subprocess


def install(package: str, *, why: str) -> bool:
    """Install a package, if this is Debian (or its like) and we may; says so, as it takes a minute."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing Debian's {package} {why} (about a minute) …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            return False
    return True
