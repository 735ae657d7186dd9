"""Build hook: compile the message catalogues before the package is built or installed in place."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import (  # type: ignore[import-not-found]  # only there while building
    BuildHookInterface,
)


class CompileCatalogues(BuildHookInterface):  # type: ignore[misc]  # as above
    """Writes ``messages.mo`` beside every ``messages.po``."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Compile; the build then picks the files up as artifacts."""
        # While building, the project itself is not importable: load the module from its file.
        path = Path(self.root) / "translations" / "catalogues.py"
        spec = importlib.util.spec_from_file_location("catalogues", path)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        catalogues = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(catalogues)
        catalogues.compile_catalogues()
