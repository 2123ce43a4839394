"""The shipped units under a real systemd, in a container."""
