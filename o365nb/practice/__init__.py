"""The practice tenant: stories of incidents, played by a real HTTPS server that answers as Microsoft's APIs do.

It stands alone: nothing of it knows how evidence is collected or judged.
"""

from __future__ import annotations

from o365nb.practice.conditions import Chaos, Conditions, PageLife
from o365nb.practice.foreground import serve
from o365nb.practice.story import StoryInfo, find_story, stories
from o365nb.practice.tenant import PracticeTenant

__all__ = ["Chaos", "Conditions", "PageLife", "PracticeTenant", "StoryInfo", "find_story", "serve", "stories"]
