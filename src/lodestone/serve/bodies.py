"""Bodies that are no single JSON value, as the document names them: NDJSON lines, and media as they are."""

from dataclasses import dataclass, field
from typing import Final

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

_NDJSON: Final = "application/x-ndjson"


def _lines(of: str) -> RequestBody:
    """Return a body of lines, each an object of the named schema with its `id`."""
    says = f"One JSON object a line, each a `{of}` with its `id`."
    told = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, description=says))
    return RequestBody(content={_NDJSON: told}, required=True)


MEDIA_TYPES: Final = (
    "image/webp", "image/png", "image/jpeg", "image/svg+xml", "video/mp4", "audio/mpeg",
)  # fmt: skip


def _media() -> dict[str, OpenAPIMediaType]:
    told = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
    return dict.fromkeys(MEDIA_TYPES, told)


@dataclass
class PeopleLines(Operation):
    """An operation that takes people, line by line."""

    request_body: RequestBody | None = field(default_factory=lambda: _lines("PersonIn"))


@dataclass
class ItemLines(Operation):
    """An operation that takes items, line by line."""

    request_body: RequestBody | None = field(default_factory=lambda: _lines("ItemIn"))


@dataclass
class MediaBytes(Operation):
    """An operation that takes a picture, clip or sound."""

    request_body: RequestBody | None = field(
        default_factory=lambda: RequestBody(content=_media(), required=True)
    )


@dataclass
class MediaAnswer(Operation):
    """An operation that answers with a picture, clip or sound."""

    def __post_init__(self) -> None:
        """Name the types it may be of, which no annotation can."""
        if self.responses is not None:
            found = OpenAPIResponse(description="What the store holds.", content=_media())
            self.responses["200"] = found
            self.responses["206"] = OpenAPIResponse(
                description="The range that was asked for.", content=_media()
            )
            self.responses["304"] = OpenAPIResponse(
                description="It has not changed; it never does."
            )
            self.responses["416"] = OpenAPIResponse(description="It ends before the range begins.")
