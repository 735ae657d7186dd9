"""The domain: models, states, rules and sums. Knows no request, form, template or index."""
