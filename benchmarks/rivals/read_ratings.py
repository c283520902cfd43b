"""Times pandas' C reader on a CSV file, beside benchmarks/reader_bench --file.

    python read_ratings.py FILE.csv [--repeats 5]

pandas parses the columns into arrays and stops there; Kindred also numbers users and
items, sorts each user's ratings and merges duplicates, or with --table encodes the
columns. Needs pandas (PyPI).
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
rates = {"MB/s": [], "MB a processor second": []}
for _ in range(arguments.repeats):
    begin, processor_begin = time.perf_counter(), time.process_time()
    table = pandas.read_csv(arguments.file)
    rates["MB/s"].append(megabytes / (time.perf_counter() - begin))
    rates["MB a processor second"].append(megabytes / (time.process_time() - processor_begin))
print(f"pandas {pandas.__version__}, {len(table)} rows, one thread:")
for unit, found in rates.items():
    print(f"  {statistics.median(found):.0f} {unit} ({min(found):.0f} .. {max(found):.0f})")
