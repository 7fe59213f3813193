"""The journal as a file: what goes in comes out, a cut last line is no error, all else that is wrong is one."""

import json
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pysmac_compat import FileFormatError
from pysmac_compat.engine.settings import EncoderSettings, EngineSettings, ForestSettings, SelectorSettings
from pysmac_compat.files.checksums import checked_line
from pysmac_compat.files.journal import evaluation_line, header_line, read_journal
from pysmac_compat.files.journal_header import PROPOSALS, header, is_of_other_proposals
from pysmac_compat.plan import Budget, Calls, Instances, Plan, Start
from pysmac_compat.plan.objective import Objective
from pysmac_compat.plan.transform import Transform, parse_formula
from pysmac_compat.results import Evaluation
from pysmac_compat.space.definition import define

from .noted_searches import CONDITIONS, SPACE

PLAN = Plan(define(SPACE, CONDITIONS, ["{x > 4.5}"]), [7], Budget(60), instances=Instances(2))
EVALUATION = Evaluation(1, {"c": None, "x": 0.1}, 1, None, "SAT", 0.25, None, 0.5, 0.75, "", 0.5, 0.25)

numbers = st.floats(allow_nan=False)
texts = st.text()
evaluations = st.builds(
    Evaluation,
    index=st.integers(1, 2**40),
    configuration=st.dictionaries(texts, st.none() | st.booleans() | st.integers() | numbers | texts),
    instance=st.none() | st.integers(0),
    seed=st.none() | st.integers(0, 2**24),
    status=st.sampled_from(["SAT", "UNSAT", "TIMEOUT", "MEMOUT", "CRASHED", "ABORT"]),
    value=numbers,
    cutoff=st.none() | numbers,
    cpu_time=numbers,
    wall_time=numbers,
    message=texts,
    runtime=numbers,
    quality=numbers,
)


@pytest.fixture
def journal(tmp_path):
    """Writes lines after the header of the plan, and reads them."""

    def read(*lines, plan=PLAN):
        path = tmp_path / "journal"
        path.write_bytes(header_line(PLAN, 0).encode() + b"".join(map(_bytes, lines)))
        return read_journal(str(path), plan, 0)

    return read


def _bytes(line):
    return line if isinstance(line, bytes) else line.encode()


@pytest.mark.slow
@settings(max_examples=15)
@given(evaluation=evaluations, test=evaluations)
def test_what_goes_in_comes_out(journal, evaluation, test):
    read = journal(evaluation_line(evaluation, False), evaluation_line(test, True))
    assert read.evaluations == {evaluation.index: (2, evaluation)}
    assert read.tests == [test]
    assert read.max_evaluations == 60
    again = journal(*read.text.splitlines(keepends=True)[1:])
    assert again == read


def test_each_recorded_run_on_a_test_instance_is_given_once(journal):
    tests = [EVALUATION, replace(EVALUATION, cpu_time=9.0)]
    recorded = journal(*(evaluation_line(each, True) for each in tests))
    assert [recorded.test(EVALUATION.configuration, 1, None) for _ in range(3)] == [*tests, None]


