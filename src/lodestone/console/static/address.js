// Where files and routes of ours lie: under the path at which a proxy shows this server, if there is one.
// Addresses of pages are made by `at` of router.js, which has that path already.

const root = document.body.dataset.root ?? "";

/** Return the address of a file or a route of ours; any other address as it is. */
export const rooted = (path) => (path.startsWith("/") && !path.startsWith("//") ? root + path : path);
