"""The menu: what a role opens, in one row where it is little and in groups where it is much."""

from collections.abc import Callable

from minsheng.accounts.staff import Role, StaffMember
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


def test_few_parts_stand_in_one_row(make: Make, browser_of: SignIn) -> None:
    page = browser_of(make.staff(Role.SURVEYOR, division=make.division())).get("/admin/surveys/").get_data(as_text=True)
    assert 'href="/admin/surveys/" aria-current="page"' in page
    assert 'class="group-parts"' not in page


def test_many_parts_stand_in_groups_and_none_twice(make: Make, browser_of: SignIn) -> None:
    page = (
        browser_of(make.staff(Role.PUBLISHER, division=make.division())).get("/admin/problems/").get_data(as_text=True)
    )
    menu, _, rest = page.partition('<nav class="group-parts"')
    neighbours = rest.partition("</nav>")[0]
    assert 'aria-current="true">督查</a>' in menu
    assert 'href="/admin/problems/" aria-current="page"' in neighbours
    assert "/admin/lookbacks/" in neighbours
    assert "/admin/monitors/" not in neighbours
    assert menu.count('href="/admin/monitors/"') <= 1
