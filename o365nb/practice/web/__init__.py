"""The practice tenant's web face: sign-in, Graph and Exchange under one origin."""
