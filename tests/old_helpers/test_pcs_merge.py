"""`merge_configuration_spaces`: one space of several algorithms."""

import functools
import itertools
import multiprocessing
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pysmac_compat import ClauseError, SMAC_optimizer
from pysmac_compat.space.definition import define
from pysmac_compat.utils.pcs_merge import merge_configuration_spaces, merge_spaces


def svm(**kwargs):
    return "svm", kwargs


def svm_fast(*args, **kwargs):
    return "svm_fast", args, kwargs


def tree(depth, seed=None):
    return depth if seed is None else depth + seed


SVM = {
    "a": ("categorical", ["x", "y"], "x"),
    "ab": ("integer", [1, 9], 2),
    "b": ("ordinal", ["lo", "mid", "hi"], "lo"),
    "c": ("real", [0, 1], 0.5),
}
CONDITIONS = ["c | a == y && b == lo || ab > 5", "b | a in {x, y}  # always"]
FORBIDDENS = ["{a = y, ab = 1}", "{2ab > 15 && b >= mid}"]
FAST = {"a": ("integer", [0, 3], 1)}
TREE = {"depth": ("integer", [1, 5], 2)}


def test_what_it_returns():
    parameters, conditionals, forbiddens, source = merge_configuration_spaces(
        (svm, SVM, CONDITIONS, FORBIDDENS), (svm_fast, FAST, [], ["{a == 2}"]), (tree, TREE, [], [])
    )
    assert parameters == {
        "algorithm": ("categorical", ["svm", "svm_fast", "tree"], "svm"),
        "svm_a": SVM["a"],
        "svm_ab": SVM["ab"],
        "svm_b": SVM["b"],
        "svm_c": SVM["c"],
        "svm_fast_a": FAST["a"],
        "tree_depth": TREE["depth"],
    }
    assert conditionals == [
        "svm_a | algorithm == svm",
        "svm_ab | algorithm == svm",
        "svm_c | svm_a == y && svm_b == lo || svm_ab > 5",
        "svm_b | svm_a in {x, y}  # always",
        "svm_fast_a | algorithm == svm_fast",
        "tree_depth | algorithm == tree",
    ]
    assert forbiddens == ["{svm_a = y, svm_ab = 1}", "{2svm_ab > 15 && svm_b >= mid}", "{svm_fast_a == 2}"]
    namespace = {"svm": svm, "svm_fast": svm_fast, "tree": tree}
    exec(source, namespace)
    reduce_args, wrapper = (namespace[f"pysmac_merged_pcs_{name}"] for name in ("reduce_args", "wrapper"))
    assert reduce_args("svm_fast", svm_a="x", svm_fast_a=3, tree_depth=1) == (svm_fast, {"a": 3})
    assert reduce_args(algorithm="svm", svm_a="x", svm_ab=3, svm_fast_a=1) == (svm, {"a": "x", "ab": 3})
    assert wrapper("svm_fast", 7, svm_fast_a=3) == ("svm_fast", (7,), {"a": 3})
    assert wrapper(algorithm="tree", tree_depth=4, svm_a="x", seed=10) == 14
    with pytest.raises(ValueError, match="svm, svm_fast, tree, got None"):
        reduce_args(svm_a="x")


@pytest.mark.slow
def test_the_merged_object_needs_no_exec():
    merged = merge_spaces((svm, SVM, CONDITIONS, FORBIDDENS), (svm_fast, FAST), (tree, TREE))
    for each in (merged, pickle.loads(pickle.dumps(merged))):
        assert each.reduce_args("svm_fast", svm_a="x", svm_fast_a=3) == (svm_fast, {"a": 3})
        assert each.wrapper("tree", tree_depth=4, seed=1) == 5
        assert each.wrapper("svm_fast", 1, instance=2) == ("svm_fast", (1,), {"instance": 2})
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(merged.wrapper, ("tree",), {"tree_depth": 3}) == 3


@pytest.mark.parametrize("algorithm", [None, "forest", 1])
def test_an_unknown_algorithm(algorithm):
    merged = merge_spaces((tree, TREE), (svm_fast, FAST))
    with pytest.raises(ValueError, match=r"algorithm must be one of tree, svm_fast"):
        merged.wrapper(algorithm, tree_depth=1)


def test_a_parameter_called_as_an_argument_of_the_run():
    merged = merge_spaces((svm, {"seed": ("integer", [0, 9], 1)}))
    assert merged.wrapper("svm", svm_seed=3) == ("svm", {"seed": 3})
    with pytest.raises(ValueError, match="'seed'"):
        merged.wrapper("svm", svm_seed=3, seed=1)


