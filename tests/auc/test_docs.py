from pathlib import Path

from automax.commands import recipe_path, recipes
from automax.data.builtin import BUILTIN
from automax.file import AUTOMAX, TRAINING, check_settings, load_settings
from automax.spaces import table

PAGE = Path(__file__).parents[2] / "docs" / "automax.md"


def test_the_table_of_spaces_is_that_of_the_code():
    text = PAGE.read_text()
    shown = text.partition("<!-- spaces -->")[2].partition("<!-- /spaces -->")[0]
    assert shown.strip() == table()


def test_the_table_of_recipes_is_that_of_their_files():
    lines = PAGE.read_text().partition("<!-- recipes -->")[2].partition("<!-- /recipes -->")[0].strip().splitlines()
    found = {}
    for name in recipes():
        settings = load_settings(recipe_path(name))
        mode = settings.training["loss_kwargs"].get("mode")
        bounds = [f"{key} {value}" for each in settings.metric_kwargs for key, value in each.items()]
        found[f"`{name}`"] = [
            settings.dataset["name"],
            settings.training["loss"] + (f", mode {mode}" if mode else ""),
            settings.training["optimizer"],
            ", ".join([settings.target, *bounds]),
            "no" if settings.dataset["name"] in BUILTIN else "yes",
        ]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert {name: cells for name, *cells in rows} == found


def test_the_example_of_a_file_is_valid():
    import yaml

    block = PAGE.read_text().partition("## The file")[2].partition("A key that does not exist")[0]
    content = yaml.safe_load(block)
    found = check_settings(content)
    assert content["automax"].keys() <= AUTOMAX.keys()
    assert content["training"].keys() <= TRAINING.keys()
    assert found.training["batch_size"]["log"] is True
