"""The helper functions of the original pysmac under their old names; each module is loaded when it is first used.

As in pysmac of 2015, functions that read files are also available in this module, for example
``pysmac.utils.read_pcs``.
"""

from __future__ import annotations

import importlib
from typing import Any

#: for each name that pysmac offered in ``pysmac.utils`` or in ``pysmac``: the module that defines it
_HELPERS = {
    "MyPool": "multiprocessing_wrapper",
    "check_java_version": "java_helper",
    "convert_param_dict_types": "smac_output_readers",
    "find_largest_file": "state_merge",
    "json_parse": "smac_output_readers",
    "read_instance_features_file": "smac_output_readers",
    "read_instances_file": "smac_output_readers",
    "read_paramstrings_file": "smac_output_readers",
    "read_pcs": "smac_input_readers",
    "read_runs_and_results_file": "smac_output_readers",
    "read_sate_run_folder": "state_merge",
    "read_scenario_file": "smac_input_readers",
    "read_trajectory_file": "smac_output_readers",
    "read_validationCallStrings_file": "smac_output_readers",
    "read_validationObjectiveMatrix_file": "smac_output_readers",
    "smac_classpath": "java_helper",
    "write_pcs": "smac_input_readers",
}
_MODULES = (
    *("java_helper", "multiprocessing_wrapper", "pcs_merge", "pysmac_fanova", "smac_argparser"),
    *("smac_input_readers", "smac_output_readers", "state_merge"),
)
__all__ = sorted(_HELPERS)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _HELPERS:
        return getattr(importlib.import_module(f"{__name__}.{_HELPERS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
