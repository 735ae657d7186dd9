"""The map: what is drawn without script, and the map that opens when the reader asks."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]


def test_without_script_the_drawing_and_the_list_lead_to_projects(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/map?origin=own")
    assert page.locator(".map-outline").count() == 7
    page.goto("/map?origin=own&status=seriously_behind")
    expect(page.get_by_role("button", name="打开可缩放的地图")).to_be_hidden()
    mark = page.locator(".map-drawing a")
    expect(mark).to_have_attribute("aria-label", re.compile("，严重滞后$"))
    mark.click()
    expect(page).to_have_url(re.compile(r"/projects/[a-z0-9-]+$"))


def test_the_map_is_fetched_only_when_it_is_opened_and_works_by_keyboard(open_page: Opener) -> None:
    page = open_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/map?origin=own")
    assert not [address for address in fetched if "leaflet" in address or "geojson" in address]
    page.get_by_role("button", name="打开可缩放的地图").click()
    markers = page.locator("#map-canvas .leaflet-marker-icon")
    expect(markers.first).to_be_visible()
    assert page.locator("#map-canvas path.map-outline").count() == 7
    page.wait_for_function("document.activeElement.id === 'map-canvas'")
    together = page.get_by_role("button", name=re.compile("个项目，放大查看$")).first
    before = markers.count()
    together.focus()
    page.keyboard.press("Enter")
    expect(markers).not_to_have_count(before)
    assert page.evaluate("document.activeElement.id") == "map-canvas"
