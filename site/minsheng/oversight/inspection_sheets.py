"""The check sheets of the thirteen kinds of finished projects: what is looked at, item by item.

Every sheet begins with what holds for any finished project; the items after it belong to the kind. The thirteen kinds
are the categories of the domain without ``other``, which has the common items only.
"""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.records.projects import Category

KINDS = tuple(category for category in Category if category is not Category.OTHER)
"""The thirteen kinds of finished projects that plans draw from."""

COMMON = ("in_use", "as_accepted", "kept", "upkeep_paid", "signed", "safe")
"""In use; in the state it was accepted in; a keeper on duty; upkeep money spent; a sign with keeper and phone; safe."""

_OWN: Mapping[Category, tuple[str, ...]] = MappingProxyType(
    {
        Category.EDUCATION: ("rooms_used", "equipment_used", "canteen_clean"),
        Category.HEALTH: ("staff_on_duty", "equipment_used", "opening_hours_kept"),
        Category.TRANSPORT: ("surface_sound", "drains_clear", "guards_and_signs"),
        Category.WATER: ("water_flows", "water_tested", "fees_posted"),
        Category.HOUSING: ("no_leaks", "moved_in", "lifts_and_lights"),
        Category.ENVIRONMENT: ("plant_runs", "discharge_tested", "waste_removed"),
        Category.ELDERLY_AND_CHILDREN: ("beds_used", "carers_enough", "meals_and_fire_safety"),
        Category.EMPLOYMENT: ("trainees_real", "trainees_placed", "fees_free"),
        Category.SOCIAL_SECURITY: ("paid_in_full", "paid_on_time", "list_posted"),
        Category.CULTURE_SPORT: ("open_to_all", "opening_hours_kept", "equipment_sound"),
        Category.AGRICULTURE: ("fields_served", "pumps_run", "users_agree"),
        Category.SAFETY: ("alarms_work", "routes_clear", "drills_held"),
        Category.DIGITAL: ("window_staffed", "service_in_one_visit", "complaints_answered"),
    }
)
ANSWERS = ("yes", "no", "not_applicable")


def items_of(category: Category) -> tuple[str, ...]:
    """Return the items of a kind's sheet, in their order."""
    return (*COMMON, *_OWN.get(category, ()))


def every_item() -> tuple[str, ...]:
    """Return every item of any sheet, each once."""
    return tuple(dict.fromkeys(item for category in Category for item in items_of(category)))
