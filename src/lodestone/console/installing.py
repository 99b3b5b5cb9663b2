"""What a browser asks for beside pages: the web manifest, by which the page can be put on a phone's first screen, and its icon."""

from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.console.site import Asked, console
from lodestone.services.access.permissions import ANYONE

_KEPT: Final = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}


@get("/manifest.webmanifest", opt=ANYONE, include_in_schema=False)
async def get_manifest(request: Asked, state: AppState) -> Response[dict[str, Any]]:
    """Say how the page looks when it is installed, in the reader's language."""
    pages = console(state)
    words, ground, home = pages.words(request), pages.grounds[0], f"{pages.root}/"
    icons = [("mark.svg", "any", "image/svg+xml", "any")]
    icons += [(f"icon-{n}.png", f"{n}x{n}", "image/png", "any") for n in (192, 512)]
    icons += [("icon-maskable-512.png", "512x512", "image/png", "maskable")]
    manifest = {
        "id": home, "name": words.say("Lodestone, your neighbourhood"), "short_name": "Lodestone",
        "description": words.say("Lodestone decides what each person in a community sees, and can say why."),
        "lang": words.language, "dir": "ltr", "start_url": home, "scope": home, "display": "standalone",
        "background_color": ground, "theme_color": ground,
        "icons": [
            {"src": pages.root + pages.files.address(name), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in icons
        ],
    }  # fmt: skip
    return Response(
        manifest,
        media_type="application/manifest+json",
        headers={**_KEPT, "vary": "accept-language, cookie"},
    )


@get("/favicon.ico", opt=ANYONE, include_in_schema=False)
async def get_favicon(state: AppState) -> Response[bytes]:
    """Fetch the icon where browsers ask for it unasked."""
    icon = console(state).files.get("favicon.ico")
    return Response(icon.body, media_type=icon.kind, headers=_KEPT)


ROUTES = [get_manifest, get_favicon]
