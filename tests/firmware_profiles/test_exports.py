"""Files of loggers: read whole and right, or refused with the line that is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_profiles.decoding.exports import Logged, LoggerFileError, form_of, read_file
from firmware_profiles.loader import folders, load, load_folder

FOLDER = Path(__file__).parent / "exports"
HANOI = timezone(timedelta(hours=7))
FILES = {
    "nti_xl2_report.txt": ("nti.xl2", None, "report"),
    "nti_xl2_log.txt": ("nti.xl2", None, "log"),
    "svantek_time_history.csv": ("svantek.svan971", None, "time_history"),
    "svantek_numbered.csv": ("svantek.svan971", None, "numbered"),
    "tsi_dusttrak_drx.csv": ("tsi.dusttrak_drx", None, "csv"),
    "tsi_dusttrak_8530.csv": ("tsi.dusttrak_drx", "dusttrak_8530", "csv"),
}


def text_of(name: str) -> str:
    return (FOLDER / name).read_bytes().decode("utf-8")


def read(name: str, text: str | None = None) -> Logged:
    profile, variant, _ = FILES[name]
    return read_file(load(profile, variant).profile, text_of(name) if text is None else text, HANOI)


def test_an_xl2_report_is_read_with_its_cycles_and_zone() -> None:
    logged = read("nti_xl2_report.txt")
    first, second = logged.rows
    assert (first.start, first.end) == (
        datetime(2026, 3, 2, 8, 2, tzinfo=HANOI),
        datetime(2026, 3, 2, 8, 5, tzinfo=HANOI),
    )
    assert first.readings["LAEQ"].stated == Decimal("87.4")
    assert first.readings["LAF10"].stated == Decimal("90.5")
    assert (second.readings["LZPKMAX"].stated, second.readings["LZPKMAX"].word) == (None, "no_data")
    assert logged.serial_number == "A2A-00001-E0"
    assert logged.firmware == "4.71"
    assert logged.calibrated == "2026-03-02  07:48"
    assert logged.passed_over == ("Prev_LAeq [dB]",)


def test_an_xl2_log_is_read_second_by_second() -> None:
    logged = read("nti_xl2_log.txt")
    assert [row.readings["LAEQ"].scaled for row in logged.rows] == [864, 870, 859]
    assert [row.start.second for row in logged.rows] == [1, 2, 3]
    assert logged.passed_over == ("Timer [hh:mm:ss]",)


def test_a_svantek_time_history_is_read_with_a_lost_value_as_none() -> None:
    logged = read("svantek_time_history.csv")
    assert [row.readings["leq"].stated for row in logged.rows] == [Decimal("81.13"), Decimal("81.66")]
    assert logged.rows[1].readings["peak"].word == "no_data"
    assert logged.serial_number == "143568"
    assert logged.passed_over == ("flags", "1/3 Octave 1/3 Oct LZeq (TH) [dB] 1000 Hz")


def test_a_numbered_svantek_history_is_read() -> None:
    assert [row.readings["leq"].scaled for row in read("svantek_numbered.csv").rows] == [6240, 6300]


def test_a_dusttrak_file_counts_from_its_start_and_doubts_rows_with_errors() -> None:
    logged = read("tsi_dusttrak_drx.csv")
    assert logged.rows[0].start == datetime(2026, 3, 2, 13, 22, 36, tzinfo=HANOI)
    assert logged.rows[0].readings["resp"].stated == Decimal("0.018")
    assert logged.rows[2].readings["resp"].word == "sensor_fault"
    assert logged.doubts == ("line 17: Errors says 'Flow Error'",)
    assert (logged.serial_number, logged.firmware, logged.calibrated) == ("8533000001", "3.5", "06/18/2025")


def test_a_single_size_dusttrak_is_its_variant() -> None:
    logged = read("tsi_dusttrak_8530.csv")
    assert [row.readings["total"].scaled for row in logged.rows] == [1, 2, -3]
    assert logged.rows[0].start == datetime(2017, 7, 18, 23, 59, 59, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("name", "old", "fresh", "words"),
    [
        ("nti_xl2_report.txt", "\t87.4    \t-.-", "\t-.-", "line 20: column LZPKmax .* is not a number"),
        ("nti_xl2_report.txt", "\t88.1    \t", "\t88,1    \t", "line 21: column .*'88,1' is not a number"),
        (
            "nti_xl2_report.txt",
            "08:05:00  \t2026-03-02  \t08:10",
            "08:01:00  \t2026-03-02  \t08:10",
            "does not come after",
        ),
        ("nti_xl2_report.txt", "2026-03-02  \t08:02", "02.03.2026  \t08:02", "is not a time as this file writes it"),
        ("nti_xl2_report.txt", "XL2 Sound", "XL3 Sound", "this is no file of nti.xl2"),
        ("nti_xl2_report.txt", "\t87.4    \t-.-      \t90.5    ", "", "line 20: 11 cells stand where 13 are named"),
        ("svantek_time_history.csv", "Date & time", "Datum", "there is no table in this file"),
        ("tsi_dusttrak_drx.csv", "Test Start Date,03/02/2026\n", "", "Test Start Date is not stated"),
        ("tsi_dusttrak_drx.csv", "120,0.013", "soon,0.013", "line 16: elapsed: 'soon' is not a number"),
        ("tsi_dusttrak_drx.csv", "120,", "60,", "line 16: .* does not come after"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(name: str, old: str, fresh: str, words: str) -> None:
    assert old in text_of(name)
    hurt = text_of(name).replace(old, fresh, 1)
    with pytest.raises(LoggerFileError, match=words):
        read(name, hurt)


@given(st.integers(0, 2000))
def test_an_xl2_file_cut_off_in_its_table_is_refused(size: int) -> None:
    whole = text_of("nti_xl2_report.txt")
    table_ends = whole.index("\r\n\r\n#CheckSum")
    with pytest.raises(LoggerFileError):
        read("nti_xl2_report.txt", whole[: min(size, table_ends)])


def test_a_file_without_a_zone_needs_one() -> None:
    text = text_of("nti_xl2_report.txt").replace("\tTime Zone:      \tUTC+07:00 (Asia/Ho_Chi_Minh)\r\n", "")
    profile = load("nti.xl2").profile
    with pytest.raises(LoggerFileError, match="in which time zone"):
        read_file(profile, text, None)
    assert read_file(profile, text, HANOI).rows[0].start.utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_known_by_its_beginning(name: str) -> None:
    profile, variant, form = FILES[name]
    assert form_of(load(profile, variant).profile, text_of(name)) == form


def test_every_form_of_file_has_one_here() -> None:
    forms = {(p.id, form) for folder in folders() for p in [load_folder(folder).profile] for form in p.files}
    assert forms == {(profile, form) for profile, _, form in FILES.values()}
