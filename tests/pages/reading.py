"""Read a page as a tree of elements, enough to ask what it says and what refers to what."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element(dict[str, str]):
    """An element: its attributes, with its tag, its parent and the text inside it."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: "Element | None") -> None:
        super().__init__(attributes)
        self.tag = tag
        self.parent = parent
        self.text = ""


class Page(HTMLParser):
    """The elements of a page in their order. Raises ``AssertionError`` where tags do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open[-1] if self._open else None)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened.tag == tag, f"<{opened.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def every(self, tag: str | None, class_: str = "") -> list[Element]:
        """Return the elements with this tag (None: any) and class."""
        return [
            element
            for element in self.elements
            if tag in {None, element.tag} and (not class_ or class_ in element.get("class", "").split())
        ]

    def one(self, tag: str, class_: str = "") -> Element:
        """Return the only such element."""
        (element,) = self.every(tag, class_)
        return element

    def by_id(self, name: str) -> Element:
        """Return the only element with this id."""
        (element,) = (element for element in self.elements if element.get("id") == name)
        return element

    def inside(self, outer: Element, tag: str) -> list[Element]:
        """Return the elements with this tag inside another."""
        return [element for element in self.every(tag) if any(outer is ancestor for ancestor in _ancestors(element))]

    def is_within(self, element: Element, tag: str) -> bool:
        """Whether an element stands inside one with this tag."""
        return any(ancestor.tag == tag for ancestor in _ancestors(element))


def _ancestors(element: Element) -> list[Element]:
    found = []
    while element.parent is not None:
        element = element.parent
        found.append(element)
    return found


def parse(html: str) -> Page:
    """Return a page that has been read to its end, with every element closed."""
    page = Page()
    page.feed(html)
    page.close()
    assert page._open == []
    return page
