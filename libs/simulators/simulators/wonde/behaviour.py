"""How the simulated Wonde behaves when nothing goes wrong."""

from msgspec import Struct, field


class Behaviour(Struct, kw_only=True, forbid_unknown_fields=True):
    """Settings that stay for the whole life of a simulator.

    - `per_page`: rows a page if none is asked for. `max_per_page`: the number to which a larger one is cut without a
      word, `max_per_page_of` that of single endpoints (`{"classes": 20}`).
    - `cursors`: whether `cursor=true` is honoured; if not, pages come by number all the same.
    - `mis`: the schools' own systems in turn; `styles` says how each writes its values.
    - `include_status`: 400 or 422, the answer to an include that is unknown or not permitted.
    - `membership_moves_class`: whether a class's `updated_at` moves with its members. A student's never does.
    - `parents_on_staff`: employees of each school who are contacts there as well: one UPI, two ids.
    - `former_staff`: employees of each school who left it, but are still listed.
    """

    per_page: int = 50
    max_per_page: int = 200
    max_per_page_of: dict[str, int] = field(default_factory=dict)
    cursors: bool = True
    mis: tuple[str, ...] = ("SIMS", "Arbor", "Bromcom")
    include_status: int = 400
    membership_moves_class: bool = True
    parents_on_staff: int = 1
    former_staff: int = 1
