"""What one run of one contestant gives, and the meter around it."""

import dataclasses
import time

import machine


class MeasuringFailed(Exception):
    """The run did not do what it should have measured."""


@dataclasses.dataclass
class Sample:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    service_us: float = None  # processor time per request
    postgres_us: float = None
    client_us: float = None
    memory_mib: float = None
    sends: float = None  # writes to PostgreSQL's sockets per request
    noise_cores: float = None  # busy with none of the three


class Meter:
    """Processor time of everybody, from construction to stop(); `server` is a pid or None."""

    def __init__(self, cluster, server=None):
        self.cluster, self.server = cluster, server
        self.before = self._read()

    def _read(self):
        return {
            "now": time.monotonic(), "busy": machine.busy_seconds(),
            "postgres": machine.family_processor_seconds(self.cluster.process.pid),
            "service": machine.family_processor_seconds(self.server) if self.server else 0.0,
            "client": machine.own_children_seconds(),
        }

    def stop(self):
        after = self._read()
        return {name: after[name] - self.before[name] for name in after}


def noise(used):
    """Cores busy with anything else while a meter ran."""
    known = used["postgres"] + used["service"] + used["client"]
    return max(0.0, (used["busy"] - known) / used["now"])
