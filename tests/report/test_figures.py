import pytest

from quartet.report.figures import learning_curves


@pytest.mark.parametrize(("keep", "epoch", "words"), [("best", 2, "lowest validation loss"), ("last", 3, "last epoch")])
def test_the_dot_marks_the_epoch_whose_weights_were_kept(keep, epoch, words):
    curve = {"epoch": [1, 2, 3], "train_loss": [3.0, 2.0, 1.0], "validation_loss": [3.0, 1.5, 1.7]}
    chart = learning_curves("net", {"curves": [curve], "keep": keep}, "classification")
    (dots,) = [mark for mark in chart.marks if mark.kind == "dots"]
    assert [x for x, _ in dots.points] == [epoch]
    assert words in chart.note
