"""The registers behind a Danish authority, as stand-ins: files that one may edit, and a switch that disturbs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from oots.denmark import matching, records, register, representation
from oots.denmark.live_file import LiveFile
from oots.denmark.matching import Explanation
from oots.denmark.records import Records, load_records
from oots.denmark.register import CprRegister
from oots.denmark.representation import Representation
from oots.denmark.switch import RegisterSwitch
from oots.model.clock import Clock
from oots.model.issuing import Applicant, Match

CPR = "cpr"
FULDMAGT = "fuldmagt"
FAGSYSTEMER = "fagsystemer"
"""All that is neither: BBR, institutions, schools, permits, loans and so on."""
_DENMARK = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True, slots=True)
class Registers:
    """Whom the authorities ask: CPR for persons, the register of those who may act for others, and the rest."""

    cpr_file: LiveFile[CprRegister]
    representation_file: LiveFile[Representation]
    records_folder: LiveFile[Records]
    switch: RegisterSwitch
    clock: Clock

    @classmethod
    def from_files(
        cls,
        persons: Path | None = None,
        representing: Path | None = None,
        others: Path | None = None,
        *,
        switch: RegisterSwitch,
        clock: Clock,
    ) -> Registers:
        """Out of files of one's own (`others`: a folder of them), or the packaged ones; raises ConfigurationError with
        every fault of the first."""
        return cls(
            LiveFile(persons or register.STANDARD_FILE, CprRegister.from_file),
            LiveFile(representing or representation.STANDARD_FILE, Representation.from_file),
            LiveFile(others or records.STANDARD_FOLDER, load_records),
            switch,
            clock,
        )

    def cpr(self) -> CprRegister:
        """The persons, as CPR answers just now."""
        self.switch.ask(CPR)
        return self.cpr_file.content

    def records(self) -> Records:
        """What the other registers hold just now."""
        self.switch.ask(FAGSYSTEMER)
        return self.records_folder.content

    def match(self, applicant: Applicant) -> Match:
        """Who is meant today, and whether whoever acts may act. Both registers are asked, whoever it is about."""
        self.switch.ask(CPR)
        self.switch.ask(FULDMAGT)
        return self.explain(applicant).match

    def explain(self, applicant: Applicant) -> Explanation:
        """The same with the way there, whatever the switch says: for the architect's page."""
        persons, representation = self.cpr_file.content.persons, self.representation_file.content
        return matching.explain(applicant, persons, representation, self.today())

    def today(self) -> date:
        """The Danish day."""
        return self.clock.now().astimezone(_DENMARK).date()
