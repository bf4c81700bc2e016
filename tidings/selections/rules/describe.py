"""What may be asked, as plain values: for programs, and for whoever builds a rule step by step."""

from typing import Any

from tidings.attributes.criteria import Criterion
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.relations import FORMS, RELATIONS, Takes, takes, units


def describe(criterion: Criterion, catalogue: Catalogue) -> dict[str, Any]:
    """One criterion: its name in JSON, its words in a rule, its relations and choices."""
    return {
        "field": criterion.name,
        "written": catalogue.spelled(criterion),
        "label": criterion.label,
        "section": criterion.section,
        "kind": str(criterion.kind),
        "scope": criterion.scope.word if criterion.scope else None,
        "choices": [{"value": one.value, "label": one.label} for one in criterion.choices],
        "relations": [
            {
                "relation": str(relation),
                "written": f"{FORMS[relation].words} … {FORMS[relation].end}".strip(" …"),
                "takes": str(takes(criterion.kind, relation)),
                "units": [str(unit) for unit in units(criterion.kind, relation)]
                if takes(criterion.kind, relation) is Takes.PERIOD
                else [],
            }
            for relation in RELATIONS[criterion.kind]
        ],
    }
