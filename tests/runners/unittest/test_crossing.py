# SPDX-License-Identifier: MIT
"""One test for each thing that unittest can say; expected.json tells what has to arrive."""
import sys
import unittest


class Quay(unittest.TestCase):
    def test_passes(self):
        self.assertEqual(2 + 2, 4)

    def test_fails(self):
        self.fail("fare <&\"'> ]]> grüß 渡し船")

    def test_errors(self):
        raise RuntimeError("no such quay")

    @unittest.skip("no ferry on Sundays: Fähre ruht")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_known_defect(self):
        self.fail("known defect 12")

    @unittest.expectedFailure
    def test_defect_is_gone(self):
        pass

    def test_boards(self):
        for seats in (1, 2, 0):
            with self.subTest(seats=seats, quay="süd"):
                self.assertGreater(seats, 0)

    def test_astral(self):
        self.fail("rocket 🚀 landed")

    def test_control_bytes(self):
        print("out: esc \x1b[31mred\x1b[0m bell \a")
        print("err: one \x01 done", file=sys.stderr)
        raise ValueError("esc \x1b[31mred\x1b[0m one \x01 nul \0 end")

    def test_überfahrt(self):
        """Described: die Überfahrt."""


class NoPier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("no pier")

    def test_never_runs(self):
        pass
