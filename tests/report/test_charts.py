import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quartet.report.charts import Axis, Chart, Mark, axis_over

finite = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


@given(st.lists(finite, min_size=1, max_size=20), st.booleans())
def test_an_axis_holds_all_its_values_between_0_and_1(values, allow_log):
    axis = axis_over(values, "", allow_log=allow_log)
    assert all(0 <= axis.fraction(value) <= 1 for value in values)


@given(st.lists(finite, min_size=2, max_size=20))
def test_every_tick_is_written_where_its_number_stands(values):
    axis = axis_over(values, "")
    ticks = axis.ticks()
    step = (axis.high - axis.low) / 1000
    assert 2 <= len(ticks) <= 7
    assert all(
        abs(axis.low + place * (axis.high - axis.low) - float(text.replace(",", ""))) < step for place, text in ticks
    )


@pytest.mark.parametrize(("low", "high"), [(0.02, 2.5), (1e-4, 1.0), (3.0, 400.0), (1e-3, 1e6)])
def test_a_logarithmic_axis_has_equal_steps_for_equal_ratios(low, high):
    axis = Axis("", low, high, log=True)
    assert axis.fraction(math.sqrt(low * high)) == pytest.approx(0.5)
    assert len(axis.ticks()) >= 3


def test_the_larger_value_stands_higher_and_further_right():
    axis = Axis("", 0, 10)
    (x0, y0), (x1, y1) = Chart("", "", axis, axis, []).places(Mark("dots", [(2, 3), (4, 9)], "").points)
    assert x1 > x0
    assert y1 < y0
