"""Following by mail: subscriptions, the outbox of letters, the ways they leave."""
