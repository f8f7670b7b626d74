// Where engines leave the Fetch standard, by name: what the model does there is what the standard says.
import type { EngineName } from "./engine.ts";

export interface Disagreement {
  readonly name: string;
  readonly engines: readonly EngineName[];
  /** The names of the cases in which it shows. */
  readonly cases: readonly string[];
  /** The specification's or the browser's issue, or the clause that is not kept. */
  readonly see: string;
}

const ALL: readonly EngineName[] = ["Chromium", "Firefox", "WebKitGTK"];

export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    name: "Access-Control-Allow-Headers: * covers Authorization",
    engines: ALL,
    cases: ["Authorization under *"],
    see: "https://github.com/whatwg/fetch/issues/1919",
  },
  {
    name: "a forced preflight does not allow the request's own method by itself",
    engines: ALL,
    cases: ["an upload listener, and no Allow-Methods"],
    see: "https://fetch.spec.whatwg.org/#cors-preflight-fetch (step 7.4)",
  },
  {
    name: "client hints need no preflight",
    engines: ["Chromium"],
    cases: ["client hints"],
    see: "https://github.com/whatwg/fetch/issues/1383",
  },
  {
    name: "a preflight behind a redirect names the page's origin, where the request has null",
    engines: ["Firefox"],
    cases: ["the page's own origin, with a header", "PUT, 307, other origin"],
    see: "https://github.com/whatwg/fetch/pull/594",
  },
  {
    name: "a redirect to another origin still asks for the Authorization that it drops",
    engines: ["Firefox", "WebKitGTK"],
    cases: ["Authorization, other origin"],
    see: "https://github.com/whatwg/fetch/pull/1544",
  },
  {
    name: "a request that needed a preflight needs one as well where a redirect made it a GET",
    engines: ["Firefox", "WebKitGTK"],
    cases: ["PUT, 303"],
    see: "https://github.com/whatwg/fetch/issues/204",
  },
  {
    name: "the unit of a simple range may be in upper case",
    engines: ["WebKitGTK"],
    cases: ["a range in upper case"],
    see: "https://github.com/web-platform-tests/wpt/pull/31058",
  },
  {
    name: "Location may stand twice, where it says the same",
    engines: ALL,
    cases: ["two Locations, {next} and {next}"],
    see: "https://github.com/whatwg/fetch/issues/883",
  },
  {
    name: "two Locations are one, joined by a comma",
    engines: ["WebKitGTK"],
    cases: ["two Locations, {next} and /elsewhere"],
    see: "https://github.com/whatwg/fetch/issues/883",
  },
  {
    name: "an empty Location is none (Chromium), or an error (WebKit), and not the same URL again",
    engines: ["Chromium", "WebKitGTK"],
    cases: ["an empty Location"],
    see: "https://github.com/whatwg/fetch/issues/669",
  },
];

/** The cases in which this engine is to differ. */
export function disagreeing(engine: EngineName): string[] {
  return DISAGREEMENTS.filter(({ engines }) => engines.includes(engine)).flatMap(({ cases }) => cases);
}
