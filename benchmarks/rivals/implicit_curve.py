#!/usr/bin/env python3
"""How good implicit's ALS is after how many seconds: a grid first, then the curve of the best.

    python3 -m venv /somewhere/venv && /somewhere/venv/bin/pip install implicit
    OPENBLAS_NUM_THREADS=1 /somewhere/venv/bin/python implicit_curve.py TRAIN.gz --test TEST.gz --lists
        [--dims 64,128] [--alphas 20,50,100] [--regularizations 20,50,100,200] [--epochs 15]
        [--grid-epochs 8] [--people 5000] [--threads 2] [--solvers cg,cholesky]

Every setting is trained for --grid-epochs and judged by NDCG@20; the best is trained again and judged
after every epoch, seconds counted without the judging, as benchmarks/ials_curve.cc does. The people
are evenly spread over those who have a test pair, in the order of the training file, and everything
that is not a training pair of theirs is a candidate. The grid is trained with implicit's default
solver, three steps of conjugate gradients, which is its fastest; the curve with each of --solvers.
"""

import argparse
import gzip
import time

import numpy
import scipy.sparse

from implicit_als import processor_seconds


def read(path, lists, users=None, items=None):
    """Pairs as index arrays; with given numbering, pairs unknown to it are left out."""
    known = users is not None
    users, items = (users, items) if known else ({}, {})
    rows, columns = [], []
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="latin-1") as file:
        for line in file:
            fields = line.replace("::", " ").split()
            for item in fields[1:] if lists else fields[1:2]:
                if known:
                    if fields[0] in users and item in items:
                        rows.append(users[fields[0]])
                        columns.append(items[item])
                else:
                    rows.append(users.setdefault(fields[0], len(users)))
                    columns.append(items.setdefault(item, len(items)))
    return rows, columns, users, items


def matrix_of(rows, columns, shape):
    ones = numpy.ones(len(rows), numpy.float32)
    matrix = scipy.sparse.csr_matrix((ones, (rows, columns)), shape)
    matrix.data[:] = 1.0
    return matrix


def ndcg(model, train, test, people):
    ids, _ = model.recommend(people, train[people], N=20, filter_already_liked_items=True)
    discounts = 1.0 / numpy.log2(numpy.arange(2, 22))
    best = numpy.concatenate([[0.0], numpy.cumsum(discounts)])
    total = 0.0
    for person, row in zip(people, ids):
        targets = test.indices[test.indptr[person]:test.indptr[person + 1]]
        total += discounts[numpy.isin(row, targets)].sum() / best[min(20, len(targets))]
    return total / len(people)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("--test", required=True)
    parser.add_argument("--lists", action="store_true")
    parser.add_argument("--dims", default="64,128")
    parser.add_argument("--alphas", default="20,50,100")
    parser.add_argument("--regularizations", default="20,50,100,200")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--grid-epochs", type=int, default=8)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--solvers", default="cg")
    arguments = parser.parse_args()
    import implicit
    from implicit.cpu.als import AlternatingLeastSquares

    rows, columns, users, items = read(arguments.train, arguments.lists)
    shape = (len(users), len(items))
    train = matrix_of(rows, columns, shape)
    test = matrix_of(*read(arguments.test, arguments.lists, users, items)[:2], shape)
    test = test - test.multiply(train)
    test.eliminate_zeros()
    with_targets = numpy.flatnonzero(numpy.diff(test.indptr))
    wanted = min(len(with_targets), arguments.people)
    people = with_targets[numpy.arange(wanted) * len(with_targets) // wanted]
    print(f"implicit {implicit.__version__}: {shape[0]} users x {shape[1]} items, {train.nnz} pairs, "
          f"{wanted} people", flush=True)

    def fit(dimensions, alpha, regularization, epochs, use_cg=True, callback=None):
        model = AlternatingLeastSquares(
            factors=dimensions, regularization=regularization, alpha=alpha, dtype=numpy.float32,
            use_native=True, use_cg=use_cg, iterations=epochs, num_threads=arguments.threads, random_state=1)
        model.fit(train, show_progress=False, callback=callback and (lambda *_: callback(model)))
        return model

    best = None
    print(f"{'d':>5}  {'alpha':>6}  {'lambda':>7}  {'ndcg@20':>8}")
    for dimensions in map(int, arguments.dims.split(",")):
        for alpha in map(float, arguments.alphas.split(",")):
            for regularization in map(float, arguments.regularizations.split(",")):
                value = ndcg(fit(dimensions, alpha, regularization, arguments.grid_epochs), train, test, people)
                print(f"{dimensions:5}  {alpha:6.0f}  {regularization:7.1f}  {value:8.4f}", flush=True)
                best = max(best or (-1.0,), (value, dimensions, alpha, regularization))

    _, dimensions, alpha, regularization = best
    print(f"the best of the grid: d {dimensions}, alpha {alpha:.0f}, lambda {regularization:.1f}")
    clock = {}

    def judge(model):
        clock["epoch"] += 1
        clock["elapsed"] += time.time() - clock["start"]
        clock["processor"] += processor_seconds() - clock["processor_start"]
        print(f"{clock['epoch']:5}  {clock['elapsed']:9.3f}  {clock['processor']:11.3f}  "
              f"{ndcg(model, train, test, people):8.4f}", flush=True)
        clock["start"], clock["processor_start"] = time.time(), processor_seconds()

    for solver in arguments.solvers.split(","):
        print(f"{solver}\n{'epoch':>5}  {'elapsed s':>9}  {'processor s':>11}  {'ndcg@20':>8}")
        clock.update(epoch=0, elapsed=0.0, processor=0.0, start=time.time(),
                     processor_start=processor_seconds())
        fit(dimensions, alpha, regularization, arguments.epochs, solver == "cg", judge)


if __name__ == "__main__":
    main()
