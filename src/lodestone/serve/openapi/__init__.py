"""The OpenAPI document: every route as other software reads it, shaped by what reads and writes the bodies."""

from lodestone.serve.openapi.document import document_of

__all__ = ("document_of",)
