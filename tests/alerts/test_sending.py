"""Handing over: to a real SMTP server and a real webhook, with retries, back-off, dead letters, and nothing it must not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from alerts.outbox import retry_after_s
from alerts.senders import EmailSender, SendFailed, WebhookSender
from alerts.settings import AlertsSettings, EmailSettings, OutboxSettings, WebhookSettings
from alerts.wording import Wording, Words, compose
from store.alerts_outbox import Claimed
from store.alerts_rules import Recipient, put_recipient
from telemetry.strict import SettingsError, validate
from tests.alerts.conftest import Inbox, service, settings
from tests.alerts.test_service import followed, prepared, until

if TYPE_CHECKING:
    from tests.support.database import Database

WHEN = datetime(2026, 11, 23, 7, 20, 5, tzinfo=UTC)
BODY = {"direction": "at_least", "source": {"document": "QCVN 24:2016/BYT", "clause": "2.1", "verified": True}}


def claimed(**more: Any) -> Claimed:  # noqa: ANN401
    plain = {
        "id": 5, "alert": 9, "change": "raised", "attempts": 1, "created_at": WHEN, "medium": "email",
        "recipient": 1, "person": None, "digests": False, "round": 0, "limit_at": None,
        "address": "truc@example.vn", "language": "vi", "gateway": "kit00001", "gateway_channel": 2, "rule": "noise-85",
        "kind": "level", "priority": "high", "cycle": "ordinary", "title": {"vi": "Tiếng ồn", "en": "Noise"},
        "set_point": Decimal(85), "unit": "dB[SPL]", "exponent": -1, "value": 874, "peak": 874, "at_least": False,
        "since_at": WHEN, "raised_at": WHEN, "returned_at": None, "entry_received": WHEN, "notice_received": None,
        "provisional": False, "withdrawn": False, "detail": "", "site_name": "Nhà máy Bia",
        "timezone": "Asia/Ho_Chi_Minh", "point_name": "Xưởng chiết", "channel_name": "LAeq 1 s", "rule_body": BODY,
    }  # fmt: skip
    return Claimed(**{**plain, **more})


def test_a_message_in_vietnamese_has_value_unit_set_point_place_and_time_with_zone() -> None:
    wording = compose(claimed(), Words("https://antoan.example"))
    assert wording.subject == "[Cao] Tiếng ồn: 87,4 dB · Nhà máy Bia · Xưởng chiết"
    assert wording.text == (
        "Cảnh báo: Tiếng ồn\n"
        "Giá trị: 87,4 dB\n"
        "Ngưỡng: ≥ 85 dB\n"
        "Nơi đo: Nhà máy Bia · Xưởng chiết\n"
        "Kênh đo: LAeq 1 s\n"
        "Bộ đo: kit00001\n"
        "Từ lúc: 14:20:05 23/11/2026 (UTC+07:00)\n"
        "Căn cứ: QCVN 24:2016/BYT 2.1\n"
        "\n"
        'Mở trang và bấm "Đã nhận": https://antoan.example/alerts/9\n'
    )


def test_a_message_in_english_says_the_same() -> None:
    wording = compose(
        claimed(language="en", timezone="America/New_York", at_least=True), Words("https://antoan.example")
    )
    assert wording.subject == "[High] Noise: saturated, at least 87.4 dB · Nhà máy Bia · Xưởng chiết"
    assert "Since: 02:20:05 23/11/2026 (UTC-05:00)" in wording.text


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"since_at": None}, "Từ lúc: giờ chưa chắc chắn"),
        ({"provisional": True}, "Tạm thời"),
        ({"site_name": None, "point_name": None}, "Nơi đo: kit00001 (chưa có nơi đo)"),
        ({"cycle": "danger"}, "Tự giữ đến khi đặt lại"),
        ({"timezone": "Mars/Olympus"}, "07:20:05 23/11/2026 (UTC+00:00)"),
        ({"rule_body": {"source": {**BODY["source"], "verified": False}}}, "(chưa đối chiếu với văn bản ký)"),  # type: ignore[dict-item]
        ({"change": "returned", "returned_at": WHEN}, "Đã hết: 14:20:05"),
        ({"change": "returned", "withdrawn": True}, "Rút lại"),
        ({"set_point": Decimal("19.5"), "rule_body": {"direction": "at_most"}}, "Ngưỡng: ≤ 19,5"),
    ],
)
def test_what_is_unsure_is_said(more: dict[str, Any], line: str) -> None:
    assert line in compose(claimed(**more), Words("https://antoan.example")).text


def email(inbox: Inbox, **more: object) -> EmailSender:
    plain = {"host": "127.0.0.1", "port": inbox.port, "security": "none", "sender": "antoan@example.vn"}
    return EmailSender(EmailSettings.model_validate({**plain, **more}), 5)


async def test_an_email_is_handed_over_whole(mailbox: Inbox) -> None:
    wording = compose(claimed(), Words("https://antoan.example"))
    assert "taken" in await email(mailbox).send(claimed(), wording)
    envelope = await mailbox.next()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("antoan@example.vn", ["truc@example.vn"])
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Subject"] == wording.subject
    assert message["Message-ID"] == "<alert-9-5@example.vn>"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == wording.text


@pytest.mark.parametrize(("answer", "again"), [("451 busy", True), ("550 no such user", False)])
async def test_the_servers_answer_decides_whether_to_try_again(mailbox: Inbox, answer: str, again: bool) -> None:
    mailbox.answers = [answer]
    with pytest.raises(SendFailed) as failed:
        await email(mailbox).send(claimed(), Wording("s", "t"))
    assert failed.value.again is again


async def test_a_server_that_is_away_is_tried_again(mailbox: Inbox) -> None:
    sender = email(mailbox, port=1)
    with pytest.raises(SendFailed) as failed:
        await sender.send(claimed(), Wording("s", "t"))
    assert failed.value.again


@pytest.mark.parametrize(("status", "again"), [(503, True), (429, True), (404, False), (302, False), (301, False)])
async def test_a_webhooks_answer_decides_and_a_redirect_is_not_followed(
    webhook: Inbox, status: int, again: bool
) -> None:
    webhook.answers = [status]
    async with aiohttp.ClientSession() as session:
        sender = WebhookSender(WebhookSettings(allow_loopback_http=True), session, 5)
        with pytest.raises(SendFailed) as failed:
            await sender.send(claimed(address=webhook.address), Wording("s", "t"))
    assert failed.value.again is again
    assert webhook.taken.empty()


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://10.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "x"]
)
async def test_what_is_not_https_is_not_called(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        sender = WebhookSender(WebhookSettings(allow_loopback_http=True), session, 5)
        with pytest.raises(SendFailed, match="only https") as failed:
            await sender.send(claimed(address=url), Wording("s", "t"))
    assert not failed.value.again


async def test_loopback_by_http_must_be_allowed(webhook: Inbox) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SendFailed, match="only https"):
            await WebhookSender(WebhookSettings(), session, 5).send(claimed(address=webhook.address), Wording("s", "t"))


def test_waits_double_up_to_the_longest_and_end() -> None:
    limits = OutboxSettings(attempts=5, first_retry_s=5, longest_retry_s=30)
    assert [retry_after_s(limits, n) for n in range(1, 6)] == [5, 10, 20, 30, None]


def test_plain_smtp_is_only_for_this_machine() -> None:
    with pytest.raises(SettingsError, match="loopback"):
        validate({"host": "mail.example.vn", "security": "none", "sender": "a@b.vn"}, EmailSettings, "x")
    with pytest.raises(SettingsError, match="http"):
        validate({"database": {"host": "x", "user": "y"}, "page_url": "javascript:1"}, AlertsSettings, "x")


@pytest.mark.services
async def test_an_alert_reaches_the_mailbox_though_the_server_was_busy(
    database: Database, mailbox: Inbox, webhook: Inbox
) -> None:
    kit, _ = await prepared(database, webhook)
    await put_recipient(kit.owner, Recipient(name="truc", medium="email", address="truc@example.vn", least="high"))
    mailbox.answers, webhook.answers = ["451 busy", "451 busy"], [503]
    mail = {"host": "127.0.0.1", "port": mailbox.port, "security": "none", "sender": "antoan@example.vn"}
    async with service(settings(database, email=mail)):
        await kit.measure(1, {kit.now_s(): 142})
        message = message_from_bytes((await mailbox.next()).content, policy=policy.default)
        assert "142 ppm" in message["Subject"]
        await webhook.next()
        await followed(kit)

        async def delivered() -> bool:
            return bool(
                await kit.owner.fetchval("SELECT count(*) FROM alert_notification WHERE state = 'delivered'") == 2
            )

        await until(delivered)
    attempts = await kit.owner.fetch("SELECT attempts FROM alert_notification ORDER BY attempts")
    assert [row["attempts"] for row in attempts] == [2, 3]


@pytest.mark.services
async def test_what_has_no_way_out_is_a_dead_letter_at_once(database: Database, webhook: Inbox) -> None:
    kit, _ = await prepared(database, webhook)
    await put_recipient(kit.owner, Recipient(name="truc", medium="email", address="truc@example.vn"))
    async with service(settings(database)):
        await kit.measure(1, {kit.now_s(): 142})
        await webhook.next()

        async def dead() -> bool:
            return bool(await kit.owner.fetchval("SELECT count(*) FROM alert_notification WHERE state = 'dead'") == 1)

        await until(dead)
