"""MCP: tools of other programs for the conversation, and the toy as a server of tools."""
