#!/usr/bin/env python3
"""Rows a second of PyTorch and Keras on the tasks of fit_bench, each beside fit_bench itself.

    python3 -m venv /somewhere/venv && /somewhere/venv/bin/pip install torch
    OMP_NUM_THREADS=1 /somewhere/venv/bin/python fit_rivals.py build/release/benchmarks/fit_bench

Debian's python3-torch does as well. Every task is run in turns, fit_bench then the rival, one
thread each, by processor seconds, so that a machine that is busy slows both. Data lie in memory
as tensors; what is timed is the loop over batches: forward, loss, backward, step; of Keras, fit().
A rival that is not installed is left out.
"""

import argparse
import re
import resource
import statistics
import subprocess

SIZES = [9, 16, 7, 15, 6, 5, 2, 42]
TASKS = [("adult", 32, 20_000), ("adult", 256, 60_000), ("adult", 1024, 120_000),
         ("adult", 16384, 163_840), ("wide_deep", 256, 60_000), ("table", 1024, 200_000),
         ("table_lazy", 1024, 200_000), ("table_adam", 1024, 51_200)]
WIDE_IDS, WIDE_ACTIVE, TABLE_IDS = 1_000_000, 10, 500_000


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class TorchTask:
    def __init__(self, name, batch, rows):
        import torch
        torch.manual_seed(1)
        torch.set_num_threads(1)
        self.torch, self.name, self.batch, self.rows = torch, name, batch, rows
        self.label = (torch.rand(rows) < 0.25).float()
        parameters, sparse = [], []
        if name.startswith("table"):
            # Equal algorithms: torch's Adam moves every row in every step and takes only a
            # dense gradient; SparseAdam moves the rows of the batch, as LazyAdam does.
            self.ids = torch.randint(0, TABLE_IDS, (rows,))
            self.table = torch.nn.Embedding(TABLE_IDS, 32, sparse=name != "table_adam")
            self.layers = torch.nn.Linear(32, 1)
            (parameters if name == "table_adam" else sparse).append(self.table.weight)
            parameters += list(self.layers.parameters())
        else:
            self.categories = [torch.randint(0, size, (rows,)) for size in SIZES]
            self.numbers = torch.randn(rows, 5)
            self.tables = torch.nn.ModuleList(torch.nn.Embedding(size, 8) for size in SIZES)
            self.layers = torch.nn.Sequential(
                torch.nn.Linear(69, 100), torch.nn.ReLU(), torch.nn.Linear(100, 50),
                torch.nn.ReLU(), torch.nn.Linear(50, 1))
            parameters += list(self.tables.parameters()) + list(self.layers.parameters())
        if name == "wide_deep":
            self.wide_ids = torch.randint(0, WIDE_IDS, (rows, WIDE_ACTIVE))
            self.wide = torch.nn.EmbeddingBag(WIDE_IDS, 1, mode="sum", sparse=True)
            sparse.append(self.wide.weight)
        if name in ("adult", "table_adam"):
            self.optimizers = [torch.optim.Adam(parameters)]
        elif name == "table_lazy":
            self.optimizers = [torch.optim.Adam(parameters), torch.optim.SparseAdam(sparse)]
        else:
            self.optimizers = [torch.optim.Adagrad(parameters, lr=0.001),
                               torch.optim.Adagrad(sparse, lr=0.001)]

    def forward(self, rows):
        if self.name.startswith("table"):
            return self.layers(self.table(self.ids[rows])).squeeze(1)
        parts = [table(column[rows]) for table, column in zip(self.tables, self.categories)]
        logits = self.layers(self.torch.cat(parts + [self.numbers[rows]], 1))
        if self.name == "wide_deep":
            logits = logits + self.wide(self.wide_ids[rows])
        return logits.squeeze(1)

    def epoch(self):
        loss_of = self.torch.nn.functional.binary_cross_entropy_with_logits
        order = self.torch.randperm(self.rows)
        for begin in range(0, self.rows, self.batch):
            rows = order[begin:begin + self.batch]
            for optimizer in self.optimizers:
                optimizer.zero_grad(set_to_none=True)
            loss_of(self.forward(rows), self.label[rows]).backward()
            for optimizer in self.optimizers:
                optimizer.step()


class KerasTask:
    """The first task alone: what fit() of an equal network costs."""

    def __init__(self, name, batch, rows):
        if name != "adult":
            raise NotImplementedError
        import keras
        import numpy
        self.batch = batch
        draws = numpy.random.default_rng(1)
        inputs = [keras.Input((), dtype="int32") for _ in SIZES] + [keras.Input((5,))]
        parts = [keras.layers.Embedding(size, 8)(one) for size, one in zip(SIZES, inputs)]
        joined = keras.layers.Concatenate()(parts + [inputs[-1]])
        for units in (100, 50):
            joined = keras.layers.Dense(units, "relu")(joined)
        self.model = keras.Model(inputs, keras.layers.Dense(1)(joined))
        self.model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        self.x = [draws.integers(0, size, rows).astype("int32") for size in SIZES]
        self.x.append(draws.standard_normal((rows, 5), dtype="float32"))
        self.y = (draws.random(rows) < 0.25).astype("float32")

    def epoch(self):
        self.model.fit(self.x, self.y, batch_size=self.batch, epochs=1, verbose=0)


def measure(task, rows, repeats):
    task.epoch()
    speeds = []
    for _ in range(repeats):
        start = processor_seconds()
        task.epoch()
        speeds.append(rows / (processor_seconds() - start))
    return speeds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fit_bench")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keras", action="store_true")
    parser.add_argument("--only", help="one task of fit_bench")
    arguments = parser.parse_args()
    for name, batch, rows in TASKS:
        if arguments.only not in (None, name):
            continue
        output = subprocess.run([arguments.fit_bench, "--only", name, "--repeats",
                                 str(arguments.repeats)], check=True, capture_output=True,
                                text=True).stdout
        own = next(float(found[2]) for found in
                   re.finditer(r"batch +(\d+) +(\d+) rows", output) if int(found[1]) == batch)
        rivals = {"PyTorch": TorchTask}
        if arguments.keras:
            rivals["Keras"] = KerasTask
        for rival, make in rivals.items():
            try:
                task = make(name, batch, rows)
            except (NotImplementedError, ModuleNotFoundError):
                continue
            speeds = measure(task, rows, arguments.repeats)
            middle = statistics.median(speeds)
            print(f"{name:10} batch {batch:6}  Kindred {own:10.0f}  {rival} {middle:10.0f} "
                  f"({min(speeds):.0f} to {max(speeds):.0f}) rows a processor second  "
                  f"{own / middle:.1f}x", flush=True)


if __name__ == "__main__":
    main()
