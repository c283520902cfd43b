#!/usr/bin/env python3
"""Runs the experiments of tests/golden/quality.json again and compares their figures.

    tools/quality.py [--build FOLDER] [--only TEXT] [--list] [--update] [--check]

      --only TEXT   only experiments whose name contains TEXT
      --list        names and expected minutes; runs nothing
      --update      writes what was measured into quality.json where it is an improvement
      --check       runs nothing: is quality.json well formed, and does docs/guide/quality.md
                    show every experiment and figure of it?

Quality may only improve: exits 1 when a figure is worse than its recorded value by more than its
tolerance, or below what the project promises ("at_least"), or when a command fails. Data that is
absent skips the experiment with the reason, unless KINDRED_REQUIRE_DATA=1.

quality.json is a list of experiments:

    {"name": "...",                 how quality.md calls it
     "minutes": 2,                  on two cores, roughly
     "data": ["ml-1m"],             folders or files of $DATA that it needs
     "commands": [["kindred", "train", "$DATA/...", "--seed", "$SEED", "-o", "$WORK/m"],
                  ["kindred", "evaluate", "$WORK/m", "--json"]],
     "seeds": [1, 2, 3],            optional: a figure is the mean over them; default [1]
     "figures": [{"name": "HR@10", "path": ["metrics", "hr@10", "value"],
                  "value": 0.7298, "tolerance": 0.003, "at_least": 0.726,
                  "lower_is_better": false}],
     "note": "..."}                 optional: what the numbers compare with

The last command prints one JSON value, into which "path" leads (names, or positions of a list).
The first word of a command is a program of the build folder: kindred, or say
benchmarks/ials_bench; or it is python3. $DATA is KINDRED_DATA or ../shared/data, $ROOT the
source tree, $WORK a folder that is removed.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden/quality.json"
GUIDE = ROOT / "docs/guide/quality.md"
EXPERIMENT_KEYS = {"name", "minutes", "data", "commands", "seeds", "figures", "note"}
FIGURE_KEYS = {"name", "path", "value", "tolerance", "at_least", "lower_is_better"}


class Failure(Exception):
    """A command that failed, or printed something else than was promised."""


def data_folder():
    return (ROOT / (os.environ.get("KINDRED_DATA") or "../shared/data")).resolve()


def program_path(build, name):
    if name == "python3":
        return sys.executable
    return str(build / ("bin/kindred" if name == "kindred" else name))


def value_at(document, path):
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            raise Failure(f"the output has no {'.'.join(map(str, path))}") from None
    if isinstance(document, bool) or not isinstance(document, (int, float)):
        raise Failure(f"{'.'.join(map(str, path))} is {document!r}, not a number")
    return float(document)


def run_commands(experiment, build, seed):
    """The JSON that the last command prints."""
    output = ""
    with tempfile.TemporaryDirectory(prefix="kindred-quality-") as work:
        replacements = {"$DATA": str(data_folder()), "$ROOT": str(ROOT), "$WORK": work,
                        "$SEED": str(seed)}
        for command in experiment["commands"]:
            words = [program_path(build, command[0])]
            for word in command[1:]:
                for name, value in replacements.items():
                    word = word.replace(name, value)
                words.append(word)
            print("  $ " + shlex.join([command[0], *words[1:]]), flush=True)
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failure(f"exit code {done.returncode}: {done.stderr.strip()[-500:]}")
            output = done.stdout
    try:
        return json.loads(output)
    except ValueError as error:
        raise Failure(f"the last command printed no JSON: {error}") from None


def judge(figure, measured):
    """"ok", "better" or why it is a regression."""
    sign = -1.0 if figure.get("lower_is_better") else 1.0
    gain = sign * (measured - figure["value"])
    promised = figure.get("at_least")
    if promised is not None and sign * (measured - promised) < 0:
        return f"WORSE than the promised {promised:g}"
    if gain < -figure["tolerance"]:
        return f"WORSE than recorded by {-gain:.3g} (tolerance {figure['tolerance']:g})"
    return "better" if gain > figure["tolerance"] else "ok"


def run_experiment(experiment, build):
    """Measures and prints every figure; returns (regressions, measured by figure name)."""
    print(f"\n{experiment['name']}")
    start = time.monotonic()
    seeds = experiment.get("seeds", [1])
    documents = [run_commands(experiment, build, seed) for seed in seeds]
    regressions, measured = [], {}
    for figure in experiment["figures"]:
        values = [value_at(document, figure["path"]) for document in documents]
        mean = sum(values) / len(values)
        verdict = judge(figure, mean)
        measured[figure["name"]] = mean
        print(f"  {figure['name']:<24} {mean:10.5f}   recorded {figure['value']:.5f}   {verdict}")
        if verdict.startswith("WORSE"):
            regressions.append(f"{experiment['name']}: {figure['name']}: {verdict}")
    print(f"  ({time.monotonic() - start:.0f} s, {len(seeds)} seed{'s' * (len(seeds) > 1)})",
          flush=True)
    return regressions, measured


def absent_data(experiment):
    return [name for name in experiment["data"] if not (data_folder() / name).exists()]


def run_all(experiments, build):
    regressions, skipped, measured = [], [], {}
    for experiment in experiments:
        absent = absent_data(experiment)
        if absent:
            reason = f"{experiment['name']}: no {', '.join(absent)} in {data_folder()}"
            required = os.environ.get("KINDRED_REQUIRE_DATA") == "1"
            (regressions if required else skipped).append(reason)
            continue
        try:
            worse, measured[experiment["name"]] = run_experiment(experiment, build)
            regressions += worse
        except Failure as failure:
            print(f"  FAILED: {failure}")
            regressions.append(f"{experiment['name']}: {failure}")
    return regressions, skipped, measured


def update_golden(golden, experiments, measured):
    for experiment in experiments:
        for figure in experiment["figures"]:
            value = measured.get(experiment["name"], {}).get(figure["name"])
            if value is not None and judge(figure, value) == "better":
                figure["value"] = round(value, 5)
    golden.write_text(json.dumps(experiments, indent=2, ensure_ascii=False) + "\n")


def format_faults(experiments):
    """What is wrong with the list itself."""
    names = [experiment.get("name") for experiment in experiments]
    for name in {name for name in names if names.count(name) > 1}:
        yield f"two experiments are called {name!r}"
    for experiment in experiments:
        name = experiment.get("name", "an experiment without a name")
        for key in EXPERIMENT_KEYS - {"seeds", "note"} - experiment.keys():
            yield f"{name}: no {key!r}"
        for key in experiment.keys() - EXPERIMENT_KEYS:
            yield f"{name}: unknown {key!r}"
        for figure in experiment.get("figures", []):
            for key in FIGURE_KEYS - {"at_least", "lower_is_better"} - figure.keys():
                yield f"{name}: a figure has no {key!r}"
            for key in figure.keys() - FIGURE_KEYS:
                yield f"{name}: a figure has the unknown {key!r}"


def form_in_guide(value):
    """How the guide shows a value, and what finds it there: .7295 or 0.7295; 12,345 as a word."""
    if isinstance(value, int):
        return f"{value:,}", rf"(?<![\w.,]){value:,}(?![\w.,]*\w)"
    shown = f"{value:.4f}"
    return shown, re.escape(shown.removeprefix("0"))


def guide_faults(experiments, guide):
    """What the guide does not show."""
    for experiment in experiments:
        if experiment["name"] not in guide:
            yield f"the guide does not name {experiment['name']!r}"
        for figure in experiment["figures"]:
            shown, pattern = form_in_guide(figure["value"])
            if not re.search(pattern, guide):
                yield f"the guide does not show {experiment['name']}: {figure['name']} = {shown}"


def check(experiments, guide):
    faults = list(format_faults(experiments))
    return faults or list(guide_faults(experiments, guide))


def parse_arguments(words):
    parser = argparse.ArgumentParser(description="Runs the quality experiments again.")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--golden", type=Path, default=GOLDEN)
    parser.add_argument("--guide", type=Path, default=GUIDE)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--check", action="store_true")
    return parser.parse_args(words)


def main(words):
    options = parse_arguments(words)
    if not options.golden.exists():
        print(f"there is no {options.golden}: nothing is recorded yet", file=sys.stderr)
        return 1
    experiments = json.loads(options.golden.read_text())
    if options.check:
        faults = check(experiments, options.guide.read_text())
        print("\n".join(faults) if faults else f"{len(experiments)} experiments, all in the guide")
        return 1 if faults else 0
    chosen = [experiment for experiment in experiments if options.only in experiment["name"]]
    if options.list:
        for experiment in chosen:
            print(f"{experiment['minutes']:6g} min   {experiment['name']}")
        return 0
    if not chosen:
        print(f"no experiment's name contains {options.only!r}", file=sys.stderr)
        return 2
    regressions, skipped, measured = run_all(chosen, options.build.resolve())
    if options.update:
        update_golden(options.golden, experiments, measured)
    print()
    for reason in skipped:
        print(f"skipped: {reason}")
    for regression in regressions:
        print(f"FAILED: {regression}")
    print(f"{len(measured)} of {len(chosen)} experiments run, {len(regressions)} problems")
    return 1 if regressions else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
