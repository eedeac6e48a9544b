"""The bad network of the fault tests: deploy.stack.proxy under the name that tests know."""

from __future__ import annotations

from deploy.stack.proxy import FaultProxy, abort, fault_proxy

__all__ = ["FaultProxy", "abort", "fault_proxy"]
