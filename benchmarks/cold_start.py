#!/usr/bin/env python3
"""How well `kindred towers` ranks movies that nobody has rated: MovieLens 1M.

    benchmarks/cold_start.py build/release/bin/kindred ml-1m [--seed 1] [FLAGS OF kindred towers]

A fifth of the movies, chosen by the seed, loses all its ratings. A model is trained on the
others and on what movies.dat and users.dat say; then the movies that were taken away are ranked
among themselves for everybody, by cosine, and compared with who had rated them: the mean over
people of the area under the curve, and of recall@20 beside that of chance. Needs numpy.
"""

import argparse
import gzip
import random
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy

COUNT = 20


def split(folder, seed, ratings_file):
    """Writes the ratings that are left; returns who rated which of the movies taken away."""
    with open(folder / "movies.dat", encoding="latin1") as lines:
        movies = [line.split("::")[0] for line in lines]
    random.Random(seed).shuffle(movies)
    cold = set(movies[:len(movies) // 5])
    raters = defaultdict(set)
    with gzip.open(folder / "ratings_uir.dat.gz", "rt") as lines, open(ratings_file, "w") as left:
        left.write("user,item,rating\n")
        for line in lines:
            user, movie, rating = line.replace("::", "\t").split()[:3]
            if movie in cold:
                raters[user].add(movie)
            else:
                left.write(f"{user},{movie},{rating}\n")
    return cold, raters


def vectors(kindred, model, side):
    file = model.with_name(f"{side}.npy")
    subprocess.run([kindred, "export", model, "--what", side, "-o", file, "--quiet"], check=True)
    labels = file.with_suffix(".labels.txt").read_text(encoding="utf-8").splitlines()
    return labels, numpy.load(file)


def area_under_curve(scores, is_rated):
    ranks = numpy.empty(len(scores))
    ranks[numpy.argsort(scores, kind="stable")] = numpy.arange(1, len(scores) + 1)
    rated = is_rated.sum()
    return (ranks[is_rated].sum() - rated * (rated + 1) / 2) / (rated * (len(scores) - rated))


def judge(users, items, cold, raters):
    movies = [row for row, label in enumerate(items[0]) if label in cold]
    labels = [items[0][row] for row in movies]
    figures = []
    for user, vector in zip(*users):
        is_rated = numpy.array([label in raters[user] for label in labels])
        if not 0 < is_rated.sum() < len(labels):
            continue
        scores = items[1][movies] @ vector
        best = numpy.argsort(-scores, kind="stable")[:COUNT]
        reachable = min(COUNT, is_rated.sum())
        figures.append((area_under_curve(scores, is_rated), is_rated[best].sum() / reachable,
                        COUNT * is_rated.mean() / reachable))
    return numpy.mean(figures, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kindred", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments, flags = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as work:
        model = Path(work) / "m.kindred"
        ratings = Path(work) / "ratings.csv"
        cold, raters = split(arguments.folder, arguments.seed, ratings)
        subprocess.run([arguments.kindred, "towers", ratings, "-o", model,
                        "--items", arguments.folder / "movies.dat",
                        "--users", arguments.folder / "users.dat", "--encoding", "latin1",
                        "--positive-from", "all", "--seed", str(arguments.seed)] + flags, check=True)
        area, recall, chance = judge(vectors(arguments.kindred, model, "users"),
                                     vectors(arguments.kindred, model, "items"), cold, raters)
    print(f"seed {arguments.seed}: {len(cold)} movies without ratings: AUC {area:.4f}  "
          f"recall@{COUNT} {recall:.4f}, {recall / chance:.2f} times that of chance")


if __name__ == "__main__":
    main()
