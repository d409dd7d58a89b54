"""The pages' templates, a package of their own: an edit of one is an edit of the report."""
