"""Moodle's web services over REST, as a Moodle 4.4 really speaks them."""
