#!/usr/bin/env python3
"""Holds what two builds of the program write against each other, byte for byte.

    tools/same_bytes.py BEFORE AFTER [--keep FOLDER] [--only NAME]

BEFORE and AFTER are programs, or names of commits, which are then built beside the tree's own build
folders (build/same_bytes/COMMIT). Both run the same commands on data that BEFORE makes up: train
(watch, rate by ALS, Bayesian, both), towers, fit, encode, tune, cluster, recommend, export. Prints
a line an output: the same, or where the first difference lies. What a file says of the run
itself (the version, seconds, memory) is left out of the comparison; nothing else is.
Exits 0 when all outputs are the same, 1 otherwise.
"""

import argparse
import json
import random
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# name -> (arguments with {in} and {out}, the files below {out} that are compared)
COMMANDS = {
    "watch": ("train {in}/w.csv --items {in}/w.items.csv -o {out}/watch.kindred --dim 16 --epochs 4", ["watch.kindred"]),
    "als": ("train {in}/w.csv -o {out}/als.kindred --objective rate --model als --epochs 4", ["als.kindred"]),
    "bayesian": ("train {in}/w.csv -o {out}/bayesian.kindred --objective rate --model bayesian --epochs 12", ["bayesian.kindred"]),
    "both": ("train {in}/w.csv --items {in}/w.items.csv -o {out}/both.kindred --objective both --epochs 4 --dim 16", ["both.kindred"]),
    "towers": ("towers {in}/w.csv --items {in}/w.items.csv --users {in}/w.users.csv -o {out}/towers.kindred --epochs 2", ["towers.kindred"]),
    "fit": ("fit {in}/homes.csv --label price -o {out}/homes.kindred --epochs 4 --config {in}/homes.toml", ["homes.kindred"]),
    "encode": ("encode {in}/homes.csv --config {in}/homes.toml -o {out}/homes.npy", ["homes.npy"]),
    "tune": ("tune {in}/w.csv --trials 4 --epochs 2 --seeds 1 --held-out 50 --test 50 --dim-max 24 --set dim=8..24:log -o {out}/tuned.kindred --threads 1", ["tuned.kindred"]),
    "cluster": ("cluster {out}/watch.kindred -k 6 -o {out}/clusters.csv", ["clusters.csv"]),
    "recommend": ("recommend {out}/watch.kindred --all -k 5 -o {out}/lists.csv", ["lists.csv"]),
    "recommend both": ("recommend {out}/both.kindred --all -k 5 -o {out}/both.csv", ["both.csv"]),
    "export": ("export {out}/watch.kindred -o {out}/vectors.npy", ["vectors.npy"]),
}

HOMES = """label = "price"

[[column]]
kind = "numeric"
key = "area"
normalizers = ["zscore"]

[[column]]
kind = "embedding"
dimensions = 4
of = {kind = "vocabulary", key = "street", oov_buckets = 1}
"""


def program_of(name, jobs):
    """The path of a program, built first where `name` is a commit."""
    if Path(name).is_file():
        return Path(name).resolve()
    commit = subprocess.run(["git", "rev-parse", "--verify", name + "^{commit}"], cwd=ROOT,
                            check=True, capture_output=True, text=True).stdout.strip()
    tree = ROOT / "build" / "same_bytes" / commit
    if not tree.exists():
        subprocess.run(["git", "worktree", "add", "--detach", str(tree), commit], cwd=ROOT, check=True)
    subprocess.run(["cmake", "--preset", "release", "-DKINDRED_TESTS=OFF", "-DKINDRED_BENCHMARKS=OFF"],
                   cwd=tree, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", "-j", str(jobs), "--target", "kindred_cli"],
                   cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return tree / "build" / "release" / "bin" / "kindred"


def make_input(program, folder):
    subprocess.run([program, "generate", "--users", "400", "--items", "200", "--ratings", "16000",
                    "-o", folder / "w.csv", "--quiet"], check=True)
    chance = random.Random(1)
    rows = ["street,area,price"]
    for _ in range(600):
        street = chance.choice(["Elm", "Oak", "Ash", "Fir", "Yew"])
        area = chance.randrange(40, 200)
        rows.append(f"{street},{area},{area * (2 + len(street)) + chance.randrange(20)}")
    (folder / "homes.csv").write_text("\n".join(rows) + "\n")
    (folder / "homes.toml").write_text(HOMES)


def without_the_program(data):
    """The bytes of a file less what a container says of its writer, and the times it took."""
    if len(data) < 8:
        return data
    length = struct.unpack("<Q", data[:8])[0]
    if length > len(data) - 8 or data[8:9] != b"{":
        return data
    header = json.loads(data[8:8 + length])
    header.get("__metadata__", {}).pop("header_checksum", None)
    text = json.dumps(header, sort_keys=True)
    text = re.sub(r'\\"(seconds|memory_bytes|kindred_version|version)\\":\s*[^,}\]]+', r'\\"\1\\":0', text)
    return text.encode() + data[8 + length:]


def first_difference(left, right):
    if left == right:
        return None
    for at, (a, b) in enumerate(zip(left, right)):
        if a != b:
            return f"differs at byte {at}: ...{left[max(0, at - 30):at + 30]!r} / ...{right[max(0, at - 30):at + 30]!r}"
    return f"{len(left)} bytes / {len(right)} bytes"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--keep", type=Path, help="where the outputs stay")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    programs = {"before": program_of(options.before, options.jobs), "after": program_of(options.after, options.jobs)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        for side in ("in", "before", "after"):
            (folder / side).mkdir(parents=True, exist_ok=True)
        make_input(programs["before"], folder / "in")
        different = 0
        for name, (arguments, outputs) in COMMANDS.items():
            if options.only not in name and name != "watch":
                continue
            said = {}
            for side, program in programs.items():
                words = arguments.replace("{in}", str(folder / "in")).replace("{out}", str(folder / side)).split()
                done = subprocess.run([program, *words, "--quiet", "--seed", "7"], capture_output=True, text=True)
                said[side] = done.stderr.strip() if done.returncode else None
            if said["before"] or said["after"]:
                different += 1
                print(f"{name:15} before: {said['before'] or 'done'}; after: {said['after'] or 'done'}")
                continue
            for output in outputs:
                fault = first_difference(*(without_the_program((folder / side / output).read_bytes())
                                           for side in ("before", "after")))
                different += fault is not None
                print(f"{name:15} {output}: {fault or 'the same bytes'}", flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
