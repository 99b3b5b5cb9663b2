"""The page of all routes: the OpenAPI document for people. Others use `reference_routes` and, for the state of an application, `ReferencePages`."""

from lodestone.console.reference.page import ReferencePages, reference_routes

__all__ = ("ReferencePages", "reference_routes")
