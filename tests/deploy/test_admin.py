"""What an administrator types, as real commands against a real database."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.database import Database

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.services


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Path:
    file = tmp_path / "api.yaml"
    file.write_text(json.dumps({"database": database.login("antoan_api").model_dump(mode="json")}))
    return file


async def admin(*words: str, config: Path) -> str:
    line = [sys.executable, "-m", "deploy.cli", "admin", *words, "--config", str(config)]
    done = await asyncio.to_thread(subprocess.run, line, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"refused: {done.stderr.strip()}"


async def test_an_agency_a_site_and_a_deployment_are_made_by_hand(database: Database, config: Path) -> None:
    agency = await admin("agency", "Sở Nội vụ", config=config)
    site = await admin("site", "Xưởng dập", "--agency", agency, config=config)
    point = "0:sound_level:Máy dập 160 tấn"
    assert (await admin("deploy", "kit00001", point, "--agency", agency, "--site", site, config=config)).isdecimal()
    connection = await database.connect("antoan_api")
    row = await connection.fetchrow("SELECT name, quantity FROM point")
    assert row is not None
    assert tuple(row) == ("Máy dập 160 tấn", "sound_level")


async def test_the_rules_of_a_file_come_into_force_once(config: Path) -> None:
    rules = str(ROOT / "deploy" / "demo" / "rules.yaml")
    assert "tieng-on-85" in (await admin("rules", rules, config=config)).splitlines()
    assert await admin("rules", rules, config=config) == "nothing changed"


async def test_a_point_that_is_written_wrong_is_refused_with_the_right_form(config: Path) -> None:
    answer = await admin("deploy", "kit00001", "noise", "--agency", "1", "--site", "1", config=config)
    assert "CHANNEL:QUANTITY:NAME" in answer
