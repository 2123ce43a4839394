"""Tells the newsroom, at fixed times, that something waits or fails."""
