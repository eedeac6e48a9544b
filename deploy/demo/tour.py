"""The story for a chief inspector, in 60 seconds: a gas alarm, a network that fails, a look back, a digit that was altered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.demo.console import Voice
    from deploy.demo.world import World


async def tour(world: World, voice: Voice) -> None:
    """Tell it, each step with what was seen."""
    voice.say("[bold]0:00[/bold]")
