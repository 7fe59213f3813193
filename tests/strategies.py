"""What Hypothesis draws: texts, numbers, spaces, configurations."""

from hypothesis import strategies as st

from pysmac_compat.space.definition import define

_visible = st.characters(exclude_categories=["C", "Z"])
printable = st.text(_visible | st.just(" "), max_size=8)
words = printable | st.text(alphabet="ab\\'\"=, {}[]|#-", max_size=8)
_in_names = st.characters(exclude_categories=["C", "Z"], exclude_characters="#'\"")
names = st.text(_in_names | st.sampled_from("ab\\=,{}[]|-"), min_size=1, max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
any_float = st.floats(allow_nan=True)
seconds = st.floats(0, 1e6)


@st.composite
def specifications(draw):
    kind = draw(st.sampled_from(["real", "integer", "categorical", "ordinal"]))
    if kind == "integer":
        low, high = sorted(draw(st.lists(st.integers(-(2**53), 2**53), min_size=2, max_size=2, unique=True)))
        log = ("log",) if low > 0 and draw(st.booleans()) else ()
        return (kind, [low, high], draw(st.integers(low, high)), *log)
    if kind == "real":
        low, high = sorted(draw(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=2, unique=True)))
        log = ("log",) if low > 0 and draw(st.booleans()) else ()
        return (kind, [low, high], draw(st.floats(low, high)), *log)
    choices = draw(
        st.lists(words, min_size=1, max_size=4, unique=True)
        | st.lists(st.integers(-9, 9), min_size=1, max_size=4, unique=True)
        | st.lists(numbers, min_size=1, max_size=4, unique=True)
        | st.just([True, False])
    )
    return (kind, choices, draw(st.sampled_from(choices)))


spaces = st.dictionaries(names, specifications(), min_size=1, max_size=4)


@st.composite
def configurations_of_spaces(draw):
    """A space, and a configuration of it."""
    definition = define(draw(spaces))
    values = {}
    for name, parameter in sorted(definition.parameters.items()):
        if parameter.kind == "real":
            values[name] = draw(st.floats(*parameter.values))
        elif parameter.kind == "integer":
            values[name] = draw(st.integers(*parameter.values))
        else:
            values[name] = draw(st.sampled_from(parameter.values))
    return definition, values
