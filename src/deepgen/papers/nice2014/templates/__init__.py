"""The template of the paper's page, a package of its own: an edit of it is an edit of the page."""
