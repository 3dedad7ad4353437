"""The command line and the makers' tools: bags, graph, traces, the live console."""
