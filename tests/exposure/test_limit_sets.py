"""The limit sets that come with the platform: every known value is there, with its unit, dates and strength."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exposure.limits.book import Entry, UnknownLimitError
from exposure.limits.generate import FILE, schema_text
from exposure.limits.loader import book, own_book, parse_set
from exposure.limits.strict import LimitError

FACTS = list(csv.DictReader((Path(__file__).parent / "limit_facts.csv").read_text("utf-8").splitlines()))
UNITS = {
    "dBA": "dB[SPL]{A}", "dB(C)": "dB[SPL]{C}", "dB peak": "dB[SPL]", "dB": "dB[SPL]", "ppm": "[ppm]", "f/ml": "{fibers}/mL",
    "f/cm3": "{fibers}/mL", "degC": "Cel", "m/s^1.75": "m/s1.75", "%RH": "%{RH}", "%vol": "%{vol}", "%LEL": "%{LEL}",
    "%LFL": "%{LEL}", "points": "{points}",
}  # fmt: skip
EVIDENCE = {"official text or direct copy of it": "official_copy", "secondary summary": "secondary", "memory": "memory"}
ROW_KEYS = ("duration_s", "octave_Hz", "level_dBA")
OWN = """
schema: 1
jurisdiction: AGENCY
standing: agency
instrument: Chương trình giảm ồn 2026
title: {en: Noise programme, vi: Chương trình giảm ồn}
category: noise
reason: Đoàn kiểm tra dùng mức hành động 82 để nhắc nhở sớm
decision: {rule: simple_acceptance, basis: stated}
sources: {text: {text: Quyết định 12/QĐ-SNV, evidence: official_copy}}
limits:
  lex_action: {agent: noise, metric: lex_8h, unit: "dB[SPL]{A}", value: 82, role: action}
