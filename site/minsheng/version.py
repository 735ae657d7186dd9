"""The version of the software, as every package of results names it."""

VERSION = "0.1.0"
