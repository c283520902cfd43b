#!/usr/bin/env python3
"""Runs a collection of small inputs that a program once got wrong, and says which it still does.

    tools/faults.py PROGRAM [FOLDER] [--only TEXT] [--jobs N] [--seconds N]

FOLDER (default: $KINDRED_FAULTS, else ../shared/faults beside the source tree) holds a folder a
fault, at any depth: its input and a run.sh that takes the program's path in BIN and exits with 0
when the answer is right. Prints a line a fault and a total; with a failure also the end of what
its script printed. Exits 0 when all are right, 1 when one is not, 77 (skipped, for ctest) when
the folder is not there: nothing in the tree needs it.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SKIPPED = 77
SHOWN_LINES = 12


def run_fault(program, script, seconds):
    """(is it right, seconds it took, the end of its output)"""
    started = time.monotonic()
    # A session of its own, so that what the script has started ends with it.
    child = subprocess.Popen(["bash", str(script)], env={**os.environ, "BIN": str(program)},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = child.communicate(timeout=seconds)
        right = child.returncode == 0
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        output, _ = child.communicate()
        right, output = False, output + f"\nno end after {seconds} s\n".encode()
    lines = output.decode(errors="replace").splitlines()
    return right, time.monotonic() - started, lines[-SHOWN_LINES:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "faults"
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path, nargs="?",
                        default=Path(os.environ.get("KINDRED_FAULTS", default)))
    parser.add_argument("--only", default="", help="those whose name contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=180, help="the most that one may take")
    options = parser.parse_args()
    if not options.folder.is_dir():
        print(f"skipped: no collection of faults at {options.folder} (KINDRED_FAULTS names another)")
        return SKIPPED
    scripts = sorted(p for p in options.folder.rglob("run.sh") if options.only in str(p.parent))
    if not scripts:
        print(f"no run.sh below {options.folder} with '{options.only}' in its path")
        return 1
    program = options.program.resolve()
    wrong = 0
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        results = pool.map(lambda script: run_fault(program, script, options.seconds), scripts)
        for script, (right, seconds, lines) in zip(scripts, results):
            name = script.parent.relative_to(options.folder)
            print(f"{'right' if right else 'WRONG'}  {seconds:6.1f} s  {name}", flush=True)
            if not right:
                wrong += 1
                print("".join(f"       | {line}\n" for line in lines), end="")
    print(f"{len(scripts) - wrong} of {len(scripts)} faults are right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
