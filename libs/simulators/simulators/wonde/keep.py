"""What is kept of a Wonde, so that a simulator started again goes on where it was."""

from simulators.shared.keep import Kept
from simulators.wonde.roster import Roster


class KeptRoster(Kept):
    """The records as they are now, with their ids."""

    roster: Roster
