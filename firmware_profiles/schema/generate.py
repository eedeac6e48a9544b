"""`python -m firmware_profiles.schema.generate`: write profile.schema.json, which editors use to complete and check profiles."""

from __future__ import annotations

import json
from pathlib import Path

from firmware_profiles.schema.profile import Profile

FILE = Path(__file__).parents[1] / "profile.schema.json"


def schema_text() -> str:
    """The JSON Schema (2020-12) of a profile."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Profile.model_json_schema()}
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), "utf-8")
