"""Data sets that an installed package carries."""

import io
from difflib import get_close_matches

import pandas as pd

from quartet.errors import SourceError

# scikit-learn's sets, and what their target is called
SKLEARN = {
    "breast_cancer": "diagnosis",
    "iris": "species",
    "wine": "cultivar",
    "diabetes": "progression",
    "digits": "digit",
}
# its sets that it would download itself, and what the catalog calls them
ELSEWHERE = {
    "california_housing": "catalog:california_housing",
    "covtype": "catalog:covertype",
    "20newsgroups": "catalog:twenty_newsgroups",
}
NETWORKX = ("karate_club", "les_miserables", "atlas")


def from_sklearn(name: str) -> pd.DataFrame:
    """One of scikit-learn's sets; `digits` as pictures (PNG bytes, 8x8, 0-16 stretched to 0-255)."""
    if name in ELSEWHERE:
        came, mend = f"{name!r} needs the network", f"Write `source: {ELSEWHERE[name]}`."
        raise SourceError("sklearn:NAME is a set that scikit-learn carries itself", came=came, mend=mend)
    if name not in SKLEARN:
        raise _unknown("sklearn", name, SKLEARN)
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    if name == "digits":
        return pd.DataFrame({"picture": [_png(image) for image in bunch.images], "digit": bunch.target.astype(str)})
    frame = pd.DataFrame(bunch.data, columns=[str(column) for column in bunch.feature_names])
    names = getattr(bunch, "target_names", None)
    return frame.assign(**{SKLEARN[name]: names[bunch.target].astype(str) if names is not None else bunch.target})


def _png(image: "object") -> bytes:
    import numpy as np
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.round(np.asarray(image) * (255 / 16)).astype("uint8")).save(stream, format="PNG")
    return stream.getvalue()


def from_networkx(name: str) -> dict[str, pd.DataFrame]:
    """One of networkx's sets as tables: `items` are nodes (id, label, split), `edges` have source, target and weight.

    `atlas` holds many graphs, named in the column `graph`, and `pairs` of them.
    """
    if name not in NETWORKX:
        raise _unknown("networkx", name, NETWORKX)
    if name == "atlas":
        from quartet.sources import atlas

        return atlas.tables()
    return karate_club() if name == "karate_club" else les_miserables()


def karate_club() -> dict[str, pd.DataFrame]:
    """Zachary's karate club; only the two leaders, nodes 0 and 33, are labelled for training.

    Source: Zachary 1977, An Information Flow Model for Conflict and Fission in Small Groups; one labelled node
        per class as in Kipf & Welling 2017, app. A, https://arxiv.org/abs/1609.02907. Differs: there the classes
        are four communities found by modularity, here the two clubs that formed.
    """
    import networkx as nx

    graph = nx.karate_club_graph()
    clubs = nx.get_node_attributes(graph, "club")
    nodes = pd.DataFrame({"id": list(clubs), "label": list(clubs.values()), "split": None})
    nodes.loc[nodes["id"].isin([0, 33]), "split"] = "train"
    edges = pd.DataFrame([(a, b, 1.0) for a, b in graph.edges], columns=["source", "target", "weight"])
    return {"items": nodes, "edges": edges}


def les_miserables() -> dict[str, pd.DataFrame]:
    """The 77 characters of a novel and the 254 pairs that meet in it; a weight counts the chapters they meet in.

    Source: Knuth 1993, The Stanford GraphBase, ACM Press, of Hugo's Les Misérables, as networkx carries it.
    """
    import networkx as nx

    graph = nx.les_miserables_graph()
    edges = pd.DataFrame(
        [(a, b, float(weight)) for a, b, weight in graph.edges(data="weight")], columns=["source", "target", "weight"]
    )
    return {"items": pd.DataFrame({"id": list(graph)}), "edges": edges}


def _unknown(package: str, name: str, known: "object") -> SourceError:
    names = [str(item) for item in known]  # type: ignore[attr-defined]
    near = get_close_matches(name, names, n=1)
    mend = f"Did you mean {package}:{near[0]}?" if near else f"Name one of {', '.join(names)}."
    return SourceError(f"{package}:NAME is a set that Quartet reads from {package}", came=f"{name!r} came", mend=mend)