def test_the_same_space_as_alone():
    """Over all assignments: what is active and forbidden under an algorithm is what is so in its own space."""
    merged = merge_spaces((svm, SVM, CONDITIONS, FORBIDDENS), (svm_fast, FAST, [], ["{a == 2}"]), (tree, TREE))
    whole = define(merged.parameters, merged.conditionals, merged.forbiddens)
    alone = define(SVM, CONDITIONS, FORBIDDENS)
    for a, ab, b in itertools.product("xy", range(1, 10), ("lo", "mid", "hi")):
        values = {"a": a, "ab": ab, "b": b, "c": 0.5}
        assignment = {f"svm_{name}": value for name, value in values.items()} | {"svm_fast_a": 2, "tree_depth": 1}
        for algorithm, expected in (
            ("svm", {f"svm_{name}" for name in alone.active(values)}),
            ("svm_fast", {"svm_fast_a"}),
            ("tree", {"tree_depth"}),
        ):
            complete = {**assignment, "algorithm": algorithm}
            assert whole.active(complete) == expected | {"algorithm"}
            is_forbidden = whole.violated(whole.restrict(complete)) is not None
            assert is_forbidden == {
                "svm": alone.violated(alone.restrict(values)) is not None,
                "svm_fast": True,
                "tree": False,
            }.get(algorithm)


def test_a_child_on_two_lines():
    space = {**SVM, "d": ("categorical", ["x", "y"], "x")}
    clauses = ["c | a in {x} || b in {hi}", "c | d in {y}"]
    merged = merge_spaces((svm, space, clauses), (tree, TREE))
    whole = define(merged.parameters, merged.conditionals, merged.forbiddens)
    alone = define(space, clauses)
    for a, b, d in itertools.product("xy", ("lo", "mid", "hi"), "xy"):
        values = {"a": a, "ab": 1, "b": b, "c": 0.5, "d": d}
        complete = {f"svm_{k}": v for k, v in values.items()} | {"algorithm": "svm", "tree_depth": 1}
        assert ("svm_c" in whole.active(complete)) == ("c" in alone.active(values))


names = st.text("ab_1x.-", min_size=1, max_size=3)
# no whole operator in a value: where a clause of the other space has it unquoted, it would mean both
values = st.text("ab_1x &|,{}=", min_size=1, max_size=4).filter(
    lambda text: text == text.strip() and not any(operator in text for operator in ("&&", "||", "=="))
)


@st.composite
def spaces(draw):
    """A space whose names and values are parts of each other, with clauses in all dialects."""
    keys = draw(st.lists(names, min_size=3, max_size=3, unique=True))
    choices = draw(st.lists(values, min_size=2, max_size=3, unique=True))
    parameters = {
        keys[0]: ("categorical", choices, choices[0]),
        keys[1]: ("integer", [1, 3], 2),
        keys[2]: ("categorical", choices[::-1], choices[0]),
    }
    condition = f"{keys[2]} | {keys[0]} == '{choices[0]}' || {keys[0]} in {{ '{choices[-1]}' }} && {keys[1]} > 1"
    classic = f"{{ {keys[0]} = '{choices[1]}' , {keys[1]} = 3 }}"
    advanced = f"{{ {keys[1]} == 1 && ( {keys[2]} ) == '{choices[1]}' }}"
    try:
        define(parameters, [condition], [classic, advanced])
    except ValueError:  # text that means something else, as a value that ends in '}'
        parameters, condition, classic, advanced = SVM, CONDITIONS[0], *FORBIDDENS
    return parameters, [condition], [classic, advanced]


@pytest.mark.slow
@settings(max_examples=12)
@given(spaces(), spaces())
def test_names_and_values_that_are_parts_of_each_other(one, two):
    try:
        merged = merge_spaces((svm, *one), (tree, *two))
    except ClauseError as error:  # a number in a clause is the name of a parameter with words
        if not error.message.endswith(("compare words with words only", "quote the value")):
            raise
        return
    whole = define(merged.parameters, merged.conditionals, merged.forbiddens)
    for name, (parameters, conditionals, forbiddens) in (("svm", one), ("tree", two)):
        alone = define(parameters, conditionals, forbiddens)
        domains = [p.values if p.kind == "categorical" else (1, 2, 3) for p in alone.parameters.values()]
        for combination in itertools.islice(itertools.product(*domains), 60):
            own = dict(zip(alone.parameters, combination, strict=True))
            if "c" in own and parameters is SVM:
                own["c"] = 0.5
                own["b"] = "mid"
            complete = {n: p.default for n, p in whole.parameters.items()} | {"algorithm": name}
            complete |= {f"{name}_{key}": value for key, value in own.items()}
            assert whole.active(complete) == {"algorithm", *(f"{name}_{key}" for key in alone.active(own))}
            forbidden = whole.violated(whole.restrict(complete)) is not None
            assert forbidden == (alone.violated(alone.restrict(own)) is not None)


