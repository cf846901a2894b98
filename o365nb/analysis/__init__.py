"""Judgement: whose events they were, what it adds up to, what was left behind, seen and sent, and how they got in."""
