"""The families, listed: each is a folder with `settings`, `model` and `objective`."""

FAMILIES = ("gan", "mixture", "rbm", "dbn", "cae", "gsn", "nice")
