#!/usr/bin/env python3
"""Seconds of faiss's IndexFlatIP and of Kindred's exact search for the same lists.

    python3 -m venv /somewhere/venv && /somewhere/venv/bin/pip install faiss-cpu safetensors
    /somewhere/venv/bin/python faiss_flat.py MODEL build/release/benchmarks/top_k_bench
        [--queries 16384] [--k 10] [--threads 2] [--repetitions 5] [--exclude no,yes]

Both read the vectors and the seen items of one model file and answer the same users on the same
threads, in turns. faiss is split over the threads: each searches its part of the users with
OpenMP and BLAS on one thread, which is faster than faiss's own threading. Both include set-up
(faiss: copying the items into the index; Kindred: norms, order and codes).

"all allowed" compares the searches alone. "seen left out" compares what a recommender needs. faiss
cannot leave out other items for each query of a batch, so it searches for k plus as many as the users
of a batch of 256 have seen at most, users in the order of how much they have seen, and what was seen
is taken out of the lists afterwards. Scores must agree to 1e-5 of |user| |item|; the ids of
the k best too, but for scores that are that near to each other.

Processor seconds are printed beside elapsed ones: other programs on the machine disturb them less.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import threading  # noqa: E402

import faiss  # noqa: E402
import numpy  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

BATCH = 256


def read(path, wanted):
    """Items, users and their seen items: as top_k_bench picks them."""
    tensors = load_file(path)
    vectors = tensors["user.vectors"]
    learned = numpy.flatnonzero(numpy.any(vectors != 0, axis=1))
    count = len(learned) if wanted == "all" else min(len(learned), int(wanted))
    users = learned[numpy.arange(count) * len(learned) // count]
    offsets, columns = tensors["seen.offsets"], tensors["seen.columns"]
    seen = [columns[offsets[user]:offsets[user + 1]] for user in users]
    return tensors["item.vectors"], numpy.ascontiguousarray(vectors[users]), seen


def without_seen(scores, ids, seen, k):
    """The first k of each row that its user has not seen."""
    kept_scores = numpy.full((len(ids), k), -numpy.inf, numpy.float32)
    kept_ids = numpy.full((len(ids), k), -1, numpy.int64)
    for row, row_seen in enumerate(seen):
        keep = numpy.flatnonzero(~numpy.isin(ids[row], row_seen))[:k]
        kept_ids[row, :len(keep)] = ids[row, keep]
        kept_scores[row, :len(keep)] = scores[row, keep]
    return kept_scores, kept_ids


def faiss_lists(items, users, seen, k, threads):
    """Scores and ids; `seen` is None where everything is allowed."""
    index = faiss.IndexFlatIP(items.shape[1])
    index.add(items)
    scores = numpy.empty((len(users), k), numpy.float32)
    ids = numpy.empty((len(users), k), numpy.int64)
    if seen is None:
        parts = numpy.array_split(numpy.arange(len(users)), threads)
    else:
        order = numpy.argsort([len(row) for row in seen], kind="stable")
        batches = [order[begin:begin + BATCH] for begin in range(0, len(order), BATCH)]
        parts = [batches[thread::threads] for thread in range(threads)]

    def work(part):
        faiss.omp_set_num_threads(1)
        if seen is None:
            scores[part], ids[part] = index.search(users[part], k)
            return
        for batch in part:
            batch_seen = [seen[row] for row in batch]
            more = min(len(items), k + max(len(row) for row in batch_seen))
            found = index.search(users[batch], more)
            scores[batch], ids[batch] = without_seen(*found, batch_seen, k)

    workers = [threading.Thread(target=work, args=(part,)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return scores, ids


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def kindred(arguments, exclude, lists):
    """Elapsed and processor seconds of one run of top_k_bench, and the share of pairs it scanned."""
    output = subprocess.run(
        [arguments.bench, arguments.model, "--queries", arguments.queries, "--k", str(arguments.k),
         "--threads", str(arguments.threads), "--repetitions", "1", "--single", "0",
         "--exclude", exclude, "--lists", lists],
        check=True, capture_output=True, text=True).stdout
    total = re.search(r"total ([\d.]+) s; ([\d.]+) s of processor", output)
    return (float(total[1]), float(total[2]), re.search(r"([\d.]+)% of the pairs", output)[1],
            re.search(r"norms: (.*)", output)[1])


def differing_lists(path, scores, ids, items, users):
    """How many of Kindred's lists cannot be explained by faiss's rounding."""
    table = numpy.fromfile(path, dtype=[("id", "<u4"), ("score", "<f4")]).reshape(ids.shape)
    slack = 1e-5 * numpy.linalg.norm(users, axis=1, keepdims=True) * numpy.linalg.norm(items, axis=1).max()
    near = numpy.abs(numpy.sort(table["score"], axis=1) - numpy.sort(scores, axis=1)) <= slack
    return int(numpy.sum(~near.all(axis=1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("bench")
    parser.add_argument("--queries", default="16384")
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--exclude", default="no,yes", help="which comparisons: no, yes or both")
    parser.add_argument("--lists", default="/tmp/top_k_lists.bin", help="scratch file")
    arguments = parser.parse_args()

    items, users, seen = read(arguments.model, arguments.queries)
    print(f"faiss {faiss.__version__} ({faiss.get_compile_options().strip()}), {len(users)} users x "
          f"{len(items)} items, d {items.shape[1]}, k {arguments.k}, {arguments.threads} threads")
    for exclude in arguments.exclude.split(","):
        theirs, ours = [], []
        for _ in range(arguments.repetitions):
            start, processor_start = time.time(), processor_seconds()
            scores, ids = faiss_lists(items, users, seen if exclude == "yes" else None, arguments.k,
                                      arguments.threads)
            theirs.append((time.time() - start, processor_seconds() - processor_start))
            *times, scanned, norms = kindred(arguments, exclude, arguments.lists)
            ours.append(times)
        print(f"{'seen left out' if exclude == 'yes' else 'all allowed'}; {norms}; {scanned}% of the pairs "
              f"scanned; {differing_lists(arguments.lists, scores, ids, items, users)} lists differ")
        for column, name in enumerate(("elapsed", "processor")):
            a = sorted(row[column] for row in theirs)
            b = sorted(row[column] for row in ours)
            print(f"  {name:9}  faiss {statistics.median(a):7.3f} s ({a[0]:.3f} - {a[-1]:.3f})   "
                  f"Kindred {statistics.median(b):7.3f} s ({b[0]:.3f} - {b[-1]:.3f})   "
                  f"ratio {statistics.median(a) / statistics.median(b):.1f}", flush=True)


if __name__ == "__main__":
    main()
