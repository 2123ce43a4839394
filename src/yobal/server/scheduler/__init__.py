"""What the desk's process does by itself: release at every slot, write files, purge, rotate keys."""
