#!/usr/bin/env python3
"""Seconds of an epoch of implicit's ALS on the matrix that ials_bench reads.

    python3 -m venv /somewhere/venv && /somewhere/venv/bin/pip install implicit
    OPENBLAS_NUM_THREADS=1 /somewhere/venv/bin/python implicit_als.py RATINGS.gz [--lists]
        [--dims 64,128] [--epochs 3] [--threads 2]

Runs its Cholesky solver and its default, three steps of conjugate gradients. implicit fits
another objective (weight 1 + alpha for a positive, 1 for all others, plain ridge); only the time
is comparable, and of the two solvers only Cholesky is exact.
"""

import argparse
import gzip
import resource
import statistics
import time

import numpy
import scipy.sparse


def read(path, lists):
    """Users x items with a 1 for each pair; both numbered by first appearance."""
    users, items, rows, columns = {}, {}, [], []
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="latin-1") as file:
        for line in file:
            fields = line.replace("::", " ").split()
            if len(fields) < 2:
                continue
            user = users.setdefault(fields[0], len(users))
            for item in fields[1:] if lists else fields[1:2]:
                rows.append(user)
                columns.append(items.setdefault(item, len(items)))
    ones = numpy.ones(len(rows), numpy.float32)
    matrix = scipy.sparse.csr_matrix((ones, (rows, columns)), (len(users), len(items)))
    matrix.data[:] = 1.0
    return matrix


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ratings")
    parser.add_argument("--lists", action="store_true")
    parser.add_argument("--dims", default="128")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    import implicit
    from implicit.cpu.als import AlternatingLeastSquares

    matrix = read(arguments.ratings, arguments.lists)
    print(f"implicit {implicit.__version__}: {matrix.shape[0]} users x {matrix.shape[1]} items, "
          f"{matrix.nnz} pairs")
    print(f"{'d':>5}  {'solver':<8}  {'s/epoch':>8}  {'spread':>17}  {'cpu s':>8}")
    for dimensions in map(int, arguments.dims.split(",")):
        for name, use_cg in (("cholesky", False), ("cg", True)):
            moments = []
            model = AlternatingLeastSquares(
                factors=dimensions, regularization=0.01, alpha=1.0, dtype=numpy.float32,
                use_native=True, use_cg=use_cg, iterations=arguments.epochs + 1,
                calculate_training_loss=False, num_threads=arguments.threads, random_state=1)
            model.fit(matrix, show_progress=False,
                      callback=lambda *_: moments.append((time.time(), processor_seconds())))
            seconds = [b[0] - a[0] for a, b in zip(moments, moments[1:])]
            processor = (moments[-1][1] - moments[0][1]) / len(seconds)
            print(f"{dimensions:5}  {name:<8}  {statistics.median(seconds):8.3f}  "
                  f"{min(seconds):7.3f} - {max(seconds):7.3f}  {processor:8.3f}", flush=True)


if __name__ == "__main__":
    main()
