"""The actions, one module per family; found by discovery."""
