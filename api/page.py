"""Serves the built page: hashed assets for ever, everything else anew each time. Reads the folder once, at start."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from api.problems import NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

DEFAULT_DIR = Path(__file__).parent / "web" / "dist"
FOR_EVER = "public, max-age=31536000, immutable"
ANEW = "no-cache"
VIEWS = frozenset({"", "sites", "alerts", "take", "limits", "results"})
"""First parts of the addresses that the page itself understands: all of them are answered with the page."""
WORTH_PACKING = frozenset({"text/html", "text/javascript", "text/css", "image/svg+xml", "application/json"})


@dataclass(frozen=True)
class Asset:
    """One file of the page."""

    body: bytes
    packed: bytes | None
    content_type: str
    etag: str
    cache: str


def load(folder: Path) -> Mapping[str, Asset]:
    """The files of the built page by their path. Raises FileNotFoundError where it was not built."""
    if not (folder / "index.html").is_file():
        raise FileNotFoundError(f"no page in {folder}; build it with `./antoan` or set page_dir")
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): _asset(path, path.relative_to(folder).parts[0]) for path in files}


def _asset(path: Path, top: str) -> Asset:
    body = path.read_bytes()
    kind = (
        "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    packed = gzip.compress(body, 9, mtime=0) if kind in WORTH_PACKING else None
    etag = hashlib.sha256(body).hexdigest()[:32]
    return Asset(body, packed, kind, etag, FOR_EVER if top == "assets" else ANEW)


def page_handler(assets: Mapping[str, Asset]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of every address outside the API."""

    async def serve(request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        asset = assets.get("index.html" if path.partition("/")[0] in VIEWS else path)
        if asset is None:
            raise NotFound("there is no such page")
        if f'"{asset.etag}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers={"ETag": f'"{asset.etag}"', "Cache-Control": asset.cache})
        return _answer(request, asset)

    return serve


def _answer(request: web.Request, asset: Asset) -> web.Response:
    headers = {"ETag": f'"{asset.etag}"', "Cache-Control": asset.cache, "Vary": "Accept-Encoding"}
    body = asset.body
    if asset.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"], body = "gzip", asset.packed
    charset = "utf-8" if asset.content_type.startswith("text/") else None
    return web.Response(body=body, content_type=asset.content_type, charset=charset, headers=headers)
