#!/usr/bin/env python3
"""Tests of faults.py: what it calls right and wrong, and when it is skipped."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / "faults.py"


class FaultsTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def add(self, name, script):
        (self.folder / name).mkdir(parents=True)
        (self.folder / name / "run.sh").write_text(script)

    def run_tool(self, *arguments, folder=None):
        return subprocess.run([sys.executable, "-B", TOOL, "/bin/true", folder or self.folder, *arguments],
                              capture_output=True, text=True)

    def test_counts_the_right_and_the_wrong_at_any_depth(self):
        self.add("01-holds", 'exec "$BIN"')
        self.add("deep/02-fails", "echo three fields; exit 1")
        done = self.run_tool()
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 of 2 faults are right", done.stdout)
        self.assertRegex(done.stdout, r"right .* 01-holds")
        self.assertRegex(done.stdout, r"WRONG .* deep/02-fails\n +\| three fields")

    def test_all_right_is_success_and_only_chooses(self):
        self.add("01-holds", "exit 0")
        self.add("02-fails", "exit 1")
        self.assertEqual(self.run_tool("--only", "holds").returncode, 0)

    def test_what_does_not_end_is_wrong(self):
        self.add("01-waits", "sleep 60; true")
        done = self.run_tool("--seconds", "0.2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no end after 0.2 s", done.stdout)

    def test_a_missing_collection_is_skipped_and_an_empty_one_is_not(self):
        self.assertEqual(self.run_tool(folder=self.folder / "nowhere").returncode, 77)
        self.assertEqual(self.run_tool().returncode, 1)


if __name__ == "__main__":
    unittest.main()
