"""Shapes that tell series and classes apart where colours do not."""

from quartet.report.charts import Points

ARM, WIDE = 0.42, 1.25  # of a plus: half its thickness, half its size
PLUS = (
    *((-ARM, -WIDE), (ARM, -WIDE), (ARM, -ARM), (WIDE, -ARM), (WIDE, ARM), (ARM, ARM)),
    *((ARM, WIDE), (-ARM, WIDE), (-ARM, ARM), (-WIDE, ARM), (-WIDE, -ARM), (-ARM, -ARM)),
)
# Corners around the middle of shapes about as large as a circle of radius 1, which is the first of them.
CORNERS: tuple[Points, ...] = (
    (),
    ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    ((0, -1.35), (1.25, 0.85), (-1.25, 0.85)),
    ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    ((0, 1.35), (1.25, -0.85), (-1.25, -0.85)),
    PLUS,
    tuple((0.707 * (x - y), 0.707 * (x + y)) for x, y in PLUS),
    ((-0.6, -1.1), (0.6, -1.1), (1.25, 0), (0.6, 1.1), (-0.6, 1.1), (-1.25, 0)),
)
N_SHAPES = len(CORNERS)


def shape(number: int, x: float, y: float, radius: float) -> str:
    """The SVG path of a shape around a place."""
    corners = CORNERS[number % N_SHAPES]
    if not corners:
        r, d = round(radius, 2), round(2 * radius, 2)
        return f"M{round(x - radius, 2)} {y}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 {-d} 0z"
    places = (f"{round(x + radius * dx, 2)} {round(y + radius * dy, 2)}" for dx, dy in corners)
    return f"M{'L'.join(places)}z"
