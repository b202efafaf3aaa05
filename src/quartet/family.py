"""What a family must supply: one folder of `quartet.families` with the same file names in each.

settings.py   Dataset, ARCHITECTURES, BASELINE           no heavy import: it is read to validate params.yaml
tables.py     from_files, canonical                      what a source gives → canonical tables with a `split` column
suite.py      annotate                                   what no column check can see of canonical tables
suite.yaml                                               what may pass to training, beside ../gate/checks.yaml
features.py   fit, encode, raw_input                     canonical or raw rows → arrays; fitted on the training split
proposal.py   propose                                    what `quartet init --from` proposes for files it has seen
explain.py    explain                                    what the trained networks see: figures for the report
models/       examples, and a file per architecture      arrays → tensors → networks
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from quartet.settings import DatasetSettings, ModelSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from torch import nn

    from quartet.examples import Examples
    from quartet.explanations import Section
    from quartet.looks import Look
    from quartet.proposing.sight import Proposal, Sight
    from quartet.reading.files import File

    Tables = dict[str, pd.DataFrame]
    Arrays = dict[str, np.ndarray]

SPLITS = ("train", "validation", "test")
CHUNK = 10_000  # raw items scored at a time, where a family says nothing


@dataclass(frozen=True)
class Encoder:
    """How raw items become arrays: everything fitted, on the training split only.

    Args:
        facts: JSON values; always `task`, and `classes` for a classification.
        arrays: what is no JSON, such as a graph.
    """

    facts: dict[str, Any]
    arrays: "Arrays" = field(default_factory=dict)

    @property
    def classes(self) -> list[str]:
        """The K class names, in the order of the logits; empty for a regression."""
        return cast("list[str]", self.facts.get("classes", []))

    @property
    def n_outputs(self) -> int:
        """K, or the number of communities, or 1 for a regression."""
        return len(self.classes) or int(self.facts.get("communities", 1))


class SettingsModule(Protocol):
    """`settings.py` of a family."""

    Dataset: type[DatasetSettings]
    ARCHITECTURES: Mapping[str, type[ModelSettings]]
    BASELINE: Mapping[str, str]  # task → architecture that networks are compared with


class TablesModule(Protocol):
    """`tables.py` of a family."""

    def from_files(self, files: "Iterable[File]", settings: Any) -> "Tables":
        """The tables that the files of a source hold; `left_out` names what nothing reads."""

    def canonical(self, tables: "Tables", settings: Any, seed: int) -> "Tables":
        """Canonical tables of what a source gave; the table `items` has `id` and `split` columns."""


class SuiteModule(Protocol):
    """`suite.py` of a family."""

    def annotate(self, tables: "Tables", settings: Any) -> "Tables":
        """Add what no column check can see: boolean columns, and the tables `facts` (one row), `columns`, `classes`."""


class FeaturesModule(Protocol):
    """`features.py` of a family."""

    def fit(self, tables: "Tables", settings: Any) -> Encoder:
        """Learn the encoder from the training split of the canonical tables."""

    def encode(self, items: "pd.DataFrame", encoder: Encoder) -> "Arrays":
        """Inputs of the items, as arrays; `target` too where the items have labels."""

    def raw_input(self, items: "pd.DataFrame", encoder: Encoder) -> "pd.DataFrame":
        """The columns of canonical items that a served model takes."""

    # A module may also have `parts(tables, encoder) -> Tables`: the items of each split, as `encode` takes them, where
    # they are not the canonical items with that split; Family.parts asks for it. And `beside(raw, output, encoder) ->
    # pd.DataFrame`, what stands before each prediction: Family.beside asks for it. And `CHUNK: int`, how many raw items
    # are scored at a time where 10,000 would take much memory: Family.chunk asks for it.


class ProposalModule(Protocol):
    """`proposal.py` of a family."""

    def propose(self, sight: "Sight") -> "Proposal | None":
        """Settings and models for what a source holds, or None where that is not of this family."""


class ExplainModule(Protocol):
    """`explain.py` of a family."""

    def explain(self, look: "Look") -> "list[Section]":
        """A look inside the dataset's networks, foremost the one best on validation."""


class ModelsModule(Protocol):
    """`models/__init__.py` of a family."""

    def examples(self, arrays: "Arrays", encoder: Encoder) -> "Examples":
        """Tensors of the encoded items, ready to be batched."""


@cache
def family_names() -> tuple[str, ...]:
    """The families there are: the folders of `quartet.families`."""
    folders = (Path(__file__).parent / "families").iterdir()
    return tuple(sorted(folder.name for folder in folders if (folder / "settings.py").exists()))


class Family:
    """A family by name; each of its modules is imported when first asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _module(self, name: str) -> Any:
        return import_module(f"quartet.families.{self.name}.{name}")

    @property
    def settings(self) -> SettingsModule:
        """Its settings classes."""
        return cast(SettingsModule, self._module("settings"))

    @property
    def tables(self) -> TablesModule:
        """Its reader of sources."""
        return cast(TablesModule, self._module("tables"))

    @property
    def suite(self) -> SuiteModule:
        """Its validation suite."""
        return cast(SuiteModule, self._module("suite"))

    @property
    def features(self) -> FeaturesModule:
        """Its encoder."""
        return cast(FeaturesModule, self._module("features"))

    @property
    def proposal(self) -> ProposalModule:
        """What it proposes for a source."""
        return cast(ProposalModule, self._module("proposal"))

    @property
    def explain(self) -> ExplainModule:
        """Its look inside."""
        return cast(ExplainModule, self._module("explain"))

    @property
    def models(self) -> ModelsModule:
        """Its networks."""
        return cast(ModelsModule, self._module("models"))

    def parts(self, tables: "Tables", encoder: Encoder) -> "Tables":
        """The items of each split that are learnt from or scored; others stand in a graph only."""
        own = getattr(self.features, "parts", None)
        if own:
            return cast("Tables", own(tables, encoder))
        items = tables["items"]
        return {split: items[items["split"] == split].reset_index(drop=True) for split in SPLITS}

    def beside(self, raw: "pd.DataFrame", output: "np.ndarray", encoder: Encoder) -> "pd.DataFrame | None":
        """What stands before predictions, such as the pair of nodes that each is of; None where nothing does."""
        own = getattr(self.features, "beside", None)
        return cast("pd.DataFrame | None", own(raw, output, encoder)) if own else None

    @property
    def chunk(self) -> int:
        """How many raw items are in memory at a time when many are scored."""
        return int(getattr(self.features, "CHUNK", CHUNK))

    def model_settings(self, values: dict[str, Any]) -> ModelSettings:
        """The settings of a model as its plan or config holds them."""
        return self.settings.ARCHITECTURES[values["architecture"]](**{"dataset": "", **values})

    def network_class(self, settings: ModelSettings) -> "Callable[[ModelSettings, Encoder], nn.Module]":
        """The class of the network of these settings."""
        module, name = settings.network.split(".")
        return cast("Callable[[ModelSettings, Encoder], nn.Module]", getattr(self._module(f"models.{module}"), name))

    def build(self, settings: ModelSettings, encoder: Encoder) -> "nn.Module":
        """The untrained network of these settings; its weights come from torch's global generator."""
        return self.network_class(settings)(settings, encoder)
