"""The names of the two Parzen estimators, as they stand in files and tables. Imports no torch."""

RELEASED_GRID = "parzen, released default grid"
FINE_SIGMA = "parzen, fine sigma"
