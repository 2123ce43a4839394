"""What Yobal does, one file for each verb. Actions never import each other, except `erase_published`."""
