"""The residents' face: one module per noun."""

from flask import Blueprint

from public import about

blueprint = Blueprint("public", __name__, template_folder="templates")
for module in (about,):
    blueprint.register_blueprint(module.blueprint)
