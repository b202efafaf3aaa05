"""train: prepared data, settings and seeds → weights, curves and predictions; nothing else enters."""

import hashlib
import json
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
from safetensors.torch import save_file
from torch import nn

from quartet.artifacts import load_arrays, load_encoder, read_plan
from quartet.closure import file_hash
from quartet.family import SPLITS, Family
from quartet.learning.course import Row
from quartet.learning.fit import Run, fit, make_ready
from quartet.learning.output import outputs
from quartet.metrics import metrics_on, score
from quartet.predictions import output_frame, split_outputs
from quartet.project import Project, whole_folder, write_json
from quartet.settings import TrainerSettings
from quartet.statistics import summary
from quartet.tracking import live_run

if TYPE_CHECKING:
    from quartet.examples import Examples

HELD_OUT = ("validation", "test")


def train(project: Project, name: str) -> None:
    """Train the model `name` once per seed, and score it on the test split."""
    plan = read_plan(project, "train", name)
    training = Training(project, name, plan)
    with whole_folder(project.model(plan.dataset, name)) as folder:
        for seed in plan.seeds:
            training.run(seed, folder / f"seed-{seed}")
        write_json(project.metrics(plan.dataset, name), training.test_metrics(folder))
    shutil.rmtree(training.checkpoints.parent, ignore_errors=True)


class Training:
    """The trainings of one model: the same data and settings, one seed after another."""

    def __init__(self, project: Project, name: str, plan: SimpleNamespace) -> None:
        self.project, self.name, self.plan = project, name, plan
        self.family = Family(plan.family)
        self.prepared = project.prepared(plan.dataset)
        self.settings = self.family.model_settings(vars(plan.settings))
        self.data = Prepared(self.family, self.prepared)
        self.folds = sorted(self.prepared.glob("fold-*"), key=lambda path: int(path.name.removeprefix("fold-")))
        self.inputs = inputs_hash(vars(plan) | {"settings": vars(plan.settings)}, file_hash(self.prepared))
        self.checkpoints = project.hidden / "checkpoints" / name / self.inputs

    def run(self, seed: int, folder: Path) -> None:
        """Train with one seed and write what it gave; a seed that a killed run finished is taken as it is."""
        done = self.checkpoints / folder.name
        if not done.exists():
            with whole_folder(done) as partial:
                self.write(seed, partial)
        shutil.copytree(done, folder)

    def write(self, seed: int, folder: Path) -> None:
        """weights.safetensors, config.json, history.csv and predictions.parquet of one seed."""
        config = {
            "family": self.family.name,
            "fingerprint": f"{self.inputs}-{seed}",
            "seed": seed,
            "settings": vars(self.plan.settings),
        }
        with live_run(self.project, self.plan.dataset, self.name, config) as listen:
            run = Run(seed, TrainerSettings(**self.plan.trainer), self.checkpoints / f"{seed}.ckpt", listen=listen)
            network, history = self.timed(config["fingerprint"], run)
        write_json(folder / "config.json", config | {"n_parameters": n_parameters(network)})
        save_file(
            {key: tensor.contiguous() for key, tensor in network.state_dict().items()}, folder / "weights.safetensors"
        )
        pd.DataFrame(history, columns=["epoch", "train_loss", "validation_loss"]).to_csv(
            folder / "history.csv", index=False
        )
        self.predictions(seed, network).to_parquet(folder / "predictions.parquet", index=False)

    def timed(self, fingerprint: str, run: Run) -> tuple[nn.Module, list[Row]]:
        """A trained network and its history; how long it took is noted, but not where a killed run did a part of it."""
        make_ready(self.settings)
        self.family.network_class(self.settings)
        resumed, start, cpu = bool(run.checkpoint and run.checkpoint.exists()), time.perf_counter(), time.process_time()
        fitted = self.fit(self.data, run)
        if not resumed:
            took = {"fit_s": time.perf_counter() - start, "fit_cpu_s": time.process_time() - cpu}
            write_json(self.project.duration(fingerprint), took)
        return fitted

    def fit(self, data: "Prepared", run: Run) -> tuple[nn.Module, list[Row]]:
        """A trained network and its history."""
        return fit(lambda: self.family.build(self.settings, data.encoder), self.settings, data.splits, run)

    def predictions(self, seed: int, network: nn.Module) -> pd.DataFrame:
        """Of this network, and of one for each other fold: each item is tested by the one that did not see it."""
        frames = [self.data.predictions(network), *(self.of_fold(seed, folder) for folder in self.folds)]
        if not self.folds:
            return frames[0]
        return pd.concat([frame.assign(fold=fold) for fold, frame in enumerate(frames)], ignore_index=True)

    def of_fold(self, seed: int, fold: Path) -> pd.DataFrame:
        """The predictions of the network of another fold; they are taken as they are where a killed run made them."""
        done = self.checkpoints / f"seed-{seed}-{fold.name}"
        if not done.exists():
            data = Prepared(self.family, fold)
            run = Run(seed, TrainerSettings(**self.plan.trainer), self.checkpoints / f"{seed}-{fold.name}.ckpt")
            with whole_folder(done) as partial:
                data.predictions(self.fit(data, run)[0]).to_parquet(partial / "predictions.parquet", index=False)
        return pd.read_parquet(done / "predictions.parquet")

    def test_metrics(self, folder: Path) -> dict[str, Any]:
        """Every metric of the task: mean, sd, n and the value of each seed, on test; modularity needs no such split."""
        on = {metric: split for split in HELD_OUT for metric in metrics_on(split, self.data.encoder.facts)}
        scored = {
            split: [split_outputs(folder / f"seed-{seed}", split) for seed in self.plan.seeds]
            for split in set(on.values())
        }
        return {metric: summary([score(metric, *pair) for pair in scored[split]]) for metric, split in on.items()}


class Prepared:
    """The items that a network is trained on and asked about: those of a single split, or of one fold.

    Args:
        folder: the encoder and the arrays of each split, as prepare wrote them.
        splits: those that are read.
    """

    def __init__(self, family: Family, folder: Path, splits: Iterable[str] = SPLITS) -> None:
        self.encoder = load_encoder(folder)
        arrays = {split: load_arrays(folder / f"{split}.npz") for split in splits}
        self.ids = {split: values.pop("id") for split, values in arrays.items()}
        self.targets = {split: arrays[split]["target"] for split in HELD_OUT if split in arrays}
        self.splits: dict[str, Examples] = {
            split: family.models.examples(values, self.encoder) for split, values in arrays.items()
        }

    def predictions(self, network: nn.Module) -> pd.DataFrame:
        """Split, id, target and output of every validation and test item."""
        frames = [
            output_frame(outputs(network, self.splits[split], self.encoder), self.encoder).assign(
                split=split, id=self.ids[split], target=self.targets[split]
            )
            for split in HELD_OUT
        ]
        return pd.concat(frames, ignore_index=True)


def n_parameters(network: nn.Module) -> int:
    """How many numbers were learnt, as the network itself says where they are no parameters of torch."""
    n = sum(parameter.numel() for parameter in network.parameters())
    return int(getattr(network, "n_parameters", n))


def inputs_hash(plan: dict[str, Any], prepared: str) -> str:
    """What a training depends on besides its seed; how many seeds there are is no part of it."""
    one = {key: value for key, value in plan.items() if key != "seeds"}
    return hashlib.sha256(json.dumps([one, prepared], sort_keys=True).encode()).hexdigest()[:16]
