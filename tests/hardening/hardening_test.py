"""The built program is hardened, portable, and computes by IEEE rules.

Run by ctest with --readelf PROGRAM --build FOLDER --build-type TYPE.
"""

import argparse
import json
import platform
import re
import subprocess
import sys
import unittest
from pathlib import Path

arguments = argparse.Namespace()


def readelf(*flags):
    program = Path(arguments.build) / "bin" / "kindred"
    return subprocess.run([arguments.readelf, "--wide", *flags, str(program)],
                          check=True, capture_output=True, text=True).stdout


class Binary(unittest.TestCase):
    def test_position_independent(self):
        self.assertIn("DYN (Position-Independent Executable file)", readelf("--file-header"))

    def test_stack_is_not_executable(self):
        stack = re.search(r"GNU_STACK.*\s([RWE ]{3})\s+0x\S+$", readelf("--segments"), re.M)
        self.assertIsNotNone(stack)
        self.assertEqual(stack[1].strip(), "RW")

    def test_no_segment_is_writable_and_executable(self):
        self.assertNotRegex(readelf("--segments"), r"(?m)^\s+LOAD.*\sRWE\s")

    def test_relocations_are_read_only_from_the_start(self):
        self.assertRegex(readelf("--segments"), r"(?m)^\s+GNU_RELRO\s")
        self.assertRegex(readelf("--dynamic"), r"\(FLAGS_1\).*\bNOW\b")

    def test_no_text_relocations(self):
        self.assertNotIn("(TEXTREL)", readelf("--dynamic"))

    def test_stack_protector(self):
        self.assertIn("__stack_chk_fail", readelf("--symbols"))

    def test_fortified_calls(self):
        if arguments.build_type == "Debug":
            self.skipTest("an unoptimised build cannot be fortified")
        self.assertRegex(readelf("--symbols"), r"\b__(mem|str|v?f?printf|v?sn?printf|read|fread|"
                                               r"pread|realpath|fgets|poll|fdelt)\w*_chk\b")

    def test_runs_on_every_processor_of_its_kind(self):
        if platform.machine() != "x86_64":
            self.skipTest("the note is of x86")
        needed = re.search(r"x86 ISA needed: (.*)", readelf("--notes"))
        if needed:
            self.assertEqual(needed[1].strip(), "x86-64-baseline")


class Flags(unittest.TestCase):
    def setUp(self):
        commands = json.loads((Path(arguments.build) / "compile_commands.json").read_text())
        self.commands = {entry["file"]: entry["command"] for entry in commands}
        self.assertGreater(len(self.commands), 10)

    def test_every_file_has_the_flags(self):
        wanted = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
                  "-Werror", "-ffp-contract=off", "-fstack-protector-strong",
                  "-ftrivial-auto-var-init=zero", "-D_GLIBCXX_ASSERTIONS"]
        if arguments.build_type != "Debug":
            wanted += ["-D_FORTIFY_SOURCE=3", "-O2"]
        for name, command in self.commands.items():
            words = [word.replace("gnu++", "c++") for word in command.split()]
            missing = [flag for flag in wanted if flag not in words]
            self.assertEqual(missing, [], name)

    def test_no_file_is_built_for_this_machine_alone_or_with_loose_arithmetic(self):
        for name, command in self.commands.items():
            self.assertNotRegex(command, r"-march=|-mtune=native|-mcpu=|-m(avx|sse|fma)|"
                                         r"-ffast-math|-Ofast|-funsafe-math|-fopenmp", name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--readelf", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--build-type", required=True)
    arguments, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
