"""The command groups, and what all commands share. Light: `o365nb --help` imports all of it."""
