// What an app does in a day, by a client whose types come from the served document alone.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { env: Record<string, string>; exit(code: number): never };

const client = createClient<paths>({
  baseUrl: process.env.BASE,
  headers: { Authorization: `Bearer ${process.env.KEY}` },
});

function expect(good: boolean, what: unknown): void {
  if (!good) {
    console.error("not as expected:", JSON.stringify(what));
    process.exit(1);
  }
}

const person: components["schemas"]["PersonIn"] = { name: "Bo", interests: { "茶山": 1 } };
const made = await client.PUT("/v1/people/{person_id}", { params: { path: { person_id: "bo/1" } }, body: person });
expect(made.response.status === 201 && made.data?.id === "bo/1", made.data);

await client.PUT("/v1/people/{person_id}", { params: { path: { person_id: "cy" } }, body: {} });

const lines = [0, 1, 2].map((n) =>
  JSON.stringify({ id: `post-${n}`, kind: "text", author_id: "bo/1", text: "Fresh tea", tags: ["茶山"] }),
);
const bulk = await client.POST("/v1/items:bulk", {
  body: lines.join("\n"),
  bodySerializer: (body) => body,
  headers: { "Content-Type": "application/x-ndjson" },
});
expect(bulk.data?.accepted === 3 && bulk.data.refused.length === 0, bulk);

const feed = await client.POST("/v1/feeds", {
  params: { header: { "Idempotency-Key": "typed" } },
  body: { viewer: "cy", slots: 2 },
});
expect(feed.data?.slots.length === 2, feed);
const again = await client.POST("/v1/feeds", {
  params: { header: { "Idempotency-Key": "typed" } },
  body: { viewer: "cy", slots: 2 },
});
expect(again.data?.receipt_id === feed.data?.receipt_id, again);

const events = (feed.data?.slots ?? []).map((slot) => ({
  id: `seen-${slot.slot}`, type: "impression", time: new Date().toISOString(), person_id: "cy",
  item_id: slot.item_id, beacon: slot.beacon, visible_seconds: 1.5,
}));
const told = await client.POST("/v1/events", { params: { query: { history: false } }, body: { events } });
expect(told.data?.accepted === 2 && told.data.refused.length === 0, told);

const replay = await client.POST("/v1/receipts/{receipt_id}/replay", {
  params: { path: { receipt_id: feed.data?.receipt_id ?? "" } },
});
expect(replay.data?.identical === true, replay);

const refused = await client.GET("/v1/people/{person_id}", { params: { path: { person_id: "nobody" } } });
expect(refused.error?.error.code === "person_unknown", refused.error);

// @ts-expect-error  a field that the document does not name
const unknown: components["schemas"]["PersonIn"] = { nickname: "Bo" };
expect("nickname" in unknown, unknown);
console.log("story told");
