#!/usr/bin/env python3
"""How long a stranger waits: clones the tree, runs ./run.sh there without a compiler cache, and
prints the seconds to the first result and to the whole program.

    tools/first_result.py [--keep]

Elapsed time is that of this machine as busy as it is; processor time, divided by the cores that
are idle, is what a build that keeps them all busy takes at best. What is committed is measured.
Packages are not installed (tools/setup_check.sh says what is missing), and npm may use what it
keeps.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def stat_of(pid):
    """(parent, processor seconds of the process and of its children that have ended)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS


def processor_seconds(root):
    """Of the process and all below it."""
    parents, seconds = {}, {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents[int(name)], seconds[int(name)] = stat_of(name)
            except (OSError, IndexError):
                continue  # It has ended meanwhile.
    total = 0.0
    for pid in parents:
        at = pid
        while at != root and at in parents:
            at = parents[at]
        total += seconds[pid] if at == root else 0.0
    return total


def report(what, started, seconds):
    cores = os.cpu_count()
    print(f"{what}: {time.monotonic() - started:.0f} s elapsed, {seconds:.0f} s of processor time "
          f"({seconds / cores:.0f} s on {cores} idle cores)", flush=True)


def main():
    root = Path(__file__).resolve().parent.parent
    folder = Path(tempfile.mkdtemp(prefix="kindred-first-result-"))
    try:
        subprocess.run(["git", "clone", "-q", str(root), str(folder / "kindred")], check=True)
        environment = dict(os.environ, CCACHE_DISABLE="1")
        started = time.monotonic()
        run = subprocess.Popen(["./run.sh"], cwd=folder / "kindred", env=environment, text=True,
                               stdout=subprocess.PIPE)
        if run.stdout.readline():  # Stdout has what the demo prints, and nothing else.
            report("first result", started, processor_seconds(run.pid))
        run.stdout.read()
        os.waitid(os.P_PID, run.pid, os.WEXITED | os.WNOWAIT)
        seconds = stat_of(run.pid)[1]
        if run.wait() != 0:
            print(f"./run.sh ended with {run.returncode}", file=sys.stderr)
            return 1
        report("whole program", started, seconds)
    finally:
        if "--keep" in sys.argv:
            print(f"kept {folder}")
        else:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
