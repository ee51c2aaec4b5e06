"""Medical policies of payers."""

from extractors.layouts.payer_policy.layout import LAYOUT

__all__ = ["LAYOUT"]
