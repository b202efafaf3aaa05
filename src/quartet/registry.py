"""What serves: MLflow's registered versions and their aliases."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quartet.closure import PACKAGE
from quartet.errors import RegistryError

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

FINGERPRINT = "quartet.fingerprint"
REQUIREMENTS = (
    "mlflow",
    "torch",
    "torch-geometric",
    "numpy",
    "pandas",
    "safetensors",
    "pydantic",
    "pillow",
    "scikit-learn",
    "ruamel.yaml",
)


def versions(client: "MlflowClient", dataset: str) -> "dict[str, ModelVersion]":
    """The registered versions of a dataset's model, by fingerprint."""
    found = client.search_model_versions(f"name = '{dataset}'")
    return {version.tags[FINGERPRINT]: version for version in found if FINGERPRINT in version.tags}


def fingerprint_of(client: "MlflowClient", dataset: str, name: str) -> str:
    """The fingerprint of the version that an alias, a number or the beginning of a fingerprint names.

    Raises:
        RegistryError: none has that name, or several.
    """
    there = versions(client, dataset)
    aliases = client.get_registered_model(dataset).aliases if there else {}
    number = str(aliases.get(name, name))
    exact = [key for key, version in there.items() if number == str(version.version) or key == name]
    found = exact or [key for key in there if key.startswith(name)]
    if len(found) != 1:
        known = ", ".join(f"{version.version} ({key})" for key, version in there.items()) or "none"
        came = f"{name!r} names {len(found) or 'none'}"
        raise RegistryError(f"one version of {dataset} is named", came=came, mend=f"There are: {known}.")
    return found[0]


def place_of(client: "MlflowClient", dataset: str, fingerprint: str) -> dict[str, Any]:
    """Where MLflow has a version: its number, its run and its aliases; nothing where MLflow lacks it."""
    version = versions(client, dataset).get(fingerprint)
    if version is None:
        return {"version": None, "run": None, "aliases": []}
    aliases = client.get_registered_model(dataset).aliases
    named = sorted(alias for alias, number in aliases.items() if str(number) == str(version.version))
    return {"version": int(version.version), "run": version.run_id, "aliases": named}


def log_model(run_id: str, served: Path, raw: "pd.DataFrame", predictions: "pd.DataFrame") -> str:
    """Log a model as pyfunc from code; its address.

    Args:
        served: the folder that a Scorer reads.
        raw: an example of raw input, and `predictions` of it: they give the signature.
    """
    import mlflow

    with mlflow.start_run(run_id=run_id):
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(PACKAGE / "served.py"),
            artifacts={"model": str(served)},
            code_paths=[str(PACKAGE)],
            signature=lenient(mlflow.models.infer_signature(raw, predictions)),
            input_example=raw,
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
        )
    return str(info.model_uri)


def lenient(signature: Any) -> Any:
    """The signature with the columns' names but any type where it is not bytes.

    MLflow refuses whole numbers where the example held fractions, and numbers where it held text; the model reads both.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    anything: Any = AnyType()  # type: ignore[no-untyped-call]
    given = signature.inputs.inputs
    columns = [column if column.type == DataType.binary else ColSpec(anything, column.name) for column in given]
    return ModelSignature(inputs=Schema(columns), outputs=signature.outputs)


def add_version(client: "MlflowClient", dataset: str, *, source: str, run_id: str, tags: dict[str, str]) -> None:
    """Register a logged model, with its tags in the same request: no version is ever half there."""
    if not client.search_registered_models(f"name = '{dataset}'"):
        client.create_registered_model(dataset)
    client.create_model_version(dataset, source, run_id, tags=tags, model_id=source.removeprefix("models:/"))


def set_aliases(client: "MlflowClient", dataset: str, wanted: dict[str, str | None]) -> None:
    """Point each alias to the version of a fingerprint; one of None is removed, one without such a version stays."""
    there = versions(client, dataset)
    now = client.get_registered_model(dataset).aliases if there else {}
    for alias, fingerprint in wanted.items():
        version = there.get(fingerprint or "")
        if version and str(now.get(alias)) != str(version.version):
            client.set_registered_model_alias(dataset, alias, version.version)
        if fingerprint is None and alias in now:
            client.delete_registered_model_alias(dataset, alias)


def load_champion(client: "MlflowClient", dataset: str, fingerprint: str) -> Any:
    """The Scorer of a registered version, or None where the registry has no such version."""
    version = versions(client, dataset).get(fingerprint)
    return load_scorer(f"models:/{dataset}/{version.version}") if version else None


def load_scorer(uri: str) -> Any:
    """The Scorer inside a registered model."""
    import mlflow

    return mlflow.pyfunc.load_model(uri).unwrap_python_model().scorer


def alias_uri(client: "MlflowClient", dataset: str, alias: str) -> str:
    """The address of the version that an alias names.

    Raises:
        RegistryError: there is no such model or alias.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.get_model_version_by_alias(dataset, alias)
    except MlflowException as error:
        mend = "`quartet status` shows what there is; `quartet run` trains and promotes."
        raise RegistryError(
            f"{dataset} has a registered version @{alias}", came=error.message.rstrip("."), mend=mend
        ) from error
    return f"models:/{dataset}@{alias}"
