#!/usr/bin/env python3
"""The whole way at full scale, each step with its time and its peak memory.

    benchmarks/full_scale.py [--scale 1] [--folder DIR] [--kindred build/release/bin/kindred]

Makes a world of 1,000,000 people, 500,000 movies and 100,000,000 ratings (times --scale),
trains what people watch (25 dimensions, 10 epochs), writes ten unseen movies for everybody,
and judges the model by what held-out people watched next. "The whole way" is from the CSV to
the lists on the disk. Elapsed time, processor time and peak resident memory are the
kernel's, of each process. --json also writes them to a file.

The folder needs 4 GB at full scale; what was made there is removed unless --keep is given.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

USERS, ITEMS, RATINGS, TEST_USERS = 1_000_000, 500_000, 100_000_000, 20_000


def run(name, command):
    """Runs one step; returns what it took, and its standard output."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{name} failed with code {process.returncode}: {' '.join(command)}")
    step = {
        "step": name,
        "elapsed_s": round(time.monotonic() - start, 2),
        "processor_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }
    print(f"{name:<12} {step['elapsed_s']:>9.1f} s {step['processor_s']:>9.1f} s "
          f"{step['peak_mib']:>8,} MiB", flush=True)
    return step, output


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder")
    parser.add_argument("--kindred", default="build/release/bin/kindred")
    parser.add_argument("--threads", default="0")
    parser.add_argument("--dim", default="25")
    parser.add_argument("--epochs", default="10")
    parser.add_argument("-k", default="10")
    parser.add_argument("--lists", default="lists.csv", help="lists.csv, .jsonl or .safetensors")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--json")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    kindred = os.path.abspath(arguments.kindred)
    folder = arguments.folder or tempfile.mkdtemp(prefix="kindred-scale-")
    os.makedirs(folder, exist_ok=True)

    def path(name):
        return os.path.join(folder, name)

    def scaled(count):
        return str(max(1, round(count * arguments.scale)))

    # So many that chance says little of what they say, in small worlds too.
    test_users = str(min(int(scaled(USERS)), max(2000, int(scaled(TEST_USERS)))))
    common = ["--threads", arguments.threads, "--quiet"]
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'step':<12} {'elapsed':>11} {'processor':>11} {'peak':>12}")
    steps = []
    try:
        steps.append(run("generate", [
            kindred, "generate", "--users", scaled(USERS), "--items", scaled(ITEMS), "--ratings",
            scaled(RATINGS), "--test-users", test_users, "--no-timestamps", "-o",
            path("world.csv"), *common])[0])
        csv_bytes = os.path.getsize(path("world.csv"))
        steps.append(run("train", [
            kindred, "train", path("world.csv"), "-o", path("world.kindred"), "--objective",
            "watch", "--dim", arguments.dim, "--epochs", arguments.epochs, "--patience", "0",
            *common])[0])
        steps.append(run("recommend", [
            kindred, "recommend", path("world.kindred"), "--all", "-k", arguments.k, "-o",
            path(arguments.lists), *common])[0])
        step, output = run("evaluate", [
            kindred, "evaluate", path("world.kindred"), "--test", path("world.test.csv"),
            "--metrics", "ndcg@10,recall@20", "--json", *common])
        steps.append(step)
        judged = json.loads(output)
        model = judged["metrics"]["ndcg@10"]["value"]
        popularity = judged["baselines"]["popularity"]["ndcg@10"]["value"]
        whole = [step for step in steps if step["step"] in ("train", "recommend")]
        result = {
            "scale": arguments.scale,
            "processor": processor(),
            "cores": os.cpu_count(),
            "csv_bytes": csv_bytes,
            "lists_bytes": os.path.getsize(path(arguments.lists)),
            "model_bytes": os.path.getsize(path("world.kindred")),
            "steps": steps,
            "whole_way_s": round(sum(step["elapsed_s"] for step in whole), 1),
            "whole_way_processor_s": round(sum(step["processor_s"] for step in whole), 1),
            "whole_way_peak_mib": max(step["peak_mib"] for step in whole),
            "ndcg@10": model,
            "ndcg@10_popularity": popularity,
        }
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"the whole way, {csv_bytes / 1e9:.2f} GB of CSV to lists: {result['whole_way_s']} s "
          f"({result['whole_way_processor_s']} s of processor), "
          f"{result['whole_way_peak_mib']:,} MiB")
    print(f"NDCG@10 {model:.4f}, popularity {popularity:.4f}: {model / popularity:.1f} times")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
