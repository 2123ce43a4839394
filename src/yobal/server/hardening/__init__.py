"""Keeps readers' words out of freed memory and core files. Imported before everything else."""
