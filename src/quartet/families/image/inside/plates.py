"""Numbers as pictures that can be looked at: each function gives uint8 pixels (H, W) or (H, W, 3)."""

import numpy as np

COLD_TO_HOT = np.array([[0, 0, 90], [0, 120, 220], [40, 200, 120], [250, 220, 40], [230, 30, 20]], float)
OPAQUE = 0.65  # of the hottest colour


def picture(x: np.ndarray) -> np.ndarray:
    """Bytes (C, H, W) as they are."""
    return x[0] if len(x) == 1 else x.transpose(1, 2, 0)


def scaled(values: np.ndarray) -> np.ndarray:
    """Values (H, W) from black, the smallest, to white, the largest."""
    low, high = float(values.min()), float(values.max())
    return np.round(255 * (values - low) / ((high - low) or 1.0)).astype(np.uint8)


def weights(values: np.ndarray) -> np.ndarray:
    """Weights (C, k, k) around grey, which is 0; three channels are red, green and blue."""
    around = 127.5 + 127.5 * values / (np.abs(values).max() or 1.0)
    return picture(np.round(around).astype(np.uint8))


def heat(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A picture x (C, H, W) in grey under the colours, blue to red, of values (H, W) from 0 to 1."""
    grey = np.repeat(x.mean(axis=0)[:, :, None], 3, axis=2)  # (H, W, 3)
    places = np.linspace(0, 1, len(COLD_TO_HOT))
    colour = np.stack([np.interp(values, places, channel) for channel in COLD_TO_HOT.T], axis=-1)  # (H, W, 3)
    share = OPAQUE * values[:, :, None]
    mixed: np.ndarray = np.round((1 - share) * grey + share * colour).astype(np.uint8)
    return mixed
