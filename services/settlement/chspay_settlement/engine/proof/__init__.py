"""The proof of a month's totals: a Merkle-sum tree over its cases, and what one hospital can check with it.

``sums`` are the figures every node adds up, ``tree`` a binary tree of them, ``leaves`` what is committed of a
case and of a part of a hospital, ``pool`` the tree of a whole month, ``inclusion`` the proof handed out,
``cut`` how whole fen were handed out without showing anybody's share, ``groups`` the published group figures,
``published`` what stands on every statement, ``share`` one hospital's money from its own cases. Pure; the
threat model is in docs/own-cheque.md.
"""
