import pytest

from automax import parse_hyperparameters_from_dict
from automax.spaces import PAIRS, check_loss_kwargs, find_pair, for_labels, parse_defaultconfig, table


@pytest.mark.parametrize(
    ("name", "kwargs", "loss", "optimizer"),
    [
        ("AUCMLoss", {}, "AUCMLoss", "PESG"),
        ("PESG", {}, "AUCMLoss", "PESG"),
        ("CompositionalAUCLoss", {}, "CompositionalAUCLoss", "PDSCA"),
        ("APLoss", {}, "APLoss", "SOAP"),
        ("AveragePrecisionLoss", {}, "APLoss", "SOAP"),
        ("SOPA", {}, "pAUC_CVaR_Loss", "SOPA"),
        ("pAUCLoss", {"mode": "SOPA"}, "pAUC_CVaR_Loss", "SOPA"),
        ("pAUCLoss", {"mode": "1w"}, "pAUC_DRO_Loss", "SOPAs"),
        ("pAUCLoss", {"mode": "SOPAs"}, "pAUC_DRO_Loss", "SOPAs"),
        ("pAUCLoss", {}, "pAUC_DRO_Loss", "SOPAs"),
        ("pAUCLoss", {"mode": "2w"}, "tpAUC_KL_Loss", "SOTAs"),
        ("pAUCLoss", {"mode": "SOTAs"}, "tpAUC_KL_Loss", "SOTAs"),
        ("pAUCLoss", {"mode": "STACO"}, "tpAUC_CVaR_loss", "STACO"),
        ("STACO", {}, "tpAUC_CVaR_loss", "STACO"),
        ("CrossEntropyLoss", {}, "CrossEntropyLoss", "SGD"),
        ("SGD", {}, "CrossEntropyLoss", "SGD"),
        ("Adam", {}, "CrossEntropyLoss", "Adam"),
        ("BCELoss", {}, "BCELoss", "Adam"),
    ],
)
def test_names_are_resolved(name, kwargs, loss, optimizer):
    found = parse_defaultconfig(name, kwargs=kwargs)
    assert (found["loss"]["type"], found["optimizer"]["type"]) == (loss, optimizer)


@pytest.mark.parametrize(
    ("name", "kwargs", "loss", "mode"),
    [
        ("AUCMLoss", {}, "MultiLabelAUCMLoss", None),
        ("APLoss", {}, "mAPLoss", None),
        ("pAUCLoss", {"mode": "SOPA"}, "MultiLabelpAUCLoss", "SOPA"),
        ("pAUCLoss", {}, "MultiLabelpAUCLoss", "SOPAs"),
        ("SOTAs", {}, "MultiLabelpAUCLoss", "SOTAs"),
        ("CrossEntropyLoss", {}, "CrossEntropyLoss", None),
        ("BCELoss", {}, "BCELoss", None),
    ],
)
def test_several_labels(name, kwargs, loss, mode):
    found = parse_defaultconfig(name, multilabel=True, kwargs=kwargs)["loss"]
    assert found["type"] == loss
    assert found["space"].get("mode", {}).get("val") == mode


def test_a_multi_label_name_means_several_labels():
    assert parse_defaultconfig("mAPLoss")["loss"]["type"] == "mAPLoss"


@pytest.mark.parametrize("loss", ["CompositionalAUCLoss", "tpAUC_CVaR_loss"])
def test_no_form_for_several_labels(loss):
    with pytest.raises(ValueError, match=f"{loss} has no form for several labels"):
        parse_defaultconfig(loss, multilabel=True)


@pytest.mark.parametrize(
    ("loss", "optimizer", "message"),
    [
        ("AUCMLoss", "SOAP", "use the optimizer PESG, or the loss APLoss"),
        ("APLoss", "PESG", "use the optimizer SOAP, or the loss AUCMLoss"),
        ("CrossEntropyLoss", "PESG", "use the optimizer SGD or Adam, or the loss"),
        ("pAUCLoss", "SOTAs", "use the optimizer SOPAs, or the loss"),
        ("AUCMLoss", "PSEG", "unknown optimizer 'PSEG'; did you mean 'PESG'"),
        ("AUCM_Loss", None, "unknown loss 'AUCM_Loss'; did you mean"),
        ("NDCGLoss", "SONG", "no data of users and items"),
        ("CrossEntropyLoss", "SONG", "no data of users and items"),
    ],
)
def test_bad_pairs(loss, optimizer, message):
    with pytest.raises(ValueError, match=message):
        find_pair(loss, optimizer)


def test_bad_mode():
    with pytest.raises(ValueError, match="mode must be one of SOPA, SOPAs, 1w, SOTAs, 2w, STACO, got '3w'"):
        find_pair("pAUCLoss", kwargs={"mode": "3w"})


def test_refused_names():
    for name in ("NDCGLoss", "SONG"):
        with pytest.raises(ValueError, match="users and items"):
            parse_defaultconfig(name)


@pytest.mark.parametrize("loss", ["BCELoss", "CrossEntropyLoss"])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_baselines(loss, optimizer):
    assert find_pair(loss, optimizer).optimizer == optimizer


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.loss}-{pair.optimizer}")
def test_the_spaces_are_readable_and_hold_nothing_dead(pair):
    parse_hyperparameters_from_dict({**pair.loss_space})
    found = parse_hyperparameters_from_dict({**pair.optimizer_space})
    assert 0 < found["lr"].lower < found["lr"].default_value < found["lr"].upper  # the default is not a bound
    if pair.optimizer not in ("PESG", "SGD"):
        assert "momentum" not in found
    if "gamma" in pair.loss_space:
        assert pair.loss_space["gamma"]["val"][0] >= 0.01


def test_the_margin_of_several_labels_is_dead():
    assert for_labels(find_pair("AUCMLoss"), True).loss_space == {}
    assert "margin" in find_pair("AUCMLoss").loss_space


def test_the_caller_may_change_what_he_gets():
    parse_defaultconfig("AUCMLoss")["loss"]["space"]["margin"]["default"] = 0.6
    assert parse_defaultconfig("AUCMLoss")["loss"]["space"]["margin"]["default"] == 1.0


def test_version_2():
    assert "v1" in check_loss_kwargs(find_pair("AUCMLoss"), {"version": "v2"})
    assert check_loss_kwargs(find_pair("AUCMLoss"), {"version": "v1"}) == ""
    assert check_loss_kwargs(for_labels(find_pair("AUCMLoss"), True), {"version": "v2"}) == ""


def test_the_table_has_a_row_for_each_pair():
    lines = table().splitlines()
    assert len(lines) == 2 + len(PAIRS)
    assert all(line.count("|") == 6 for line in lines)
