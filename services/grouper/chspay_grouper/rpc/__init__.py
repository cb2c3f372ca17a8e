"""The grouper on the wire: messages to nouns of the core, and back."""

from chspay_grouper.rpc.grouping import SERVICE, GrouperServicer

__all__ = ["SERVICE", "GrouperServicer"]
