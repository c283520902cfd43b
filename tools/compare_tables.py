#!/usr/bin/env python3
"""Random CSV files, read by Kindred, by Python's csv module and, where it is installed, by pandas.

    tools/compare_tables.py [--count 2000] [--seed 1] [--program build/release/tests/tables/table_cells]

Every cell is compared: whether it is missing, and its value, digit for digit. What differs is
counted by cause; causes that docs/design/tables_and_pandas.md argues for are "argued", all others
are errors, and the exit code says so. Files are made without regard to what Kindred can read well:
columns mix words, numbers and words that may mean a missing value at random.
"""

import argparse
import csv
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import Decimal, InvalidOperation

try:
    import pandas
except ImportError:
    pandas = None

USUAL = ["NA", "N/A", "n/a", "na", "#N/A", "#NA", "<NA>", "NULL", "Null", "null", "(null)", "<null>",
         "None", "none", "NONE", "<None>", "NaN", "nan", "NAN", "-nan", "NaT", "\\N", "-", "--", "?"]
WORDS = ["red", "blue", "Rome", "Oslo", "DE", "FR", "two words", "a,b", 'say "x"', "Zürich", "北京",
         "x1", "A-7", "2019-01-02", "true", "False", "yes", "NO", "1_000", "0x10", "12%", "1,5"]


def number(rng, kind):
    digits = lambda n: str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(n - 1))
    sign = "-" if rng.random() < 0.2 else ""
    if kind == "int":
        return sign + (digits(rng.randint(1, 9)) if rng.random() < 0.9 else "0")
    if kind == "wide":
        return sign + digits(rng.randint(10, 19))
    if kind == "huge":
        return digits(rng.randint(20, 30))
    if kind == "decimal":
        return sign + digits(rng.randint(1, 4)) + "." + digits(rng.randint(1, 12))
    if kind == "float":
        return repr(rng.uniform(-1e6, 1e6))
    if kind == "exponent":
        return f"{sign}{digits(1)}.{digits(3)}e{rng.choice(['', '-', '+'])}{rng.randint(0, 30)}"
    if kind == "point zero":
        return digits(rng.randint(1, 12)) + ".0"
    if kind == "zip":
        return "0" + digits(4)
    if kind == "plus":
        return "+" + digits(3)
    return "0"


def column(rng, rows):
    kind = rng.choice(["int", "wide", "huge", "decimal", "float", "exponent", "point zero", "zip", "plus",
                       "word", "mixed", "constant", "zeros"])
    missing = rng.choice([0, 0, 0.1, 0.4])
    cells = []
    for _ in range(rows):
        if rng.random() < missing:
            cells.append(rng.choice(["", ""] + USUAL))
        elif kind == "word":
            cells.append(rng.choice(WORDS))
        elif kind == "mixed":
            cells.append(rng.choice([rng.choice(WORDS), number(rng, "int"), number(rng, "decimal")]))
        elif kind == "constant":
            cells.append("42")
        elif kind == "zeros":
            cells.append("0" if rng.random() < 0.9 else number(rng, "int"))
        else:
            cells.append(number(rng, kind))
    return cells


def make_file(rng, path):
    rows, columns = rng.randint(2, 30), rng.randint(2, 6)
    cells = [column(rng, rows) for _ in range(columns)]
    names = [f"column {chr(97 + i)}" if rng.random() < 0.3 else f"c{chr(97 + i)}" for i in range(columns)]
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator=rng.choice(["\n", "\r\n"]),
                            quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        writer.writerow(names)
        writer.writerows(zip(*cells))
    return names


def as_decimal(text):
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def compare_cell(found, written, kind):
    """The cause of a difference between a cell and the text in the file; "" where there is none."""
    bare = written.strip()
    if found is None:
        return "" if bare == "" or bare in USUAL else "ERROR: a value is missing"
    if kind == "text":
        return "" if found == written else "ERROR: a text is another one"
    if bare == "" or bare in USUAL:
        return "ERROR: a missing number has a value"
    value, meant = as_decimal(found), as_decimal(bare)
    if value is None or meant is None:
        return "ERROR: a number that is none"
    if value == meant:
        return ""
    # A fraction is the double nearest to it, or a float that prints as what was written.
    return "" if float(found) == float(bare) else "ERROR: a number is another one"


def pandas_cause(found, theirs, written, kind):
    """Why Kindred and pandas differ on a cell."""
    theirs_missing = theirs is None or (isinstance(theirs, float) and math.isnan(theirs))
    bare = written.strip()
    if (found is None) != theirs_missing:
        if found is None and bare == "" and theirs == "":
            return "argued: an empty cell among numbers too long for pandas, which keeps it as text"
        if found is None:
            return "argued: a word that pandas keeps means missing here" if bare in USUAL \
                else "ERROR: missing here alone"
        return "argued: a word of the list looks like the column's other words" if kind == "text" \
            and bare in USUAL else "ERROR: missing in pandas alone"
    if found is None:
        return ""
    if isinstance(theirs, (bool,)) or str(theirs) in ("True", "False"):
        return "argued: truth values are words" if str(theirs).lower() == found.lower() else "ERROR: truth"
    if kind == "text":
        if str(theirs) == found:
            return ""
        if as_decimal(bare) is not None:
            return "argued: zip codes and numbers too long for a double keep their digits as text"
        return "ERROR: text"
    if str(theirs) == found or float(theirs) == float(found):
        return ""
    if Decimal(found) == as_decimal(bare):
        return "argued: a whole number that pandas rounds, since one beside it is missing"
    return "ERROR: number"


def compare_file(path, line, causes, examples):
    def note(cause, detail):
        causes[cause] += 1
        examples.setdefault(cause, f"{path}: {detail}")

    if "error" in line:
        return note("ERROR: refused", line["error"])
    with open(path, newline="", encoding="utf-8") as file:
        records = list(csv.reader(file))
    names, rows = records[0], records[1:]
    if list(line["types"]) != names or len(line["cells"]) != len(rows):
        return note("ERROR: names or rows", f"{len(line['cells'])} rows of {len(rows)}")
    theirs = pandas.read_csv(path) if pandas else None
    for r, row in enumerate(rows):
        for c, written in enumerate(row):
            kind = line["types"][names[c]]
            found = line["cells"][r][c]
            cause = compare_cell(found, written, kind)
            causes["cells"] += 1
            if cause:
                note(cause, f"row {r + 1}, '{names[c]}' ({kind}): {found!r} for {written!r}")
            if theirs is None:
                continue
            cause = pandas_cause(found, theirs.iat[r, c], written, kind)
            if cause:
                note(cause, f"row {r + 1}, '{names[c]}' ({kind}): {found!r}, pandas "
                            f"{theirs.iat[r, c]!r}, for {written!r}")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default="build/release/tests/tables/table_cells")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    causes, examples = Counter(), {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.csv") for i in range(options.count)]
        for path in paths:
            make_file(rng, path)
        for begin in range(0, len(paths), 200):
            part = paths[begin:begin + 200]
            output = subprocess.run([options.program, *part], check=True, capture_output=True, text=True)
            for path, line in zip(part, io.StringIO(output.stdout)):
                compare_file(path, json.loads(line), causes, examples)
    print(f"{options.count} files, {causes.pop('cells', 0)} cells, pandas "
          f"{pandas.__version__ if pandas else 'is not installed'}")
    for cause, count in causes.most_common():
        print(f"{count:8}  {cause}\n          {examples[cause]}")
    return 1 if any(cause.startswith("ERROR") for cause in causes) else 0


if __name__ == "__main__":
    sys.exit(main())
