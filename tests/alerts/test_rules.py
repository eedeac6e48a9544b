"""Rules as people write them: what is wrong is refused by name, and the chain's own rules."""

from __future__ import annotations

import pytest

from alerts.engine import ChainFact, ChainFactKind, ChainMachine, ChainRule, Change, Cycle, DangerRule, RuleSet
from telemetry.strict import SettingsError, parse_yaml
from tests.alerts.making import TITLE

GOOD = """
rules:
  - id: noise-85
    kind: level
    title: {vi: Tiếng ồn vượt 85 dBA, en: Noise over 85 dBA}
    select: {quantity: sound_level_a_eq}
    set_point: 85
    unit: dB[SPL]
    hysteresis: 1
    on_delay_s: 300
    max_gap_s: 10
    source: {jurisdiction: VN, document: QCVN 24:2016/BYT, verified: true}
"""


def test_a_rules_file_is_read() -> None:
    (rule,) = parse_yaml(GOOD, RuleSet, "rules.yaml").rules
    assert rule.kind == "level"
    assert rule.cycle is Cycle.ORDINARY


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("on_delay_s", "on_dealy_s"), "did you mean 'on_delay_s'"),
        (("max_gap_s: 10", "max_gap_s: 400"), "a gap would prove a level"),
        (("    max_gap_s: 10\n", ""), "a gap would prove a level"),
        (("hysteresis: 1", "hysteresis: -1"), "hysteresis"),
        (("kind: level", "kind: levle"), "levle"),
        (("select: {quantity: sound_level_a_eq}", "select: {channel: 3}"), "name the gateway too"),
        (("unit: dB[SPL]", "unit: dB[SPL]\n    quality: {uses: {okay: counts}}"), "unknown quality okay"),
    ],
)
def test_what_is_wrong_is_refused_by_name(change: tuple[str, str], message: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(SettingsError, match=message):
        parse_yaml(GOOD.replace(*change), RuleSet, "rules.yaml")


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="noise-85"):
        parse_yaml(GOOD + GOOD.removeprefix("\nrules:\n"), RuleSet, "rules.yaml")


def test_danger_has_no_delay_to_set_and_is_always_urgent() -> None:
    text = "rules: [{id: co, kind: danger, title: {vi: a, en: b}, set_point: 70, unit: '[ppm]', %s}]"
    for extra in ("on_delay_s: 5", "priority: low"):
        with pytest.raises(SettingsError):
            parse_yaml(text % extra, RuleSet, "rules.yaml")
    rule = DangerRule.model_validate({"id": "co", "title": TITLE, "set_point": 70, "unit": "[ppm]"})
    assert rule.cycle is Cycle.DANGER


def test_a_cloned_card_with_a_thousand_entries_is_one_alert() -> None:
    machine = ChainMachine(ChainRule.model_validate({"id": "chain", "title": TITLE, "quiet_s": 3600}))
    minute = 60_000_000
    found = [t for n in range(1000) for t in machine.observe_fact(ChainFact(ChainFactKind.FORK, n * minute, n))]
    assert [t.change for t in found] == [Change.RAISED, Change.RETURNED]
    other = machine.observe_fact(ChainFact(ChainFactKind.LOST, 1000 * minute, 1000, "card was full"))
    assert other[0].detail == "lost at seq 1000: card was full"
    again = ChainMachine(machine.rule)
    again.restore(machine.dump())
    assert again.observe_fact(ChainFact(ChainFactKind.FORK, 1001 * minute, 1001)) == ()
    assert len(again.observe_fact(ChainFact(ChainFactKind.FORK, 2000 * minute, 2000))) == 2
