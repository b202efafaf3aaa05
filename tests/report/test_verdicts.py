from types import SimpleNamespace

import pytest

from quartet.history import Decision
from quartet.report.overview import Gate, Overview
from quartet.report.verdicts import difference_in_words, of_baseline, standing_of


def difference(gain: float, p: float) -> dict:
    return {"a": "net", "b": "line", "difference": gain, "interval": [gain - 0.1, gain + 0.2], "p_value": p}


def comparison(sign: int, best: str = "net") -> SimpleNamespace:
    means = {"net": 0.5, "line": 0.7}
    return SimpleNamespace(sign=sign, metric="mae", baseline="line", ranking=[best], mean=means.__getitem__)


@pytest.mark.parametrize(("sign", "gain", "better"), [(1, 0.3, "net"), (1, -0.3, "line"), (-1, -0.3, "net")])
def test_a_difference_is_told_from_the_better_model(sign, gain, better):
    sentence = difference_in_words(difference(gain, 0.01), comparison(sign), 3)
    assert sentence.startswith(f"{better} is better than ")
    assert f"MAE of {better} is 0.3000 better" in sentence


def test_the_interval_of_a_gain_is_mirrored_where_less_is_better():
    sentence = difference_in_words(difference(-0.3, 0.01), comparison(-1), 1)
    assert "0.1000 to 0.4000" in sentence


def test_a_difference_that_chance_may_explain_is_no_victory():
    assert "cannot be told apart" in difference_in_words(difference(0.3, 0.06), comparison(1), 1)


def test_a_baseline_that_no_network_beat_with_confidence_is_said_to_be_just_that():
    sentence = of_baseline(SimpleNamespace(verdict="promoted", model="line"), comparison(-1))
    assert "no network beat it with confidence" in sentence
    assert "net is best on validation, but on test only 0.2000 better" in sentence


def test_a_baseline_that_stays_because_a_candidate_was_refused_says_so():
    sentence = of_baseline(SimpleNamespace(verdict="refused", model="net"), comparison(-1))
    assert "the last candidate, net, was refused" in sentence


def test_what_was_rolled_back_to_says_why_it_serves_and_not_that_it_is_best():
    back = Decision(
        "rolled back", "net", "x-0", "y-0", ["it was wrong on Mondays"], "mae", {"candidate": 0.5}, "", "none"
    )
    standing = standing_of([back], None)
    assert standing
    assert standing.sentence == "net serves again: it was wrong on Mondays."
    assert standing.score == "0.5000 when it was last compared"


def test_a_champion_of_data_that_the_gate_now_refuses_is_said_to_be_of_earlier_data():
    champion = SimpleNamespace(sentence="net is champion.")
    overview = Overview("d", SimpleNamespace(), 1, Gate("failed", []), None, [], [])
    overview.__dict__["champion"] = champion
    assert overview.summary == (
        "The gate stopped the present data; what serves was trained on earlier data. net is champion."
    )
