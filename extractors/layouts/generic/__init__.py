"""Any other page about a billing code; the layout by form alone."""

from extractors.layouts.generic.layout import LAYOUT

__all__ = ["LAYOUT"]
