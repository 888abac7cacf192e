"""What the workbench remembers, and that it does so under lock and key."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from oots.database.opening import open_database
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault
from oots.workbench.journeys import Role, deck
from oots.workbench.notebook import Entered, Notebook, Ran
from tests.support.trust import NOW

ANE = Entered(NOW, "Architect Ane", "vielse", "remark", "Ask the ministry")
RAN = Ran(NOW, "S01", "bestil-bopaelsattest", "delivered", "delivered", as_expected=True, seconds=1.5)


def test_the_last_word_counts_and_those_before_it_are_kept(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    later = replace(ANE, who="Architect Bo", value="Done")
    with closing(open_database(tmp_path)) as database:
        notebook = Notebook(database, vault)
        notebook.enter([ANE])
        notebook.enter([later])
        notebook.add_run(replace(RAN, as_expected=False))
        notebook.add_run(RAN)
    with closing(open_database(tmp_path)) as database:
        notebook = Notebook(database, vault)
        assert notebook.entered() == (ANE, later)
        assert notebook.values() == {("vielse", "remark"): later}
        assert notebook.runs() == {"S01": RAN}


def test_names_lie_in_no_file_in_the_open_and_open_with_no_other_key(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database:
        Notebook(database, Vault.from_file(tmp_path / "vault.key")).enter([ANE])
        files = [path.read_bytes() for path in tmp_path.iterdir()]
        assert any(b"workbench_note" in content for content in files)
        assert not any(b"Architect" in content for content in files)
        with pytest.raises(ConfigurationError):
            Notebook(database, Vault.from_file(tmp_path / "another.key")).entered()


def test_the_deck_names_thirteen_journeys_with_their_solutions_four_paths_and_nine_criteria() -> None:
    told = deck()
    assert len(told.thirteen) == 13
    assert (len(told.path), len(told.criterion)) == (4, 9)
    solutions = [solution for journey in told.thirteen.values() for solution in journey.solutions]
    held = {solution.name for solution in solutions if solution.role is Role.CONTRACT_HOLDER}
    assert held == {"Mit Sygefravær", "Byg og Miljø"}
    assert {solution.party for solution in solutions if solution.name in held} == {"KOMBIT"}
    assert [journey.procedure for journey in told.thirteen.values() if journey.procedure] == ["S1", "V1"]
    assert all(journey.annex_1 and journey.evidence and journey.eu_lacks for journey in told.thirteen.values())
