"""Pages of a made run, and what an HTML parser sees in them."""

from html.parser import HTMLParser

from deepgen.stages.report import report


class References(HTMLParser):
    """Collects tags, ids in their order, and the addresses of src and href by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [(tag, v) for k, v in attributes if k in ("src", "href")]
        self.ids += [v for k, v in attributes if k == "id"]


def written(made, page):
    """The text of a page, made in a folder beside the published one, as jobs do."""
    inputs, settings = made.job(page)
    report(inputs, made.run / ".report-abc", settings)
    return (made.run / f".report-abc/{page}.html").read_text()
