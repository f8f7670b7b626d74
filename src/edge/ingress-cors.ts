// A rule becomes the seven annotations of ingress-nginx; what they have no form for is refused, and left out.
import { type CorsAnnotation, HEADER, METHOD, ORIGIN } from "./ingress-annotations.ts";
import { COMMON_HEADERS, NO_HEADER, unlisted } from "./kubernetes.ts";
import type { Notes } from "./notes.ts";
import type { EdgeOrigins, EdgeRule } from "./routes.ts";
import { listed } from "./words.ts";

export type CorsAnnotations = Readonly<Record<CorsAnnotation, string>>;

const INSTEAD = "use toGatewayApi or toNginx";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** All seven, since each that is absent has a default that is open; `undefined` where nobody is let in. */
export function corsAnnotations(rule: EdgeRule, notes: Notes): CorsAnnotations | undefined {
  refuseOptions(rule, notes);
  const origins = allowOrigin(rule.key, rule.origins, notes);
  if (origins.length === 0) return undefined;
  return {
    "enable-cors": "true",
    "cors-allow-origin": origins.join(", "),
    "cors-allow-methods": allowMethods(rule, notes).join(", "),
    "cors-allow-headers": allowHeaders(rule, notes).join(", "),
    "cors-allow-credentials": String(rule.data.credentials),
    "cors-expose-headers": exposeHeaders(rule, notes).join(", "),
    "cors-max-age": String(rule.data.maxAge),
  };
}

function refuseOptions({ key, data }: EdgeRule, notes: Notes): void {
  const refuse = (option: string, message: string, instead = INSTEAD) =>
    notes.refuse("OPTION", key, option, message, instead);
  if (data.preflightContinue)
    refuse(
      "preflightContinue",
      "every OPTIONS request of an origin that is let in is answered by the controller",
    );
  if (data.optionsSuccessStatus !== 204)
    refuse("optionsSuccessStatus", `preflights get 204, not ${data.optionsSuccessStatus}`, "use toNginx");
  if (data.blockRefused)
    refuse(
      "blockRefused",
      "requests from refused origins go on to the service",
      'let it block them (owner: "service")',
    );
  if (data.allowOverride)
    refuse("allowOverride", "the controller replaces what the service sends", "leave it out of the policy");
}

function allowOrigin(key: string, from: EdgeOrigins, notes: Notes): readonly string[] {
  const refuse = (code: "ORIGIN_FORM" | "ORIGIN_PATTERN", message: string, instead = INSTEAD) =>
    notes.refuse(code, key, "origin", message, instead);
  if (from.kind !== "list") return unlisted(key, from, notes);
  const odd = from.exact.filter((origin) => !ORIGIN.test(origin));
  if (odd.length > 0)
    refuse(
      "ORIGIN_FORM",
      `${listed(odd)}: no http or https origin of letters, digits, "-" and "."; one that is not turns the whole list into *`,
      "use toNginx",
    );
  const wild = from.patterns.map(({ written }) => written);
  const oddPatterns = wild.filter((written) => !ORIGIN.test(written));
  if (oddPatterns.length > 0)
    refuse(
      "ORIGIN_PATTERN",
      `${listed(oddPatterns)}: no free ports, no "_"`,
      "list the ports, or use toNginx",
    );
  const patterns = wild.filter((written) => ORIGIN.test(written));
  if (patterns.length > 0)
    refuse(
      "ORIGIN_PATTERN",
      `${listed(patterns)}: * is exactly one label here, without "_", and one or more in the policy`,
    );
  if (from.regexps.length > 0)
    refuse(
      "ORIGIN_PATTERN",
      `${listed(from.regexps.map(({ regexp }) => regexp))}: there are no RegExps`,
      'write patterns such as "https://*.example.com", or use toNginx',
    );
  return [...new Set([...from.exact.filter((origin) => ORIGIN.test(origin)), ...patterns])];
}

function allowMethods({ key, data }: EdgeRule, notes: Notes): readonly string[] {
  if (data.methods === "*") {
    notes.refuse("METHOD", key, "methods", `"*" has no form`, `list the methods, or ${INSTEAD}`);
    return METHODS;
  }
  const odd = data.methods.filter((method) => !METHOD.test(method));
  if (odd.length > 0)
    notes.refuse("METHOD", key, "methods", `${listed(odd)}: methods are letters alone`, "use toNginx");
  const plain = data.methods.filter((method) => METHOD.test(method));
  // An empty list means the default list; GET needs no grant, and grants nothing.
  return plain.length > 0 ? plain : ["GET"];
}

function allowHeaders({ key, data }: EdgeRule, notes: Notes): readonly string[] {
  const { allowedHeaders, credentials } = data;
  const refuse = (message: string, instead: string) =>
    notes.refuse("HEADERS", key, "allowedHeaders", message, instead);
  const names = allowedHeaders === null || allowedHeaders === "*" ? [] : allowedHeaders;
  const listable = names.filter((name) => HEADER.test(name));
  if (allowedHeaders === null || allowedHeaders === "*" || names.includes("*")) {
    refuse(
      "every header has no form: * is replaced by the default list",
      `list what the front end sends, or ${INSTEAD}`,
    );
    // "*" alone does not cover Authorization, unless credentials make it an echo.
    const authorization = allowedHeaders === null || credentials ? ["Authorization"] : [];
    return [...new Set([...COMMON_HEADERS, ...authorization, ...listable])];
  }
  const odd = names.filter((name) => !HEADER.test(name));
  if (odd.length > 0)
    refuse(
      `${listed(odd)}: names are letters, digits, "-" and "_"; others turn the list into the default`,
      "use toNginx",
    );
  // An empty list means the default list, Authorization included.
  return listable.length > 0 ? listable : [NO_HEADER];
}

function exposeHeaders({ key, data }: EdgeRule, notes: Notes): readonly string[] {
  if (data.exposedHeaders === "*") return ["*"];
  const odd = data.exposedHeaders.filter((name) => !HEADER.test(name));
  if (odd.length > 0)
    notes.refuse(
      "HEADERS",
      key,
      "exposedHeaders",
      `${listed(odd)}: names are letters, digits, "-" and "_"`,
      "use toNginx",
    );
  return data.exposedHeaders.filter((name) => HEADER.test(name));
}
