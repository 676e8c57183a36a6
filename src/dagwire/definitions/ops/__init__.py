"""Ops, graphs of ops, and the nodes that a graph places."""