@pytest.mark.slow
def test_a_last_line_that_is_cut_off_is_left_out(journal):
    line = evaluation_line(replace(EVALUATION, index=2, message="é€"), False)
    for length in {*range(0, len(line) - 1, 3), *range(len(line) - 10, len(line) - 1)}:
        read = journal(evaluation_line(EVALUATION, False), line[:length])
        assert list(read.evaluations) == [1]
        assert read.text.endswith(evaluation_line(EVALUATION, False))
    read = journal(evaluation_line(EVALUATION, False), line[:-1])  # its newline alone is missing
    assert list(read.evaluations) == [1, 2]
    assert read.text.endswith(line)
    assert list(journal(evaluation_line(EVALUATION, False), b"\xff\x00").evaluations) == [1]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("\n", "JSON object"),
        ("[]\n", "JSON object"),
        ("{\n", "JSON object"),
        (b"\xff\xfe{}\n", "JSON object"),
        (b"\x00" * 8 + b"\n", "JSON object"),
        ("[" * 100_000 + "\n", "JSON object"),
        (checked_line({"index": 1}), "'test'"),
        (checked_line({"test": False}), "'configuration' is missing"),
        (checked_line({"test": False, **asdict(EVALUATION), "more": 1}), "'more' is unknown"),
        (json.dumps({"test": False, **asdict(replace(EVALUATION, index=2))}) + "\n", "it has no checksum"),
        (evaluation_line(EVALUATION, False).replace("0.25", "0.75"), "it does not fit its checksum"),
        (evaluation_line(replace(EVALUATION, index=0), False), "'index' cannot be 0"),
        (evaluation_line(replace(EVALUATION, status="GOOD"), False), "'status' cannot be 'GOOD'"),
        (evaluation_line(replace(EVALUATION, value="1"), False), "'value' cannot be '1'"),
        (evaluation_line(replace(EVALUATION, index=True), False), "'index' cannot be True"),
        (evaluation_line(replace(EVALUATION, runtime=None), False), "'runtime' cannot be None"),
        (evaluation_line(EVALUATION, False), "second time"),
    ],
)
def test_a_broken_line_is_named(journal, tmp_path, broken, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        journal(evaluation_line(EVALUATION, False), broken, evaluation_line(replace(EVALUATION, index=2), False))
    assert caught.value.line == 3
    assert caught.value.file == str(tmp_path / "journal")


@pytest.mark.slow
def test_each_bit_that_has_changed_is_found_and_its_line_named(tmp_path):
    """In a line in the middle, in its end, and in the end of the file."""
    path = tmp_path / "journal"
    first, *lines = (header_line(PLAN, 0), *(evaluation_line(replace(EVALUATION, index=i), False) for i in (1, 2)))
    data = "".join([first, *lines]).encode()
    bits = [8 * (len(data) - len(lines[1])) - i for i in range(1, 8 * len(lines[0]) + 1, 11)]
    bits += [*range(8 * len(first) - 30, 8 * len(first) + 30), *range(8 * len(data) - 100, 8 * len(data))]
    for bit in bits:
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(FileFormatError, match="damaged") as caught:
            read_journal(str(path), PLAN, 0)
        assert caught.value.line == data.count(b"\n", 0, bit // 8) + 1
        assert caught.value.file == str(path)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(11))
def test_a_damaged_header_is_never_taken_for_a_good_one(tmp_path, share):
    path = tmp_path / "journal"
    data = header_line(PLAN, 0).encode()
    for bit in range(share, 8 * len(data), 11 * 3):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(FileFormatError, match="journal, line 1: ") as caught:
            read_journal(str(path), PLAN, 0)
        assert caught.value.line == 1


def test_without_a_damaged_line_all_others_count(journal):
    good = [evaluation_line(replace(EVALUATION, index=i), False) for i in (1, 2, 3)]
    with pytest.raises(FileFormatError, match="if you remove the line, resuming repeats only this evaluation"):
        journal(good[0], good[1].replace("0.25", "0.75"), good[2])
    assert list(journal(good[0], good[2]).evaluations) == [1, 3]


@pytest.mark.parametrize("header", ["", "{", "{}\n", '{"journal": 2}\n', '{"journal": 1}\n', '{"journal": 3}\n'])
def test_a_broken_header_is_named(tmp_path, header):
    path = tmp_path / "journal"
    path.write_text(header)
    with pytest.raises(FileFormatError, match="journal, line 1"):
        read_journal(str(path), PLAN, 0)


def test_a_folder_is_no_journal(tmp_path):
    with pytest.raises(FileFormatError, match="expected a file, this is a directory") as caught:
        read_journal(str(tmp_path), PLAN, 0)
    assert caught.value.file == str(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": [8]}, "seed was 7, now it is 8"),
        ({"definition": define({**SPACE, "x": ("real", [-5, 6], 4)}, CONDITIONS)}, r"x: values was \[-5.0, 5.0\], now"),
        ({"definition": define({**SPACE, "y": ("real", [0, 1], 0)}, CONDITIONS)}, "parameters: 'y' was added"),
        ({"definition": define({n: SPACE[n] for n in "xcb"})}, "parameters: 'n' was removed"),
        ({"definition": define({n: SPACE[n] for n in "ncxb"}, CONDITIONS)}, "parameters: the order"),
        (
            {"definition": define({**SPACE, "b": ("categorical", [1, 0], 0)})},
            r"b: values was \[True, False\], now it is \[1, 0\]",
        ),
        ({"definition": define(SPACE)}, "conditional_clauses was"),
        ({"definition": define(SPACE, CONDITIONS)}, r"forbidden_clauses was \['{x > 4.5}'\], now it is \[\]"),
        ({"deterministic": False}, "deterministic was True, now it is False"),
        ({"instances": Instances(3)}, "num_train_instances was 2, now it is 3"),
        ({"instances": Instances(2, 0, [[1.0], [2.0]])}, "train_instance_features was None"),
        ({"objective": Objective(cutoff=3.0)}, "t_limit_function_s was None, now it is 3.0"),
        ({"engine": EngineSettings(selector=SelectorSettings(use_model=False))}, "execution-mode"),
        (
            {"start": Start(known=[{"x": 1.0}])},
            r"it began without smac_options\['warmstart'\] or known=\.\.\., which this search has",
        ),
        ({"engine": EngineSettings(forest=ForestSettings(n_trees=5))}, "surrogate: 'n_trees' was added"),
        ({"engine": EngineSettings(encoder=EncoderSettings(censored="keep"))}, "encoder: 'censored' was added"),
        ({"engine": EngineSettings(encoder=EncoderSettings(penalise_imputed=True))}, "rf-penalize-imputed-values"),
    ],
)
def test_another_search_is_refused_and_the_difference_named(journal, change, message):
    with pytest.raises(ValueError, match=f"journal belongs to another search: .*{message}"):
        journal(plan=replace(PLAN, **change))


