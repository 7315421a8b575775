"""For tests: waiting without sleeping, services run in the test's process, and a probe that hears every event."""
