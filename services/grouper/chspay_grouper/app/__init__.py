"""Use-cases of the grouper: grouping now, stored runs, and the life of schemes."""

from chspay_grouper.app.grouping import GrouperApp, Loaded, group_case

__all__ = ["GrouperApp", "Loaded", "group_case"]
