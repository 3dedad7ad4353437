"""The `phoenix mcp` command: serve the tools of a toy that runs already to an assistant."""

import argparse

from phoenix_tools.run.become import ERRORS, become

__all__ = ['ERRORS', 'main']


def main(options: argparse.Namespace) -> int:
    """Become the MCP server on standard input and output."""
    become('phoenix_home', 'mcp_server', options.namespace, [])
