"""The administrator's commands against a running installation: token, withdraw, revoke."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gateway_agent.enrol import enrol
from gateway_agent.enrol_errors import RefusedByServerError
from store.enrolment import epoch_key
from tests.support.office import GATEWAY, running_office

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.database import Database


@pytest.mark.services
async def test_a_token_can_be_issued_withdrawn_used_and_its_epoch_revoked(database: Database, tmp_path: Path) -> None:
    async with running_office(database, tmp_path) as office:
        config = tmp_path / "api.yaml"
        settings = {
            "database": database.login("antoan_api").model_dump(mode="json"),
            "enrolment": office.settings.model_dump(mode="json"),
        }
        config.write_text(json.dumps(settings))

        async def command(*words: str) -> subprocess.CompletedProcess[str]:
            line = [sys.executable, "-m", "deploy.cli", "enrolment", *words, "--config", str(config)]
            return await asyncio.to_thread(subprocess.run, line, capture_output=True, text=True, check=False)

        lost = (await command("token", GATEWAY, "--agency", str(office.agency))).stdout
        assert (await command("withdraw", GATEWAY)).returncode == 0
        with pytest.raises(RefusedByServerError, match="token-withdrawn"):
            await asyncio.to_thread(enrol, lost, tmp_path / "state")
        used = (await command("token", GATEWAY, "--agency", str(office.agency), "--hours", "1")).stdout
        identity = await asyncio.to_thread(enrol, used, tmp_path / "state")
        assert (await command("revoke", GATEWAY, "--epoch", "1", "--reason", "bị sao chép")).returncode == 0
        async with office.pool.acquire() as conn:
            key = await epoch_key(conn, GATEWAY, identity.epoch)
        assert key is not None
        assert key.revoked_at is not None
        again = await command("revoke", GATEWAY, "--epoch", "1", "--reason", "again")
        assert (again.returncode, again.stderr) == (
            1,
            f"antoan: epoch 1 of gateway {GATEWAY} is unknown or already revoked\n",
        )
        assert [action for action, _ in await office.audit()] == [
            "token_issued", "token_withdrawn", "refused", "token_issued", "enrolled", "revoked",
        ]  # fmt: skip
