/**
 * A small client, typed by the contract alone, that works a case: it lists, opens, records and reads.
 *
 * It fails to compile where the contract says less than it should (a stage that is any string, an answer without a
 * body), and fails to run where the server does other than the contract says.
 *
 * BASE_URL, TOKEN (of a coordinator) and AGENCY (its code) come from the environment.
 */
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

/** The body of a successful answer, as the contract has it. */
type Answer<Operation, Status extends number> = Operation extends {
  responses: { [S in Status]: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

/** The type itself if it is a closed set of words; nothing at all if it is any string. */
type ClosedSet<Text extends string> = string extends Text ? never : Text;

type Case = Answer<paths["/v1/agencies/{agency}/cases/{case_id}"]["get"], 200>;
type Stage = ClosedSet<Case["stage"]>;

/** Does not compile unless the contract names exactly these stages. */
const stages: Record<Stage, string> = {
  contact: "first contact",
  exploring: "exploring",
  agreed: "agreement signed",
  paused: "resting",
  closed: "closed",
};

function environment(name: "BASE_URL" | "TOKEN" | "AGENCY"): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`expected: ${what}`);
}

/** The body of an answer, or the problem that came instead of it. */
function body<T>(what: string, answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

const agency = environment("AGENCY");
const client = createClient<paths>({
  baseUrl: environment("BASE_URL"),
  headers: { Authorization: `Bearer ${environment("TOKEN")}` },
});
const today = new Date().toISOString().slice(0, 10);

/** Every case of the agency, page by page. */
async function listCases() {
  const cases = [];
  let cursor: string | undefined;
  do {
    const page = body(
      "list cases",
      await client.GET("/v1/agencies/{agency}/cases", {
        params: { path: { agency }, query: { limit: 50, ...(cursor ? { cursor } : {}) } },
      }),
    );
    cases.push(...page.items);
    cursor = page.page.has_more ? (page.page.next ?? undefined) : undefined;
  } while (cursor !== undefined);
  return cases;
}

/** A municipality of today for which the agency has no case yet. */
async function freeMunicipality(taken: Set<string>) {
  const { items } = body(
    "list municipalities",
    await client.GET("/v1/catalogue/municipalities", { params: { query: { valid_on: today } } }),
  );
  const free = items.find(({ key, land }) => land === "15" && !taken.has(key));
  expect(free !== undefined, "a municipality without a case");
  return free;
}

async function main() {
  const cases = await listCases();
  console.log(`${agency} has ${cases.length} case(s)`);

  const municipality = await freeMunicipality(new Set(cases.map((item) => item.municipality.key)));
  const sites = body(
    "list sites",
    await client.GET("/v1/agencies/{agency}/sites", { params: { path: { agency } } }),
  );
  const members = body(
    "list members",
    await client.GET("/v1/agencies/{agency}/members", { params: { path: { agency } } }),
  );
  const site = sites.items[0];
  const advisor = members.items.find(({ roles }) => roles.includes("advisor"));
  expect(site !== undefined && advisor !== undefined, "a site and an advisor");

  const opening = {
    params: { path: { agency }, header: { "Idempotency-Key": randomUUID() } },
    body: {
      occurred_on: today,
      municipality: { key: municipality.key },
      site: site.id,
      advisor: advisor.id,
      origin: "request" as const,
    },
  };
  const opened = await client.POST("/v1/agencies/{agency}/cases", opening);
  const { version } = body("open a case", opened);
  const etag = opened.response.headers.get("ETag");
  const location = opened.response.headers.get("Location");
  expect(version === 1, "a new case at version 1");
  expect(etag !== null && location !== null, "ETag and Location of the new case");
  const case_id = location.split("/").at(-1) ?? "";
  console.log(`opened a case for ${municipality.name}: ${location} at ${etag}`);

  const again = await client.POST("/v1/agencies/{agency}/cases", opening);
  expect(body("open it again", again).version === version, "the same answer to the same key");
  expect(again.response.headers.get("Idempotent-Replayed") === "true", "a replay that says so");
  console.log("sent it again with the same key: replayed");

  const path = { agency, case_id };
  const contact = await client.POST("/v1/agencies/{agency}/cases/{case_id}/contacts", {
    params: { path, header: { "Idempotency-Key": randomUUID(), "If-Match": etag } },
    body: {
      occurred_on: today,
      channel: "call",
      participants: [{ function: "Dezernentin" }],
      topics: ["Bildungsmonitoring"],
    },
  });
  const recorded = body("record a contact", contact);
  expect(recorded.version === 2, "the contact at version 2");
  const event = recorded.events[0];
  expect(event?.type === "contact_recorded", "one event, contact_recorded");
  // Asking for the type tells the compiler which data the event has.
  expect(event.data.channel === "call", "a contact by telephone");
  console.log(`recorded a contact at ${contact.response.headers.get("ETag")}`);

  const state = body(
    "read the case",
    await client.GET("/v1/agencies/{agency}/cases/{case_id}", { params: { path } }),
  );
  const stage: Stage = state.stage;
  expect(stage === "contact", "stage contact");
  console.log(`${state.case_number} is at stage "${stages[stage]}"`);

  const timeline = body(
    "read the timeline",
    await client.GET("/v1/agencies/{agency}/cases/{case_id}/timeline", { params: { path } }),
  );
  expect(timeline.items.length === 2, "two entries in the timeline");
  for (const entry of timeline.items) console.log(`  ${entry.occurred_on} ${entry.text}`);

  const unknown = await client.GET("/v1/agencies/{agency}/cases/{case_id}", {
    params: { path: { agency, case_id: "00000000-0000-7000-8000-000000000000" } },
  });
  expect(unknown.error?.status === 404, "a problem for a case that does not exist");
  console.log(`an unknown case is ${unknown.error.code}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
