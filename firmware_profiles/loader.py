"""Profiles from their folders: `<maker>_<model>/profile.yaml`, variants worked out, known under every id they have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_profiles.schema.profile import Profile
from telemetry.strict import load_yaml, nearest, validate

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
    for folder in folders(root):
        if f"id: {profile_id}" in (folder / "profile.yaml").read_text("utf-8"):  # before parsing: YAML is slow on a Pi
            for claimed, named in claims(load_folder(folder).profile).items():
                if claimed == profile_id:
                    return load_folder(folder, variant or named)
    raise UnknownProfileError(f"no profile {profile_id!r}; {nearest(profile_id, ids(root))}")


def load_folder(folder: Path, variant: str | None = None) -> Loaded:
    """The profile in a folder. Raises SettingsError with every fault named, UnknownProfileError for a strange variant."""
    path = folder / "profile.yaml"
    text = path.read_bytes()
    return Loaded(_profile(text, str(path), variant), variant, folder, hashlib.sha256(text).digest())


parsed: dict[tuple[bytes, str | None], Profile] = {}
"""Profiles by text and variant: the same text is parsed once, for YAML is slow. A process may hand its own to one that it becomes."""


def _profile(text: bytes, where: str, variant: str | None) -> Profile:
    key = text, variant
    if key not in parsed:
        parsed[key] = _parse(text, where, variant)
    return parsed[key]


def _parse(text: bytes, where: str, variant: str | None) -> Profile:
    data = load_yaml(text.decode("utf-8"), where)
    profile = validate(data, Profile, where)
    if variant is None:
        return profile
    variant = next((name for name in profile.variants if name.lower() == variant.lower()), variant)
    if variant not in profile.variants:
        raise UnknownProfileError(
            f"{profile.id} has no variant {variant!r}; {nearest(variant, list(profile.variants))}"
        )
    patched = merge_patch({k: v for k, v in data.items() if k != "variants"}, profile.variants[variant].patch)
    return validate(patched, Profile, f"{where} variant {variant}")


def folders(root: Path = PROFILES) -> list[Path]:
    """Every profile folder, by name."""
    return sorted(path.parent for path in root.glob("*/profile.yaml"))


def ids(root: Path = PROFILES) -> list[str]:
    """Every id that can be loaded, those of variants included. Parses every profile: for lists and errors."""
    return sorted(claimed for folder in folders(root) for claimed in claims(load_folder(folder).profile))


def claims(profile: Profile) -> dict[str, str | None]:
    """The ids a profile answers to, each with the variant that it names (None: the profile itself)."""
    named: dict[str, str | None] = {v.id: name for name, v in profile.variants.items() if v.id is not None}
    return {profile.id: None, **named}


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
