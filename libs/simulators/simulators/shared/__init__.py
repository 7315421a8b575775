"""What the simulators have in common, most of it the providers of rosters; what is one's own is in its folder."""
