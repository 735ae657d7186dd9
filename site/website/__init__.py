"""The only place that knows everything: application factory, configuration and commands."""
