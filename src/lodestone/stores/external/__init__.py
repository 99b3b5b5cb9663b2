"""Adapters to what stands outside the installation: payment providers, receivers of webhooks."""
