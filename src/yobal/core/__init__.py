"""Pure rules: no files, network, clock, randomness or framework. Time and randomness are arguments."""
