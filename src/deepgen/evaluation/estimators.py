"""The names of the Parzen estimators, as they stand in files and tables. Imports no torch."""

PUBLISHED = "parzen, as published"  # the papers' own, of which less is known
RELEASED_GRID = "parzen, released default grid"
FINE_SIGMA = "parzen, fine sigma"
