"""A short soak: the real services, killed in turns, while nights pass. `make soak` runs the long one."""

import random
from pathlib import Path

import pytest
from pydantic import SecretStr

from bench.soak import Soak, expected_nights
from rosterbus_local.rabbitmq import PrivateRabbit
from rosterbus_local.servers import Servers


class OwnBroker(Servers):
    """The servers of the suite, with a broker of its own that may be killed."""

    def __init__(self, servers: Servers, rabbitmq: PrivateRabbit) -> None:
        super().__init__(servers.folder, durable=False)
        self.database_url, self.rabbitmq, self.amqp_url = servers.database_url, rabbitmq, rabbitmq.amqp_url


@pytest.mark.timeout(1000)  # a run that a busy machine lets fail is tried again five minutes later
async def test_every_night_is_accounted_for_and_none_runs_twice_while_things_are_killed(
    servers: Servers, database_url: SecretStr, tmp_path: Path
) -> None:
    broker = PrivateRabbit(tmp_path / "rabbit")
    broker.start()
    own = OwnBroker(servers, broker)
    own.database_url = database_url.get_secret_value()
    soak = Soak(nights=6, schools=10, night_seconds=8, random=random.Random(7))
    try:
        account = await soak.run(own, tmp_path)
    finally:
        broker.stop()
    assert account.right, account
    assert account.occurrences == expected_nights(6, 10)
    assert len(soak.kills) == 6
