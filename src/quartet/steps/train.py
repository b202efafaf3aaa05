"""train: prepared data, settings and seeds → weights, curves and predictions; nothing else enters."""

import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
from safetensors.torch import save_file
from torch import nn

from quartet.artifacts import load_arrays, load_encoder, read_plan
from quartet.closure import file_hash
from quartet.family import SPLITS, Family
from quartet.learning.fit import Run, fit
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
        self.encoder = load_encoder(self.prepared)
        self.settings = self.family.model_settings(vars(plan.settings))
        arrays = {split: load_arrays(self.prepared / f"{split}.npz") for split in SPLITS}
        self.ids = {split: values.pop("id") for split, values in arrays.items()}
        self.targets = {split: arrays[split]["target"] for split in HELD_OUT}
        self.splits: dict[str, Examples] = {
            split: self.family.models.examples(values, self.encoder) for split, values in arrays.items()
        }
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
        trainer = TrainerSettings(**self.plan.trainer)
        checkpoint = self.checkpoints / f"{seed}.ckpt"
        config = {
            "family": self.family.name,
            "fingerprint": f"{self.inputs}-{seed}",
            "seed": seed,
            "settings": vars(self.plan.settings),
        }
        with live_run(self.project, self.plan.dataset, self.name, config) as listen:
            run = Run(seed, trainer, checkpoint, listen=listen)
            network, history = fit(
                lambda: self.family.build(self.settings, self.encoder), self.settings, self.splits, run
            )
        n_parameters = sum(parameter.numel() for parameter in network.parameters())
        write_json(folder / "config.json", config | {"n_parameters": n_parameters})
        save_file(
            {key: tensor.contiguous() for key, tensor in network.state_dict().items()}, folder / "weights.safetensors"
        )
        pd.DataFrame(history, columns=["epoch", "train_loss", "validation_loss"]).to_csv(
            folder / "history.csv", index=False
        )
        self.predictions(network).to_parquet(folder / "predictions.parquet", index=False)

    def predictions(self, network: nn.Module) -> pd.DataFrame:
        """Split, id, target and output of every validation and test item."""
        frames = [
            output_frame(outputs(network, self.splits[split], self.encoder), self.encoder).assign(
                split=split, id=self.ids[split], target=self.targets[split]
            )
            for split in HELD_OUT
        ]
        return pd.concat(frames, ignore_index=True)

    def test_metrics(self, folder: Path) -> dict[str, Any]:
        """Every metric of the task: mean, sd, n and the value of each seed, on test; modularity needs no such split."""
        on = {metric: split for split in HELD_OUT for metric in metrics_on(split, self.encoder.facts)}
        scored = {
            split: [split_outputs(folder / f"seed-{seed}", split) for seed in self.plan.seeds]
            for split in set(on.values())
        }
        return {metric: summary([score(metric, *pair) for pair in scored[split]]) for metric, split in on.items()}


def inputs_hash(plan: dict[str, Any], prepared: str) -> str:
    """What a training depends on besides its seed; how many seeds there are is no part of it."""
    one = {key: value for key, value in plan.items() if key != "seeds"}
    return hashlib.sha256(json.dumps([one, prepared], sort_keys=True).encode()).hexdigest()[:16]
