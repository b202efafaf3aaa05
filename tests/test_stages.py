from quartet.stages import MAX_LINES, TAIL_LINES, last_lines


def test_a_refusal_is_shown_from_its_first_line_on():
    refusal = ["quartet: the data of x pass", *(f"  check {i}" for i in range(30))]
    log = ["Running stage 'validate@x':", "> quartet stage validate x", *refusal, "ERROR: failed to reproduce 'x'"]
    assert last_lines("\n".join(log)) == refusal


def test_of_any_other_failure_the_last_lines_are_shown():
    log = [f"line {i}" for i in range(100)]
    assert last_lines("\n".join(log)) == log[-TAIL_LINES:]


def test_no_refusal_fills_a_terminal_without_end():
    assert len(last_lines("quartet: it\n" + "  row\n" * 10_000)) == MAX_LINES
