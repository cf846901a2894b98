"""The tables every later step reads, and how Microsoft's records become their rows."""
