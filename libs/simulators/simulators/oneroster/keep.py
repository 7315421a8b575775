"""What is kept of a roster, so that a simulator started again goes on where it was."""

from simulators.generate import District
from simulators.shared.keep import Kept


class KeptDistrict(Kept):
    """The records as they are now."""

    district: District
