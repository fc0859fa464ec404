# SPDX-License-Identifier: MIT
"""One test for each thing that pytest can say; expected.json tells what has to arrive."""
import os
import pathlib
import sys

import pytest


@pytest.fixture
def key(record_property):
    return lambda value: record_property("Automation Key", value)


@pytest.fixture
def no_pier():
    raise RuntimeError("no pier: Brücke fehlt")


@pytest.fixture
def pier_breaks_after():
    yield
    raise RuntimeError("the pier broke after the test")


def test_passes(key):
    key("PYT_001")


def test_fails(key):
    key("PYT_002")
    assert "<&\"'> ]]> grüß 渡し船" == "calm", "fare <&\"'> ]]> grüß 渡し船"


def test_errors_before(key, no_pier):
    key("PYT_003")  # never reached: a fixture that breaks leaves the test without its key


def test_errors_after(key, pier_breaks_after):
    key("PYT_004")


def test_fails_and_errors_after(key, pier_breaks_after):
    key("PYT_005")
    assert False, "call failed"


@pytest.mark.skip(reason="no ferry on Sundays: Fähre ruht")
def test_skipped():
    pass


def test_skips_itself(key):
    key("PYT_006")
    pytest.skip("fog")


@pytest.mark.xfail(reason="known defect 12")
def test_known_defect(key):
    key("PYT_007")
    assert False


@pytest.mark.xfail(strict=True, reason="must fail")
def test_defect_is_gone(key):
    key("PYT_008")


@pytest.mark.parametrize("seats,quay", [(1, "north"), (2, "süd"), (3, "a::b[c]/d"), (0, "")])
def test_boards(key, seats, quay):
    key("PYT_009")
    assert seats > 0, f"quay {quay!r} has {seats} seats"


@pytest.mark.parametrize("text", ["bell\a", "nul\0", "esc\x1b[31m"], ids=lambda t: t)
def test_odd_parameter(text):
    assert text


class TestNight:
    class TestLate:
        def test_nested(self, key):
            key("PYT_010")


def test_astral(key):
    key("PYT_011")
    assert False, "rocket 🚀 landed"


def test_control_bytes(key):
    key("PYT_012")
    print("out: esc \x1b[31mred\x1b[0m bell \a")
    print("err: one \x01 done", file=sys.stderr)
    raise ValueError("esc \x1b[31mred\x1b[0m one \x01 nul \0 end")


def test_attachments(record_property):
    shots = pathlib.Path(os.environ["REPORTS"], "shots")
    shots.mkdir()
    (shots / "pier.txt").write_text("pier: sturdy\n")
    (shots / "log.txt").write_bytes(b"log: \x1b[31m \0 \xff\n")
    record_property("Automation Key", "PYT_013")
    record_property("attachment", "shots/pier.txt")
    record_property("step[passed]", "buy a ticket")
    record_property("step[failed]", "board")
    record_property("weather", "Böen")
    print("[[ATTACHMENT|shots/log.txt]]")


def test_überfahrt(key):
    key("PYT_014")


def test_no_key():
    pass
