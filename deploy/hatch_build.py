"""Hatchling's hook: whoever builds or installs AnToan gets the page with it, built by the locked Node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface[Any]):
    """Builds `api/web/dist` before the wheel, or the editable install, is put together."""

    PLUGIN_NAME = "antoan-page"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Build the page where its sources have changed."""
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from deploy.build_page import build_page

        build_page(root)
