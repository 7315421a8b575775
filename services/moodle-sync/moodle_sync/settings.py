"""Settings of moodle-sync."""

from pydantic import Field

from common.settings import WorkerSettings


class Settings(WorkerSettings):
    """What every worker with secrets needs, and how Moodle sites are treated."""

    moodle_timeout_seconds: float = Field(
        default=120, gt=0, description="Seconds to wait for Moodle's answer to one call"
    )
    moodle_form_fields: int = Field(
        default=1000, ge=50, description="PHP's max_input_vars on the Moodle sites; a call has fewer form fields"
    )
    moodle_in_flight: int = Field(
        default=2, ge=1, description="Calls in flight to one Moodle site at the most, over all workers"
    )
    moodle_attempts: int = Field(default=4, ge=1, description="Tries of a call while Moodle does not answer or is busy")
    moodle_failures: int = Field(
        default=5, ge=1, description="Runs in a row without an answer after which a Moodle is left alone for a while"
    )
    moodle_step_seconds: float = Field(
        default=600, gt=0, description="Seconds after which a long run lets others in, to go on in its turn"
    )
