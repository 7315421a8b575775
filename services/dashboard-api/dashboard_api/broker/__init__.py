"""The broker as operators see it: what waits in its queues, and the messages that were parked."""