"""


def values_of(fact: dict[str, str]) -> set[float | None]:
    value = json.loads(fact["value"])
    if isinstance(value, dict):
        return set(value.values())
    return set(value) if isinstance(value, list) else {value}


def holds(entry: Entry, fact: dict[str, str]) -> bool:
    """Whether this limit says what the fact says."""
    limit, condition = entry.limit, json.loads(fact["condition"] or "{}")
    told: set[float | None] = set((limit.table or {}).values()) | set(limit.range or ()) | {limit.value}
    keys = [key for key in ROW_KEYS if key in condition]
    if keys:  # a row of a table: the very row must hold the very value
        told = {(limit.table or {}).get(str(condition[keys[0]]))}
    same_case = all(str(limit.when.get(k.lower(), v)) == str(v) for k, v in condition.items() if k not in ROW_KEYS)
    return (
        values_of(fact) <= told
        and same_case
        and entry.limit_set.jurisdiction == fact["jurisdiction"]
        and limit.unit == UNITS.get(fact["unit"], fact["unit"])
        and entry.source.evidence == EVIDENCE[fact["evidence"]]
        and (not fact["cas"] or entry.agent.cas == fact["cas"])
        and (not fact["valid_from"] or entry.valid_from == date.fromisoformat(fact["valid_from"]))
        and (not fact["valid_to"] or entry.valid_to == date.fromisoformat(fact["valid_to"]))
    )


@pytest.mark.parametrize("instrument", sorted({fact["instrument"] for fact in FACTS}))
def test_every_known_value_of_an_instrument_is_in_a_limit_set(instrument: str) -> None:
    entries = list(book())
    missing = [
        fact
        for fact in FACTS
        if fact["instrument"] == instrument and fact["value"] != "null" and "list of 70" not in fact["agent"]
        if not any(holds(entry, fact) for entry in entries)
    ]
    assert missing == []


def test_no_limit_stands_here_that_no_fact_supports() -> None:
    unsupported = [
        entry.id for entry in book() if not any(holds(entry, fact) for fact in FACTS if fact["value"] != "null")
    ]
    assert unsupported == []


def test_texts_whose_values_are_still_to_be_entered_are_named() -> None:
    waiting = {set_id for set_id, _ in book().pending(date(2026, 1, 1))}
    assert {f"vn.qcvn_{n}_2016" for n in (21, 23, 25, 27, 29, 30)} | {"vn.qcvn_01_2025"} == waiting
    assert "vn.qcvn_01_2025" not in {set_id for set_id, _ in book().pending(date(2025, 9, 30))}


@pytest.mark.parametrize(("day", "ppm"), [(date(2026, 4, 4), [0.5]), (date(2026, 4, 5), [0.2]), (date(2023, 1, 1), [])])
def test_the_law_of_the_day_is_chosen(day: date, ppm: list[float]) -> None:
    found = book().select(on=day, jurisdiction="EU", text="71-43-2")
    assert [e.limit.value for e in found if e.limit.unit == "[ppm]"] == ppm


@pytest.mark.parametrize(("day", "there"), [(date(2025, 9, 30), True), (date(2025, 10, 1), False)])
def test_the_old_list_ends_where_qcvn_01_2025_begins(day: date, there: bool) -> None:
    assert bool(book().select(on=day, jurisdiction="VN", text="acrolein")) is there
    assert book().select(on=day, jurisdiction="VN", text="oxalic_acid") != []


def test_the_european_union_converts_at_20_degrees_and_the_others_at_25() -> None:
    sets = {s.jurisdiction: s.conversion for s in book().sets.values() if s.category == "chemical" and s.conversion}
    assert {where: c.temperature_c for where, c in sets.items() if c} == {"VN": 25, "US": 25, "EU": 20, "INDUSTRY": 25}


def test_an_unknown_key_is_refused_with_the_nearest_valid_one() -> None:
    with pytest.raises(LimitError, match=r"own.yaml: limits.lex_action: unknown key 'vaule'; did you mean 'value'\?"):
        parse_set(OWN.replace("value: 82", "vaule: 82"), "own.yaml")
    with pytest.raises(LimitError, match=r"own.yaml: file: unknown key 'limit'; did you mean 'limits'\?"):
        parse_set(OWN.replace("limits:", "limit:"), "own.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: 82", "value: 82, range: [1, 2]", "exactly one of value, range and table"),
        ('"dB[SPL]{A}"', "dBA", "unit 'dBA' is not one of"),
        ("agent: noise", "agent: nose", "unknown agent 'nose'; did you mean 'noise'"),
        ("reason: Đoàn kiểm tra dùng mức hành động 82 để nhắc nhở sớm\n", "", "reason is required"),
        ("metric: lex_8h", "metric: lex_9h", "metric: Input should be"),
        ("role: action", "source: letter", "source 'letter' is none of text"),
        ("role: action", "valid_from: 2026-02-01, valid_to: 2026-01-01", "lies before valid_from"),
        ("jurisdiction: AGENCY\n", "jurisdiction: VN\n", "belong together"),
        ("schema: 1\n", "", "schema is required and missing"),
        ("value: 82", "value: 82\n  lex_action: {agent: noise", "own.yaml"),
    ],
)
def test_a_faulty_set_is_refused_by_thing_and_place(old: str, new: str, said: str) -> None:
    with pytest.raises(LimitError, match=said) as refused:
        own_book(OWN.replace(old, new), "own.yaml")
    assert "Traceback" not in str(refused.value)


def test_an_agencys_own_limit_stands_beside_the_law_and_replaces_nothing() -> None:
    mine = own_book(OWN, "own.yaml")
    assert mine.entry("own.set.lex_action").limit.value == 82
    assert mine.entry("vn.qcvn_24_2016.lex_8h").limit.value == 85
    with pytest.raises(LimitError, match="is there already"):
        own_book(OWN, "own.yaml", set_id="vn.qcvn_24_2016")


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownLimitError, match=r"did you mean 'vn.qcvn_24_2016.lex_8h'\?"):
        book().entry("vn.qcvn_24_2016.lex8h")


def test_a_digest_changes_with_the_value_and_with_the_rules_of_its_set() -> None:
    def digest(text: str) -> str:
        return own_book(text, "own.yaml").entry("own.set.lex_action").digest

    changes: list[tuple[str, str]] = [("value: 82", "value: 83"), ("simple_acceptance", "guarded")]
    assert len({digest(OWN)} | {digest(OWN.replace(*change)) for change in changes}) == 3
    assert digest(OWN) == digest(OWN.replace("en: Noise programme", "en: Another title"))


def test_the_json_schema_is_that_of_the_models() -> None:
    assert FILE.read_text("utf-8") == schema_text(), "run: python -m exposure.limits.generate"


def test_a_set_with_every_rule_survives_a_round_trip() -> None:
    data: dict[str, Any] = book().sets["vn.qcvn_03_2019"].model_dump(mode="json", by_alias=True)
    assert type(book().sets["vn.qcvn_03_2019"]).model_validate(data) == book().sets["vn.qcvn_03_2019"]
