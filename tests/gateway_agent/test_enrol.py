"""A token becomes an identity, over real HTTPS, once, whatever interrupts it."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from gateway_agent import enrol_client
from gateway_agent.enrol import enrol, load_identity
from gateway_agent.enrol_errors import (
    EnrolmentError,
    NotEnrolledError,
    RefusedByServerError,
    UnreachableError,
    WrongAuthorityError,
)
from gateway_agent.enrol_files import CERTIFICATE, RECORD, SEALING_KEY, TLS_KEY
from store.enrolment import epoch_key
from store.enrolment_audit import Asker
from store.enrolment_revocation import revoke_gateway
from telemetry.enrolment_token import EnrolmentToken, TokenError, parse_token
from tests.support.office import GATEWAY, RunningOffice, running_office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Database

pytestmark = pytest.mark.services


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[RunningOffice]:
    async with running_office(database, tmp_path) as running:
        yield running


def modes(state: Path) -> set[int]:
    """Of everything in the folder, and each of its kind's own: 0700 for folders, 0600 for files."""
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in [state, *state.rglob("*")]}
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in found.items()), found
    return set(found.values())


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def test_a_token_becomes_an_identity_that_the_server_knows(office: RunningOffice, state: Path) -> None:
    identity = await asyncio.to_thread(enrol, await office.token(), state)
    assert (identity.gateway, identity.epoch, identity.broker_host) == (GATEWAY, 1, "localhost")
    async with office.pool.acquire() as conn:
        known = await epoch_key(conn, GATEWAY, 1)
    assert known is not None
    assert known.public_key == identity.sealing_key.public.raw
    assert known.enrolment_digest == identity.digest == load_identity(state).digest
    assert identity.server_key == office.server_key.public
    assert await office.audit() == [("token_issued", None), ("enrolled", None)]
    identity.tls_context()


async def test_every_file_and_folder_of_the_identity_is_private(office: RunningOffice, state: Path) -> None:
    await asyncio.to_thread(enrol, await office.token(), state)
    assert modes(state) == {0o700, 0o600}
    assert names(state) == {".identity.lock", "enrolment", "keys"}


async def test_the_same_token_again_changes_nothing(office: RunningOffice, state: Path) -> None:
    token = await office.token()
    first = await asyncio.to_thread(enrol, token, state)
    assert (await asyncio.to_thread(enrol, token, state)).digest == first.digest
    assert len(await office.audit()) == 2


async def test_a_used_token_gives_nothing_to_other_keys(office: RunningOffice, state: Path, tmp_path: Path) -> None:
    token = await office.token()
    await asyncio.to_thread(enrol, token, state)
    with pytest.raises(RefusedByServerError) as refused:
        await asyncio.to_thread(enrol, token, tmp_path / "thief")
    assert refused.value.code == "token-used"
    assert (await office.audit())[-1] == ("refused", "token-used")
    with pytest.raises(NotEnrolledError):
        load_identity(tmp_path / "thief")


