"""Keeps readers' words out of freed memory and core dumps. Imported before everything else."""
