"""The official 1.0.0 rule files in Saxon, each compiled once; a message is parsed once for both of its files."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from benchmarks.documents import FIRST, SHARED
from oots.rules.kind import Kind

TOOL: Final = SHARED / "tools" / "schematron.py"
_FILES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REQUEST: ("EDM-REQ-S", "EDM-REQ-C"),
    Kind.RESPONSE: ("EDM-RESP-S", "EDM-RESP-C"),
    Kind.ERROR: ("EDM-ERR-S", "EDM-ERR-C"),
    Kind.EB_REQUIREMENTS: ("EB-REQ-S", "EB-REQ-C"),
    Kind.EB_EVIDENCE_TYPES: ("EB-EVI-S", "EB-EVI-C"),
    Kind.EB_ERROR: ("EB-ERR",),
    Kind.DSD_SERVICES: ("DSD-RESP-S", "DSD-RESP-C"),
    Kind.DSD_ERROR: ("DSD-ERR-S", "DSD-ERR-C"),
}


class OfficialRules:
    """The files about one kind of document. `processor` is a `PySaxonProcessor`, which has no types."""

    def __init__(self, processor: Any, kind: Kind) -> None:
        tool = _load(TOOL)
        self._processor = processor
        self._files = [tool.Schematron(processor, str(FIRST / "sch" / f"{name}.sch")).exe for name in _FILES[kind]]

    def report(self, message: str) -> list[Any]:
        """One report (SVRL) for each file, as trees that nobody has written out or read yet: less than a verdict."""
        tree = self._processor.parse_xml(xml_text=message)
        return [file.transform_to_value(xdm_node=tree) for file in self._files]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
