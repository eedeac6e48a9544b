"""`python -m exposure.limits.generate`: write limit_set.schema.json, which editors use to complete and check limit sets."""

from __future__ import annotations

import json
from pathlib import Path

from exposure.limits.schema import LimitSet

FILE = Path(__file__).parent / "limit_set.schema.json"


def schema_text() -> str:
    """The JSON Schema (2020-12) of a limit set."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **LimitSet.model_json_schema()}
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), "utf-8")
