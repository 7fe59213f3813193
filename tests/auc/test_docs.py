from pathlib import Path

from automax.file import AUTOMAX, TRAINING, check_settings
from automax.spaces import table

PAGE = Path(__file__).parents[2] / "docs" / "automax.md"


def test_the_table_of_spaces_is_that_of_the_code():
    text = PAGE.read_text()
    shown = text.partition("<!-- spaces -->")[2].partition("<!-- /spaces -->")[0]
    assert shown.strip() == table()


def test_the_example_of_a_file_is_valid():
    import yaml

    block = PAGE.read_text().partition("## The file")[2].partition("A key that does not exist")[0]
    content = yaml.safe_load(block)
    found = check_settings(content)
    assert content["automax"].keys() <= AUTOMAX.keys()
    assert content["training"].keys() <= TRAINING.keys()
    assert found.training["batch_size"]["log"] is True
