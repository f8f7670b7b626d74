// Broken services out of the real configurations of npm cors: what is found in each. Its `instead` is the fix.
import type { RequestListener } from "node:http";
import type { CheckOptions } from "../../src/cli/check/options.ts";
import { expressWith, NPM, OURS, pageOf, REAL_CONFIGURATIONS } from "../support/real-configurations.ts";
import { APP } from "./run.ts";

export interface RealAnimal {
  readonly name: string;
  readonly broken: RequestListener;
  /** Where the table has one. */
  readonly fixed: RequestListener | undefined;
  readonly path: string;
  readonly options: CheckOptions;
  readonly fails: readonly string[];
}

/** What is found with severity fail, by what stands under `seen`; all others have none. */
const FAILS: Readonly<Record<string, readonly string[]>> = {
  "everybody, and cookies": ["wildcard-credentials"],
  "every origin reflected, and cookies": ["origin-reflected"],
  '"*" inside an array': ["origin-not-allowed"],
  'a misspelt "origins"': ["wildcard-credentials"],
  "one origin with a trailing slash": ["origin-inexact"],
  "the address of a page in a list": ["origin-not-allowed"],
  "a host without its scheme": ["origin-inexact"],
  "origins, and credentials of the wrong type": ["credentials-not-allowed"],
  "Nest, every header, and cookies": ["preflight-headers"],
  "an allowlist, then the default call for OPTIONS": ["preflight-any-origin", "vary-origin"],
  "Nest, a variable that is not set": ["origin-not-allowed"],
  "several origins in one variable that nobody splits": ["duplicate-headers"],
  "Nest, a list trimmed entry by entry, not set": ["origin-not-allowed"],
  "a list, or every origin where it is empty, and cookies": ["origin-reflected"],
  "nobody in production, a list elsewhere": ["origin-not-allowed"],
  "a word, not anchored": ["lookalike-allowed"],
  "the end of a host, not anchored in front": ["lookalike-allowed"],
  "strings and RegExps tested one by one": ["http-allowed", "vary-origin"],
  "whoever asks, and cookies": ["origin-reflected", "vary-origin"],
  "the host taken out of the origin": ["http-allowed", "vary-origin"],
  "everybody reflected, and cookies": ["origin-reflected"],
  "Nest, the header itself as origin": ["origin-reflected", "vary-origin"],
  "the service's own host, or a list": ["origin-not-allowed", "vary-origin"],
  "the service's own address only": ["origin-inexact"],
  "a variable that is not set, read at each request": ["origin-not-allowed"],
  // npm cors sends no Vary where an origin function refuses.
  ...Object.fromEntries(
    [
      "Nest, an allowlist that answers false",
      "an allowlist with plain http in it, and cookies",
      "Electron's file pages by comparison",
      "the allowlist of npm cors's own documentation",
      "one object that every request changes, with a second name for credentials",
      "the entry of the list that matches",
      "two front ends with different methods",
      "a tenant's site, looked up while the request waits",
      "Nest, a list of origins and paths, headers in one string",
    ].map((seen) => [seen, ["vary-origin"]]),
  ),
};

export const NAMED_FAILS = Object.keys(FAILS);

export const REAL: readonly RealAnimal[] = REAL_CONFIGURATIONS.map((configuration) => {
  const { seen, instead, allowed = APP, path = "/orders" } = configuration;
  const { credentials, method, headers } = pageOf(configuration, allowed);
  return {
    name: seen,
    broken: expressWith(NPM, configuration),
    fixed: instead === undefined ? undefined : expressWith(OURS, { ...configuration, call: instead }),
    path,
    options: {
      origin: allowed,
      credentials,
      method,
      header: headers.map((name) => (name === "content-type" ? "Content-Type: application/json" : name)),
    },
    fails: FAILS[seen] ?? [],
  };
});
