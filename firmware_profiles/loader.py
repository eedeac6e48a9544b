"""Profiles from their folders: `<maker>_<model>/profile.yaml`, variants worked out, known under every id they have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from firmware_profiles.schema.profile import Profile
from telemetry.strict import SettingsError, load_yaml, nearest, validate

PROFILES = Path(__file__).parent


class UnknownProfileError(Exception):
    """No profile or variant has this id. The message names the nearest."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A profile as loaded: with the variant worked in, and the digest of the file it came from."""

    profile: Profile
    variant: str | None
    folder: Path
    digest: bytes
    """SHA-256 of profile.yaml: what the channel descriptors name."""


def load(profile_id: str, variant: str | None = None, root: Path = PROFILES) -> Loaded:
    """The profile of an id (`maker.model`, or the id of a variant). Raises UnknownProfileError, SettingsError."""
    index = _index(root)
    if profile_id not in index:
        raise UnknownProfileError(f"no profile {profile_id!r}; {nearest(profile_id, list(index))}")
    folder, named = index[profile_id]
    return load_folder(folder, variant or named)


def load_folder(folder: Path, variant: str | None = None) -> Loaded:
    """The profile in a folder. Raises SettingsError with every fault named, UnknownProfileError for a strange variant."""
    path = folder / "profile.yaml"
    text = path.read_bytes()
    data = load_yaml(text.decode("utf-8"), str(path))
    profile = validate(data, Profile, str(path))
    if variant is not None:
        if variant not in profile.variants:
            raise UnknownProfileError(
                f"{profile.id} has no variant {variant!r}; {nearest(variant, list(profile.variants))}"
            )
        data = merge_patch({k: v for k, v in data.items() if k != "variants"}, profile.variants[variant].patch)
        profile = validate(data, Profile, f"{path} variant {variant}")
    return Loaded(profile, variant, folder, hashlib.sha256(text).digest())


def folders(root: Path = PROFILES) -> list[Path]:
    """Every profile folder, by name."""
    return sorted(path.parent for path in root.glob("*/profile.yaml"))


def ids(root: Path = PROFILES) -> list[str]:
    """Every id that can be loaded."""
    return sorted(_index(root))


def merge_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401  (any JSON-like data)
    """RFC 7396: mappings merge key by key, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


@cache
def _index(root: Path) -> dict[str, tuple[Path, str | None]]:
    """Id → folder and variant. Raises SettingsError when two claim the same id."""
    index: dict[str, tuple[Path, str | None]] = {}
    for folder in folders(root):
        profile = load_folder(folder).profile
        claims: list[tuple[str, str | None]] = [(profile.id, None)]
        claims += [(variant.id, name) for name, variant in profile.variants.items() if variant.id is not None]
        for claimed, name in claims:
            if claimed in index:
                raise SettingsError(f"{folder}: the id {claimed} is already that of {index[claimed][0]}")
            index[claimed] = (folder, name)
    return index
