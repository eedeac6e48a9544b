"""Plays instruments over their real protocols: what the demo measures and the tests hold the drivers against."""
