#!/usr/bin/env python3
"""Maps of the 10,000 MNIST test digits by Kindred and by Python's packages, turn by turn.

    python3 -m venv /somewhere/venv
    /somewhere/venv/bin/pip install numpy scikit-learn umap-learn openTSNE
    /somewhere/venv/bin/python project_digits.py FOLDER PROJECTION_BENCH [--rounds 2]
        [--methods pca,umap3,tsne2] [--threads 2]

In each round Kindred's program and the rival of every method run one after the other, so that
both see the same machine. umap-learn is warmed up first (its compilation is not counted); it runs
without a seed, which is its parallel, faster mode. Both t-SNEs reduce to 50 principal components
first. Quality is measured here for the rivals with k = 15 as projection_bench does for Kindred's.
"""

import argparse
import gzip
import os
import resource
import subprocess
import time
import warnings

import numpy

warnings.filterwarnings("ignore")


def read(folder):
    def load(name, offset):
        with gzip.open(os.path.join(folder, name)) as file:
            return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)
    images = load("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(numpy.float32) / 255
    return images, load("t10k-labels-idx1-ubyte.gz", 8)


def neighbors(points, k=15):
    from sklearn.neighbors import NearestNeighbors
    model = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points)
    return model.kneighbors(return_distance=False)


def quality(images, labels, near, places):
    from sklearn.manifold import trustworthiness
    found = neighbors(places)
    votes = numpy.array([numpy.bincount(labels[row], minlength=10).argmax() for row in found])
    kept = numpy.mean([len(set(a) & set(b)) / 15 for a, b in zip(near, found)])
    sample = numpy.random.RandomState(1).choice(len(images), 3000, replace=False)
    trust = trustworthiness(images[sample], places[sample], n_neighbors=15)
    return f"kNN {(votes == labels).mean():.4f}  trust {trust:.4f}  kept {kept:.4f}"


def rival(method, images, threads):
    dimensions = int(method[-1]) if method[-1].isdigit() else 3
    if method == "pca":
        from sklearn.decomposition import PCA
        return PCA(3).fit_transform(images)
    if method.startswith("umap"):
        import umap
        return umap.UMAP(n_components=dimensions, n_jobs=threads).fit_transform(images)
    from sklearn.decomposition import PCA
    reduced = PCA(50).fit_transform(images)
    if dimensions == 2:
        import openTSNE
        return numpy.asarray(openTSNE.TSNE(n_components=2, perplexity=30, n_jobs=threads,
                                           negative_gradient_method="bh",
                                           n_iter=750).fit(reduced))
    from sklearn.manifold import TSNE
    return TSNE(n_components=dimensions, perplexity=30, init="pca", n_jobs=threads,
                max_iter=1000).fit_transform(reduced)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--methods", default="pca,umap3,tsne2")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    images, labels = read(arguments.folder)
    near = neighbors(images)
    methods = arguments.methods.split(",")
    if any(method.startswith("umap") for method in methods):
        rival("umap3", images[:1500], arguments.threads)  # Compiles.
    for round_index in range(arguments.rounds):
        for method in methods:
            ours = subprocess.run([arguments.program, arguments.folder, "10000",
                                   str(arguments.threads), "1", method],
                                  capture_output=True, text=True, check=True)
            print("kindred", ours.stdout.splitlines()[-1], flush=True)
            wall, processor = time.time(), processor_seconds()
            places = rival(method, images, arguments.threads)
            wall, processor = time.time() - wall, processor_seconds() - processor
            print(f"rival   {method:7} {wall:8.2f} s, processor {processor:8.2f} s  "
                  f"{quality(images, labels, near, places)}", flush=True)


if __name__ == "__main__":
    main()
