"""Simulations 测算模拟 as callers see them: asked, worked out in the background, held in memory."""
