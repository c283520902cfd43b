#!/usr/bin/env python3
"""Tests quality.py with a program of its own in the place of kindred."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))
import quality  # noqa: E402

# Prints {"metrics": {"hr": {"value": 0.7 + seed / 100}}}, or fails when asked for "--fail".
PROGRAM = """#!/bin/sh
for word; do
  case "$word" in
    --fail) echo "no such file" >&2; exit 1 ;;
    --touch=*) echo made > "${word#--touch=}" ;;
    --show=*) test -f "${word#--show=}" || exit 3 ;;
    --seed=*) seed="${word#--seed=}" ;;
  esac
done
echo "{\\"metrics\\": {\\"hr\\": {\\"value\\": 0.7$seed}}}"
"""


class QualityTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        program = self.folder / "build/bin/kindred"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM)
        program.chmod(0o755)
        (self.folder / "data/set").mkdir(parents=True)
        variables = {"KINDRED_DATA": str(self.folder / "data"), "KINDRED_REQUIRE_DATA": "0"}
        patch = mock.patch.dict(os.environ, variables)
        patch.start()
        self.addCleanup(patch.stop)

    def experiment(self, **changes):
        figure = {"name": "HR@10", "path": ["metrics", "hr", "value"], "value": 0.73,
                  "tolerance": 0.005}
        figure.update(changes.pop("figure", {}))
        return {"name": "set, plain", "minutes": 0.1, "data": ["set"],
                "commands": [["kindred", "evaluate", "--seed=$SEED"]], "seeds": [2, 4],
                "figures": [figure], **changes}

    def run_main(self, experiment, *words):
        golden = self.folder / "quality.json"
        golden.write_text(json.dumps([experiment]))
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = quality.main(["--golden", str(golden), "--build", str(self.folder / "build"),
                                 "--guide", str(self.folder / "guide.md"), *words])
        return code, output.getvalue()

    def test_the_mean_over_seeds_within_the_tolerance_is_fine(self):
        code, output = self.run_main(self.experiment())
        self.assertEqual(code, 0, output)
        self.assertIn("0.73000", output)

    def test_a_regression_fails(self):
        code, output = self.run_main(self.experiment(figure={"value": 0.736}))
        self.assertEqual(code, 1)
        self.assertIn("WORSE than recorded by 0.006", output)

    def test_a_broken_promise_fails_within_the_tolerance_too(self):
        code, output = self.run_main(self.experiment(figure={"value": 0.732, "at_least": 0.731}))
        self.assertEqual(code, 1)
        self.assertIn("promised 0.731", output)

    def test_a_loss_may_only_fall(self):
        figure = {"value": 0.72, "lower_is_better": True}
        self.assertEqual(self.run_main(self.experiment(figure=figure))[0], 1)
        figure = {"value": 0.74, "lower_is_better": True}
        self.assertEqual(self.run_main(self.experiment(figure=figure))[0], 0)

    def test_an_improvement_is_recorded_on_request(self):
        code, _ = self.run_main(self.experiment(figure={"value": 0.72}), "--update")
        self.assertEqual(code, 0)
        recorded = json.loads((self.folder / "quality.json").read_text())
        self.assertEqual(recorded[0]["figures"][0]["value"], 0.73)

    def test_a_regression_is_never_recorded(self):
        self.run_main(self.experiment(figure={"value": 0.74}), "--update")
        recorded = json.loads((self.folder / "quality.json").read_text())
        self.assertEqual(recorded[0]["figures"][0]["value"], 0.74)

    def test_commands_share_a_folder(self):
        commands = [["kindred", "--touch=$WORK/model"],
                    ["kindred", "--show=$WORK/model", "--seed=$SEED"]]
        self.assertEqual(self.run_main(self.experiment(commands=commands))[0], 0)

    def test_a_failed_command_is_told_with_its_message(self):
        code, output = self.run_main(self.experiment(commands=[["kindred", "--fail"]]))
        self.assertEqual(code, 1)
        self.assertIn("no such file", output)

    def test_a_missing_figure_fails(self):
        code, output = self.run_main(self.experiment(figure={"path": ["metrics", "auc"]}))
        self.assertEqual(code, 1)
        self.assertIn("no metrics.auc", output)

    def test_absent_data_skips_or_fails(self):
        experiment = self.experiment(data=["other"])
        code, output = self.run_main(experiment)
        self.assertEqual(code, 0)
        self.assertIn("skipped: set, plain: no other in", output)
        with mock.patch.dict(os.environ, {"KINDRED_REQUIRE_DATA": "1"}):
            self.assertEqual(self.run_main(experiment)[0], 1)

    def test_check_compares_with_the_guide(self):
        (self.folder / "guide.md").write_text("## set, plain\n| HR@10 | .7300 |\n")
        self.assertEqual(self.run_main(self.experiment(), "--check")[0], 0)
        code, output = self.run_main(self.experiment(figure={"value": 0.74}), "--check")
        self.assertEqual(code, 1)
        self.assertIn("HR@10 = 0.7400", output)

    def test_check_finds_faults_of_the_list(self):
        (self.folder / "guide.md").write_text("")
        code, output = self.run_main(self.experiment(colour="red"), "--check")
        self.assertEqual(code, 1)
        self.assertIn("unknown 'colour'", output)


if __name__ == "__main__":
    unittest.main()
