"""Experts: who they are, who may not judge what, how they are drawn, and what their votes come to; pure."""