async def test_an_answer_that_was_lost_is_given_again(
    office: RunningOffice, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, real = await office.token(), enrol_client.enrol

    def lose(*arguments: object) -> object:
        real(*arguments)  # type: ignore[arg-type]
        raise UnreachableError("the line went dead")

    monkeypatch.setattr(enrol_client, "enrol", lose)
    with pytest.raises(UnreachableError):
        await asyncio.to_thread(enrol, token, state)
    monkeypatch.undo()
    identity = await asyncio.to_thread(enrol, token, state)
    assert identity.epoch == 1
    assert await office.audit() == [("token_issued", None), ("enrolled", None)]


async def test_nothing_secret_is_sent_to_another_ca(office: RunningOffice, state: Path) -> None:
    token = parse_token(await office.token())
    elsewhere = EnrolmentToken(token.url, token.secret, bytes(16))
    with pytest.raises(WrongAuthorityError, match="nothing was sent"):
        await asyncio.to_thread(enrol, str(elsewhere), state)
    assert await office.pool.fetchval("SELECT used_at FROM enrolment_token") is None


async def test_a_server_of_another_name_is_refused(office: RunningOffice, state: Path) -> None:
    token = parse_token(await office.token())
    other_name = EnrolmentToken(token.url.replace("127.0.0.1", "127.0.0.2"), token.secret, token.ca_fingerprint)
    with pytest.raises((WrongAuthorityError, UnreachableError)):
        await asyncio.to_thread(enrol, str(other_name), state)


@pytest.mark.parametrize("how", ["expired", "withdrawn", "revoked", "unknown"])
async def test_a_token_that_is_no_longer_good_is_refused_with_its_reason(
    office: RunningOffice, state: Path, how: str
) -> None:
    now = datetime.now(UTC)
    if how == "expired":
        token = await office.token(now=now - timedelta(hours=3), life=timedelta(hours=2))
    else:
        token = await office.token()
    if how == "withdrawn":
        await office.token()
    if how == "revoked":
        async with office.pool.acquire() as conn:
            await revoke_gateway(conn, GATEWAY, reason="mất cắp", now=now, asker=Asker())
    if how == "unknown":
        known = parse_token(token)
        token = str(EnrolmentToken(known.url, bytes(16), known.ca_fingerprint))
    with pytest.raises(RefusedByServerError) as refused:
        await asyncio.to_thread(enrol, token, state)
    assert refused.value.code == ("token-withdrawn" if how == "revoked" else f"token-{how}")
    assert (await office.audit())[-1] == ("refused", refused.value.code)


async def test_a_mistyped_token_is_told_from_a_refused_one(office: RunningOffice, state: Path, tmp_path: Path) -> None:
    token = await office.token()
    wrong = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    with pytest.raises(TokenError, match="mistyped"):
        enrol(wrong, state)
    assert "state" not in names(tmp_path)


async def test_a_new_token_begins_a_new_epoch_with_new_keys(office: RunningOffice, state: Path) -> None:
    first = await asyncio.to_thread(enrol, await office.token(), state)
    second = await asyncio.to_thread(enrol, await office.token(), state)
    assert (second.epoch, second.record.previous is not None) == (2, True)
    assert second.sealing_key.public != first.sealing_key.public
    assert load_identity(state).digest == second.digest


async def test_a_failed_new_enrolment_leaves_the_old_identity_in_force(office: RunningOffice, state: Path) -> None:
    first = await asyncio.to_thread(enrol, await office.token(), state)
    old = await office.token(now=datetime.now(UTC) - timedelta(hours=3), life=timedelta(hours=2))
    with pytest.raises(RefusedByServerError):
        await asyncio.to_thread(enrol, old, state)
    assert load_identity(state).digest == first.digest


DIE_AT = """
import os, sys
from pathlib import Path
left = int(sys.argv[3])
def dying(real):
    def call(*a, **k):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return real(*a, **k)
    return call
for name in ("open", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir"):
    setattr(os, name, dying(getattr(os, name)))
import gateway_agent.enrol as e, gateway_agent.enrol_client as c
c.enrol = dying(c.enrol)
e.enrol(sys.argv[1], Path(sys.argv[2]))
"""


async def test_killed_at_any_step_it_goes_on_with_the_same_token(office: RunningOffice, tmp_path: Path) -> None:
    """A process dies at the n-th system call of enrolment, for growing n; the next run ends with one epoch's identity."""
    for died_at in range(0, 400, 7):
        gateway, state = f"kit{died_at:08d}", tmp_path / f"state{died_at}"
        token = await office.token(gateway)
        run = [sys.executable, "-c", DIE_AT, token, str(state), str(died_at)]
        done = await asyncio.to_thread(subprocess.run, run, capture_output=True, check=False, text=True)
        assert done.returncode in {0, 9}, done.stderr
        identity = await asyncio.to_thread(enrol, token, state)
        assert (identity.gateway, identity.epoch) == (gateway, 1)
        identity.tls_context()
        if done.returncode == 0:
            assert died_at > 20, "the steps were not counted"
            return
    pytest.fail("enrolment has more steps than this test counts")


async def test_files_that_do_not_fit_together_are_named(office: RunningOffice, state: Path, tmp_path: Path) -> None:
    await asyncio.to_thread(enrol, await office.token(), state)
    await asyncio.to_thread(enrol, await office.token("anotherkit2"), tmp_path / "other")
    for name, word in ((SEALING_KEY, "sealing key"), (RECORD, "gateway.json")):
        damaged = tmp_path / f"damaged-{Path(name).name}"
        shutil.copytree(state, damaged)
        shutil.copy(tmp_path / "other" / name, damaged / name)
        with pytest.raises(EnrolmentError, match=word):
            load_identity(damaged)
    (state / CERTIFICATE).write_bytes((tmp_path / "other" / CERTIFICATE).read_bytes())
    with pytest.raises(EnrolmentError, match="cannot be used"):
        load_identity(state).tls_context()
    os.truncate(state / TLS_KEY, 10)
    with pytest.raises(EnrolmentError, match="cannot be used"):
        load_identity(state).tls_context()