def test_the_header_has_each_setting_of_the_engine():
    for part, one in vars(EngineSettings()).items():
        for each in fields(one):
            changed = EngineSettings(**{part: replace(one, **{each.name: "another value"})})
            assert header(replace(PLAN, engine=changed), 0) != header(PLAN, 0), (part, each.name)


def test_a_journal_of_an_earlier_version_does_not_say_whether_imputed_costs_were_penalised(tmp_path):
    for engine in (EngineSettings(), EngineSettings(encoder=EncoderSettings(penalise_imputed=True))):
        plan = replace(PLAN, engine=engine)
        path = tmp_path / "journal"
        path.write_text(checked_line({n: v for n, v in header(plan, 0).items() if n != "penalise_imputed"}))
        assert read_journal(str(path), plan, 0) is not None


@pytest.mark.parametrize(
    ("head", "other"),
    [
        ({}, True),
        ({"proposals": 5}, True),
        ({"proposals": 6, "deterministic": True, "num_train_instances": 9, "workers": 1}, False),
        ({"proposals": 6, "deterministic": True, "num_train_instances": None, "workers": 4}, False),
        ({"proposals": 6, "deterministic": True, "num_train_instances": 9, "workers": 4}, True),
        ({"proposals": 6, "deterministic": False, "num_train_instances": None, "workers": 4}, True),
        ({"proposals": PROPOSALS, "deterministic": False, "num_train_instances": 9, "workers": 4}, False),
    ],
)
def test_versions_that_propose_other_configurations(head, other):
    assert is_of_other_proposals(head) == other


def test_another_number_of_workers_is_another_search(journal):
    with pytest.raises(ValueError, match=r"smac_options\['workers'\] was 1, now it is 2"):
        journal(plan=replace(PLAN, calls=Calls(workers=2)))


@pytest.mark.parametrize(
    "change",
    [
        {"budget": Budget(90)},
        {"budget": Budget(60, total_time=3.0, cpu_time=3.0, count_own_time=True, stop_file="f")},
        {"instances": Instances(2, 3)},
        {"calls": Calls(memory_mb=3.0, wall_factor=2.0, kill_file="f")},
    ],
)
def test_limits_may_change(journal, change):
    assert journal(plan=replace(PLAN, **change)).max_evaluations == 60


def test_formulas_are_compared(tmp_path):
    def plan(formula):
        transform = Transform(SAT_quality=parse_formula("f", formula))
        return replace(PLAN, objective=Objective(transform=transform))

    path = tmp_path / "journal"
    path.write_text(header_line(plan("sin(Q) + R * C"), 0))
    read_journal(str(path), plan("sin(Q) + R * C"), 0)
    for other in ("cos(Q) + R * C", "sin(Q) - R * C", "sin(Q) + R * S"):
        with pytest.raises(ValueError, match="transform: formulas: SAT_quality"):
            read_journal(str(path), plan(other), 0)


def test_a_journal_of_an_earlier_version_may_hold_settings_that_have_their_defaults(tmp_path):
    header = json.loads(header_line(PLAN, 0))
    header["surrogate"], header["intensifier"] = {"n_trees": 10, "model": "auto"}, {"ordered": False}
    header["journal"] = 1
    del header["crc"]
    path = tmp_path / "journal"
    path.write_text(json.dumps(header) + "\n")
    assert read_journal(str(path), PLAN, 0).max_evaluations == 60
