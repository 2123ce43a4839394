"""Options that several commands have."""

from pathlib import Path
from typing import Annotated, Final

import typer

Config = Annotated[Path, typer.Option("--config", envvar="YOBAL_CONFIG", help="The settings file.")]
DEFAULT_CONFIG: Final = Path("yobal.toml")
