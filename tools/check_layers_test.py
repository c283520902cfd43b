#!/usr/bin/env python3
"""Proves that check_layers.py catches each kind of fault, on small trees made for it."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from check_layers import check_tree  # noqa: E402

LAYERS = "# lowest first\nbase\nlinalg storage\ndata\nmodel\n"


class CheckLayersTest(unittest.TestCase):
    def faults(self, files):
        """The faults of a tree that holds `files` (name -> text) and LAYERS."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"kindred/layers.txt": LAYERS, **files}.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
            return check_tree(folder)

    def assert_clean(self, name, text):
        self.assertEqual(self.faults({name: text}), [])

    def assert_fault(self, name, text, expected, line=1):
        faults = self.faults({name: text})
        self.assertEqual(len(faults), 1, faults)
        self.assertTrue(faults[0].startswith(f"{name}:{line}: "), faults[0])
        self.assertIn(expected, faults[0])

    def test_downward_and_own_includes_are_fine(self):
        self.assert_clean("kindred/data/x.cc", '#include "kindred/base/y.h"\n')
        self.assert_clean("kindred/data/x.cc", '#include "kindred/data/y.h"\n')
        self.assert_clean("cli/x.cc", '#include "kindred/model/y.h"\n#include "cli/common.h"\n')
        self.assert_clean("tests/e2e/x_test.cc", '#include "tests/support/y.h"\n')
        self.assert_clean("kindred/data/x_test.cc", '#include "tests/support/y.h"\n')

    def test_upward_include(self):
        self.assert_fault("kindred/base/x.cc", '\n#include "kindred/data/y.h"\n', "higher", 2)
        self.assert_fault("kindred/data/deep/x.cc", '#include "kindred/model/y.h"\n', "higher")

    def test_sideways_include(self):
        self.assert_fault("kindred/linalg/x.h",
                          '#pragma once\n# include "kindred/storage/y.h"\n', "sibling", 2)

    def test_unknown_module(self):
        self.assert_fault("kindred/magic/x.cc", "\n", "no line in kindred/layers.txt")
        self.assert_fault("kindred/model/x.cc", '#include "kindred/magic/y.h"\n', "no line in")

    def test_nobody_includes_the_outside(self):
        for top in ("cli", "tests", "benchmarks", "examples", "python"):
            self.assert_fault("kindred/data/x.cc", f'#include "{top}/y.h"\n', "nobody includes")
        self.assert_fault("tests/x.cc", '#include "cli/common.h"\n', "nobody includes cli/")

    def test_relative_includes(self):
        self.assert_fault("kindred/data/x.cc", '#include "../base/y.h"\n', "../")
        self.assert_fault("kindred/data/x.cc", '#include "kindred/data/../base/y.h"\n', "../")
        self.assert_fault("kindred/data/x.cc", '#include "y.h"\n', "repository root")

    def test_third_party_homes(self):
        homes = {
            "hwy/highway.h": "kindred/linalg/kernels/dot.cc",
            "immintrin.h": "kindred/linalg/kernels/dot.cc",
            "cblas.h": "kindred/linalg/blas.cc",
            "boost/beast.hpp": "kindred/serving/http.cc",
            "nlohmann/json.hpp": "kindred/base/json.cc",
            "CLI/CLI.hpp": "cli/flags/command.cc",
            "gtest/gtest.h": "kindred/data/x_test.cc",
            "benchmark/benchmark.h": "benchmarks/x.cc",
            "fmt/format.h": "kindred/data/x.cc",
            "zlib.h": "kindred/base/gzip.cc",
        }
        for header, home in homes.items():
            include = f"#include <{header}>\n"
            with self.subTest(header=header):
                if "serving" not in home:
                    self.assert_clean(home, include)
                faults = self.faults({"kindred/data/y.h": "#pragma once\n" + include})
                self.assertEqual(len(faults), 1, faults)
                self.assertIn("kindred/data/y.h:2: ", faults[0])

    def test_sqlite_has_one_home(self):
        include = "#include <sqlite3.h>\n"
        self.assert_clean("kindred/data/store.cc", include)
        faults = self.faults({"kindred/data/a.cc": include, "kindred/data/b.cc": include})
        self.assertEqual(faults, ["kindred/data/b.cc:1: SQLite already lives in kindred/data/a.cc"])

    def test_cmake_depends(self):
        self.assert_clean("kindred/data/CMakeLists.txt",
                          "kindred_module(data DEPENDS base linalg LIBRARIES fmt::fmt)\n")
        self.assert_fault("kindred/data/CMakeLists.txt",
                          "kindred_module(data DEPENDS base model)\n", "depend on model")

    def test_header_without_pragma_once(self):
        self.assert_fault("kindred/data/x.h", "struct X;\n", "#pragma once")
        self.assert_clean("kindred/linalg/kernels/dot-inl.h", "// Toggled by Highway.\n")

    def test_long_file(self):
        self.assert_clean("kindred/data/x.cc", "\n" * 500)
        self.assert_fault("kindred/data/x.cc", "\n" * 501, "two ideas", 501)
        self.assert_clean("docs/guide.md", "\n" * 501)

    def test_unfinished_work(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX"):
            self.assert_fault("kindred/data/x.cc", f"// {word}: later\n", word)
            self.assert_fault("run.sh", f"# {word}\n", word)
        self.assert_clean("kindred/data/x.cc", "// A todo list is data.\n")

    def test_whitespace(self):
        self.assert_fault("README.md", "a \nb\n", "trailing whitespace")
        self.assert_fault("tools/x.py", "\n\tx = 1\t\n", "trailing whitespace", 2)
        self.assert_fault("kindred/data/x.cc", "int a;", "no newline")

    def test_sizes_from_outside(self):
        for line in ('const auto n = json.at("rows").as_uint();',
                     'log.epoch = static_cast<int>(entry.at("epoch").as_int());',
                     'read(name, {read_size(json.at("rows"), "rows") + 1});',
                     'values.reserve(json.as_int());'):
            self.assertNotEqual(self.faults({"kindred/model/x.cc": f"{line}\n"}), [], line)
            self.assertNotEqual(self.faults({"cli/x.cc": f"{line}\n"}), [], line)
        self.assert_clean("kindred/base/size.cc", "return json.as_uint();\n")
        self.assert_clean("kindred/model/x_test.cc", "EXPECT_EQ(json.as_uint(), 1U);\n")
        self.assert_clean("kindred/model/x.cc", 'const auto n = read_size(json, "rows", "rows");\n')
        self.assert_clean("kindred/model/x.cc", "offsets.reserve(ratings.rows + 1);\n")

    def test_banned_name(self):
        self.assert_fault("kindred/data/x.cc", "int num_users = 0;\n", "num_users")
        self.assert_fault("kindred/data/x.cc", "int max_num_users = 0;\n", "max_num_users")
        self.assert_clean("kindred/data/x.cc", "int user_enum_count = 0;\n")

    def test_encoding(self):
        self.assert_fault("kindred/data/x.cc", b"// caf\xe9\n", "UTF-8")

    def test_what_is_not_ours_is_left_alone(self):
        self.assert_clean("build/x.cc", '#include "../y.h"\n')
        self.assert_clean(".cache/x.cc", '#include "../y.h"\n')
        self.assert_clean("tests/fuzz/corpus/x.txt", "a \n")
        self.assert_clean("tests/data/x.csv", "a \n")


if __name__ == "__main__":
    unittest.main()
