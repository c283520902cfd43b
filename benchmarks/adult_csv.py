#!/usr/bin/env python3
"""Writes the census income files of the UCI repository as CSV: train.csv and test.csv.

    benchmarks/adult_csv.py FOLDER OUT      FOLDER has adult.data.gz and adult.test.gz

Names the columns, drops the line of the test file that is a comment, and the dot that ends its
labels, so that both files say the same thing in the same words.
"""

import gzip
import sys
from pathlib import Path

COLUMNS = ("age workclass fnlwgt education education_num marital occupation relationship race sex "
           "gain loss hours country income").split()


def people(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split(",")]
            if len(fields) == len(COLUMNS):
                yield fields[:-1] + [fields[-1].rstrip(".")]


def main(folder, out):
    for source, target in (("adult.data.gz", "train.csv"), ("adult.test.gz", "test.csv")):
        rows = [COLUMNS, *people(Path(folder) / source)]
        (Path(out) / target).write_text("".join(",".join(row) + "\n" for row in rows))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
