"""Pure rules: no files, network, clock, chance or framework. Time and chance are arguments."""
