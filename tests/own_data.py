"""Small data of a user's own, as files: what `quartet init --from` is given in tests."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

N = 240
TELLING = {"good": ["lovely", "bright", "superb", "tender"], "bad": ["dull", "stale", "tired", "lazy"]}
NEUTRAL = ["a", "the", "film", "plot", "and", "its", "cast", "this", "score", "scene", "story", "with", "for"]


def orders(folder: Path) -> Path:
    """A mixed-type CSV with missing values: numbers, a category, yes or no, dates, a number of the order."""
    generator = np.random.default_rng(0)
    price, items = generator.gamma(2, 20, N).round(2), generator.integers(1, 9, N)
    country = generator.choice(["DE", "FR", "JP"], N)
    score = price * items / 40 + 2 * (country == "JP") + generator.normal(0, 0.7, N)
    frame = pd.DataFrame(
        {
            "order": range(1000, 1000 + N),
            "price": price,
            "items": items,
            "country": country,
            "gift": generator.choice(["yes", "no"], N),
            "day": pd.date_range("2025-01-01", periods=N).strftime("%Y-%m-%d"),
            "total": (price * items + generator.normal(0, 3, N)).round(2),
            "returned": np.where(score > np.median(score), "yes", "no"),
        }
    )
    frame.loc[generator.choice(N, 20, replace=False), "price"] = np.nan
    frame.loc[generator.choice(N, 15, replace=False), "country"] = None
    return written(frame, folder / "orders.csv")


def sentence(generator: np.random.Generator, mood: str) -> str:
    words = [*generator.choice(TELLING[mood], 2), *generator.choice(NEUTRAL, generator.integers(5, 14))]
    return " ".join(generator.permutation(words)) + "."


def reviews(folder: Path) -> Path:
    """A CSV of texts."""
    generator = np.random.default_rng(1)
    moods = generator.choice(list(TELLING), N)
    frame = pd.DataFrame({"review": [sentence(generator, mood) for mood in moods], "mood": moods})
    return written(frame, folder / "reviews.csv")


def letters(folder: Path) -> Path:
    """A folder of texts, each in a folder named as its class."""
    generator = np.random.default_rng(2)
    for i in range(N):
        mood = list(TELLING)[i % 2]
        file = folder / "letters" / mood / f"{i}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sentence(generator, mood), encoding="utf-8")
    return folder / "letters"


def stripes(folder: Path) -> Path:
    """A zip of pictures of different sizes."""
    generator = np.random.default_rng(3)
    with zipfile.ZipFile(folder / "stripes.zip", "w") as archive:
        for i in range(90):
            kind = ["rows", "columns"][i % 2]
            height, width = generator.integers(16, 40, 2)
            y, x = np.mgrid[:height, :width]
            lines = 120 * ((y if kind == "rows" else x) // 4 % 2)[..., None]
            pixels = np.clip(lines + generator.integers(0, 90, (height, width, 3)), 0, 255).astype(np.uint8)
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            archive.writestr(f"{kind}/{i}.png", stream.getvalue())
    return folder / "stripes.zip"


def papers(folder: Path) -> Path:
    """A folder with nodes.csv and edges.csv."""
    generator = np.random.default_rng(4)
    group = np.arange(90) % 3
    ends = np.argwhere(np.triu(generator.random((90, 90)) < np.where(group[:, None] == group, 0.25, 0.02), k=1))
    names = np.array([f"p{i}" for i in range(90)])
    label = np.array(["ant", "bee", "cat"])[group]
    nodes = pd.DataFrame({"id": names, "x": group + generator.normal(0, 1, 90), "label": label})
    written(nodes, folder / "papers" / "nodes.csv")
    edges = pd.DataFrame({"source": names[ends[:, 0]], "target": names[ends[:, 1]]})
    return written(edges, folder / "papers" / "edges.csv").parent


def written(frame: pd.DataFrame, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(file, index=False)
    return file


ALL = {"orders": orders, "reviews": reviews, "letters": letters, "stripes": stripes, "papers": papers}
