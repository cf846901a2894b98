"""o365nb: from a compromised Microsoft 365 account to a signed-off incident report."""

__version__ = "0.1.0"
