"""Log records exactly as Microsoft's services return them, one module per log. Pure: facts in, record out."""
