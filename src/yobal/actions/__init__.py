"""What Yobal does: a file per verb. Two actions never import each other."""