@pytest.mark.parametrize(
    ("spaces", "text"),
    [
        ((), "at least one"),
        (((svm, SVM), (svm, TREE)), "two callables are called 'svm'"),
        (((svm, {"fast_a": FAST["a"]}), (svm_fast, FAST)), "'svm_fast_a' would be the name of two"),
        (((lambda x: x, FAST),), "__name__"),
        (((functools.partial(svm), FAST),), "__name__"),
        ((("svm", FAST),), "callable"),
        (((svm,),), "tuple"),
        (((svm, {"a": ("real", [1, 0], 1)}),), "'a'"),
        (((svm, SVM, ["c | d == 1"]),), "'d'"),
        (((svm, SVM, [], ["{ab = 2}"]),), "default configuration is forbidden"),
        (((svm, SVM, "c | a == x"),), "list of strings"),
    ],
)
def test_refused(spaces, text):
    with pytest.raises(ValueError, match=text):
        merge_spaces(*spaces)


def test_a_value_that_becomes_a_name():
    space = {"m": ("categorical", ["svm", "algorithm"], "svm"), "n": ("integer", [0, 3], 1)}
    with pytest.raises(ValueError, match="quote the value"):
        merge_spaces((svm, space, [], ["{m == algorithm}"]))
    merged = merge_spaces((svm, space, [], ["{m == 'algorithm'}", "{m = algorithm, n = 2}"]))
    whole = define(merged.parameters, merged.conditionals, merged.forbiddens)
    assert whole.violated({"algorithm": "svm", "svm_m": "algorithm", "svm_n": 0}) is not None


def test_words_whose_numbers_change():
    space = {"o": ("ordinal", ["mid", "hi"], "mid"), "n": ("integer", [0, 9], 1)}
    other = {"k": ("categorical", ["a", "b"], "a")}
    for clause in ("{o == hi && n > 3}", "{o >= hi}", "{n == 2}", "{2 n > 7 && hi <= o}"):
        assert merge_spaces((svm, space, [], [clause]), (tree, other)).forbiddens
    for clause in ("{o > 1}", "{o + n > 5}", "{o > n}", "{o && n > 3}", "{n * hi > 17}"):
        assert merge_spaces((svm, space, [], ["{n > 8}"]), (tree, TREE)).forbiddens  # no word of the other's
        with pytest.raises(ValueError, match="calculates with the numbers that represent words"):
            merge_spaces((svm, space, [], [clause]), (tree, other))


def test_words_whose_order_changes():
    space = {"k": ("categorical", ["hi", "lo", "mid"], "hi")}
    other = {"o": ("ordinal", ["lo", "hi"], "hi")}
    with pytest.raises(ValueError, match="order of the words of 'svm'"):
        merge_spaces((svm, space, [], ["{k > hi}"]), (tree, other))
    assert merge_spaces((svm, space, [], ["{k = lo}"]), (tree, other)).forbiddens == ["{svm_k = lo}"]


def test_callables_without_parameters_and_with_old_definitions():
    merged = merge_spaces((svm, {}), (svm_fast, {"x": ([0, 5], 2, "int"), "k": ({"p", "q"}, "p")}))
    assert merged.conditionals == ["svm_fast_x | algorithm == svm_fast", "svm_fast_k | algorithm == svm_fast"]
    assert merged.wrapper("svm") == ("svm", {})


@pytest.mark.slow
def test_it_can_be_minimised(tmp_path):
    merged = merge_spaces((tree, TREE), (_square, {"x": ("real", [-5, 5], 4)}))
    optimizer = SMAC_optimizer(working_directory=str(tmp_path))
    optimizer.smac_options["isolate"] = False
    value, best = optimizer.minimize(merged.wrapper, 25, merged.parameters, merged.conditionals, merged.forbiddens)
    assert set(best) == {"algorithm", "tree_depth", "_square_x"}
    assert merged.wrapper(**best) == value < 1


def _square(x):
    return x * x
