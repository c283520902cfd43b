"""Times pandas' C reader on a ratings file, beside benchmarks/reader_bench --file.

    python read_ratings.py RATINGS.csv [--repeats 5]

pandas parses the columns into arrays and stops there; Kindred also numbers users and
items, sorts each user's ratings and merges duplicates. Needs pandas (PyPI).
"""

import argparse
import os
import statistics
import time

import pandas

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--repeats", type=int, default=5)
arguments = parser.parse_args()

megabytes = os.path.getsize(arguments.file) / 1e6
rates = []
for _ in range(arguments.repeats):
    begin = time.perf_counter()
    table = pandas.read_csv(arguments.file)
    rates.append(megabytes / (time.perf_counter() - begin))
print(
    f"pandas {pandas.__version__}, {len(table)} rows: "
    f"{statistics.median(rates):.0f} MB/s ({min(rates):.0f} .. {max(rates):.0f}), one thread"
)
