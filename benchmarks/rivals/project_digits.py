#!/usr/bin/env python3
"""Maps of the 10,000 MNIST test digits by Kindred and by Python's packages, turn by turn.

    python3 -m venv /somewhere/venv
    /somewhere/venv/bin/pip install numpy scikit-learn umap-learn openTSNE
    /somewhere/venv/bin/python project_digits.py FOLDER PROJECTION_BENCH [--rounds 2]
        [--methods pca,umap3,tsne2,tsne2fft] [--threads 2]

In each round Kindred's program and the rival of every method run one after the other, so that
both see the same machine. umap-learn is warmed up first (its compilation is not counted); it runs
without a seed, which is its parallel, faster mode. Both t-SNEs reduce to 50 principal components
first; tsne2 is openTSNE's by a tree, tsne2fft the one that interpolates. One ruler measures the maps
of both: k = 15, and for t-SNE the Kullback-Leibler divergence over all pairs.
"""

import argparse
import gzip
import os
import re
import resource
import subprocess
import tempfile
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


class Ruler:
    """Measures maps, whoever made them."""

    def __init__(self, images, labels):
        self.labels = labels
        self.near = neighbors(images)
        sample = numpy.random.RandomState(1).choice(len(images), 3000, replace=False)
        self.sample, self.sampled_images = sample, images[sample]
        self.affinities = None
        self.images = images

    def quality(self, method, places):
        from sklearn.manifold import trustworthiness
        found = neighbors(places)
        votes = numpy.array([numpy.bincount(self.labels[row], minlength=10).argmax()
                             for row in found])
        kept = numpy.mean([len(set(a) & set(b)) / 15 for a, b in zip(self.near, found)])
        trust = trustworthiness(self.sampled_images, places[self.sample], n_neighbors=15)
        text = f"kNN {(votes == self.labels).mean():.4f}  trust {trust:.4f}  kept {kept:.4f}"
        return text + (f"  KL {self.divergence(places):.4f}" if method.startswith("tsne") else "")

    def divergence(self, places):
        """Of the map from openTSNE's affinities, all pairs exactly."""
        if self.affinities is None:
            from openTSNE.affinity import PerplexityBasedNN
            from sklearn.decomposition import PCA
            reduced = PCA(50, random_state=1).fit_transform(self.images)
            self.affinities = PerplexityBasedNN(reduced, perplexity=30, method="exact").P.tocoo()
        places = numpy.asarray(places, numpy.float64)
        squares = (places ** 2).sum(1)
        total = -float(len(places))  # A point is no pair with itself.
        for begin in range(0, len(places), 500):
            rows = slice(begin, begin + 500)
            distances = squares[rows, None] + squares[None] - 2 * places[rows] @ places.T
            total += (1 / (1 + numpy.maximum(distances, 0))).sum()
        pairs = self.affinities
        apart = ((places[pairs.row] - places[pairs.col]) ** 2).sum(1)
        expected = 1 / (1 + apart) / total
        weights = pairs.data / pairs.data.sum()
        return float((weights * numpy.log(numpy.maximum(weights, 1e-300) / expected)).sum())


def rival(method, images, threads):
    dimensions = next((int(c) for c in method if c.isdigit()), 3)
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
        gradient = "fft" if method.endswith("fft") else "bh"
        return numpy.asarray(openTSNE.TSNE(n_components=2, perplexity=30, n_jobs=threads,
                                           negative_gradient_method=gradient,
                                           n_iter=750).fit(reduced))
    from sklearn.manifold import TSNE
    return TSNE(n_components=dimensions, perplexity=30, init="pca", n_jobs=threads,
                max_iter=1000).fit_transform(reduced)


def processor_seconds(who=resource.RUSAGE_SELF):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def timed(work, who=resource.RUSAGE_SELF):
    wall, processor = time.time(), processor_seconds(who)
    result = work()
    return result, time.time() - wall, processor_seconds(who) - processor


def ours(arguments, method, folder):
    """Kindred's map, and its time without the reading of files, as its program prints it."""
    name = method.removesuffix("fft")
    done = subprocess.run([arguments.program, arguments.folder, "10000", str(arguments.threads),
                           "1", name, folder + "/"], capture_output=True, text=True, check=True)
    numbers = re.findall(r"([\d.]+) s \(", done.stdout.splitlines()[-1])
    return numpy.load(f"{folder}/{name}.npy"), float(numbers[0]), float(numbers[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--methods", default="pca,umap3,tsne2")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    images, labels = read(arguments.folder)
    ruler = Ruler(images, labels)
    methods = arguments.methods.split(",")
    if any(method.startswith("umap") for method in methods):
        # Compiles; under 4,096 rows it would take another way to the neighbours than for all.
        rival("umap3", images[:5000], arguments.threads)
    for _ in range(arguments.rounds):
        for method in methods:
            with tempfile.TemporaryDirectory() as folder:
                places, wall, processor = ours(arguments, method, folder)
            theirs, rival_wall, rival_processor = timed(
                lambda name=method: rival(name, images, arguments.threads))
            for name, seconds, cpu, result in (("kindred", wall, processor, places),
                                               ("rival", rival_wall, rival_processor, theirs)):
                print(f"{name:8}{method:9}{seconds:8.2f} s, processor {cpu:7.2f} s  "
                      f"{ruler.quality(method, result)}", flush=True)
            print(f"        {method:9}ratio {rival_wall / wall:.1f}, of processor seconds "
                  f"{rival_processor / processor:.1f}; load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
