#!/usr/bin/env python3
"""The rules of thumb on trial: how many dimensions they say, and what a study chooses.

    benchmarks/dimension_rules.py KINDRED DATA OUT [NAME ...]

KINDRED is the program, DATA the folder of the data sets, OUT a folder for the studies and for what
each run prints (a run whose file is there already is not repeated; without the file its study is
there still, and only the last round is trained again, say to time it on a quiet machine). For each data set `kindred tune --rules` tunes,
then trains the best once more with the dimensions that each rule says, all else equal, and judges
all of them on people or rows that nobody had looked at. Prints the table in Markdown, times of one
thread. NAMEs choose data sets; without them all five, which takes about ten minutes of one core.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROLES = ["fourth root", "6 x fourth root", "log2", "fastai", "best"]
STUDIES = {
    "MovieLens 100K": ["$DATA/ml-100k/u.data", "--dim-max", "128", "--trials", "25"],
    "MovieLens 1M": ["$DATA/ml-1m/ratings_uir.dat.gz", "--dim-max", "128", "--trials", "25"],
    "Gowalla": ["$DATA/lightgcn-gowalla/train_lightgcn.txt.gz", "--item-lists", "--dim-max", "128",
                "--trials", "20"],
    "Adult": ["$OUT/train.csv", "--test-table", "$OUT/test.csv", "--config",
              "$ROOT/examples/adult.toml", "--parameters-max", "20000", "--trials", "20"],
    "California": ["$DATA/california_housing/housing.csv", "--label", "median_house_value",
                   "--trials", "20"],
}
SEEDS = {"Gowalla": 1}


def run(kindred, data, out, name):
    result = out / (name.replace(" ", "-").lower() + ".json")
    if not result.exists():
        if name == "Adult":
            subprocess.run([sys.executable, ROOT / "benchmarks/adult_csv.py", data / "adult", out],
                           check=True)
        words = [kindred, "tune"]
        for word in STUDIES[name]:
            for key, value in (("$DATA", data), ("$OUT", out), ("$ROOT", ROOT)):
                word = word.replace(key, str(value))
            words.append(word)
        words += ["--study", str(result.with_suffix("")), "--rules", "--json", "--quiet", "--threads", "1",
                  "--seeds", str(SEEDS.get(name, 3))]
        print("$ " + " ".join(words), file=sys.stderr, flush=True)
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True)
        result.write_bytes(done.stdout)
    return json.loads(result.read_text())


def dimensions(finalist):
    for word in finalist["setting"].split():
        if word.startswith("dim="):
            return word[4:]
    return ""


def short(count):
    return f"{count / 1e6:.1f} M" if count >= 1e6 else f"{count / 1e3:.0f} k" if count >= 1e4 else str(count)


def rows(name, report):
    finalists = {one["role"]: one for one in report["finalists"]}
    chosen = [finalists[role] for role in ROLES]
    digits = 0 if chosen[0]["test"]["value"] > 100 else 4
    metric = report["metric"]
    if dimensions(chosen[0]):
        yield name, "d", [dimensions(one) for one in chosen]
        name = ""
    yield name, metric, [f"{one['test']['value']:.{digits}f}".removeprefix("0") for one in chosen]
    yield "", "parameters", [short(one["parameters"]) for one in chosen]
    yield "", "training", [f"{one['seconds']:.1f} s" for one in chosen]


def main(kindred, data, out, names):
    out.mkdir(parents=True, exist_ok=True)
    print("| data | | " + " | ".join(ROLES[:-1]) + " | the study |")
    print("|---" * (len(ROLES) + 2) + "|")
    for name in names or STUDIES:
        for cells in rows(name, run(kindred, data, out, name)):
            print("| " + " | ".join([*cells[:2], *cells[2]]) + " |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
