// Checklist: the origin that asks, and those that must not be let in.
import { valuesOf } from "../../browser/header-list.ts";
import { type Exchange, isReadOnly } from "./conversation.ts";
import {
  ALLOW_CREDENTIALS,
  ALLOW_HEADERS,
  ALLOW_METHODS,
  ALLOW_ORIGIN,
  allowsCredentials,
  EXPOSE_HEADERS,
  fail,
  headersIn,
  type Item,
  isReadableBy,
  isSameOrigin,
  isTelling,
  type Judgement,
  lines,
  MAX_AGE,
  names,
  ownOrigin,
  pass,
  SKIP,
  statusIn,
  statusLine,
  valueIn,
  warn,
} from "./judgement.ts";
import { FOREIGN, type OriginProbe } from "./lookalikes.ts";
import type { Seen } from "./probes.ts";

export const ORIGIN_ITEMS: readonly Item[] = [
  {
    code: "origin-not-allowed",
    title: "Access-Control-Allow-Origin is there.",
    decidesVerdict: true,
    judge(seen) {
      const asked = judged(seen).filter((one) => !isSomethingElse(one, seen));
      const missing = asked.filter((one) => valueIn(one, ALLOW_ORIGIN) === null);
      if (missing.length === 0)
        return asked.length === 0 ? SKIP : pass(asked.flatMap((one) => lines(one, ALLOW_ORIGIN)));
      return fail(
        `No Access-Control-Allow-Origin for ${seen.plan.origin}.`,
        missing.flatMap((one) => [...statusLine(one), ...lines(one, ALLOW_ORIGIN)]),
        `Allow the origin: send Access-Control-Allow-Origin: ${ownOrigin(seen)} with every answer, preflights included.`,
      );
    },
  },
  {
    code: "origin-inexact",
    title: "The origin is echoed exactly.",
    decidesVerdict: true,
    judge(seen) {
      const sent = judged(seen).filter((one) => valuesOf(headersIn(one), ALLOW_ORIGIN).length === 1);
      const wrong = sent.filter((one) => {
        const value = valueIn(one, ALLOW_ORIGIN) ?? "";
        return value !== "*" && !value.includes(",") && value !== originOf(one, seen);
      });
      if (wrong.length === 0) return sent.length === 0 ? SKIP : pass(evidenceOf(seen));
      return fail(
        `Access-Control-Allow-Origin is not ${ownOrigin(seen)}, byte for byte.`,
        wrong.flatMap((one) => lines(one, ALLOW_ORIGIN)),
        "Compare Origin with a list, and send back the entry that equals it: no slash at the end, no path, lower case, no quotes.",
      );
    },
  },
  {
    code: "wildcard-credentials",
    title: "No * beside credentials.",
    decidesVerdict: true,
    judge(seen) {
      const all = judged(seen).filter((one) => valueIn(one, ALLOW_ORIGIN) === "*");
      const both = all.filter((one) => seen.plan.credentials || allowsCredentials(one));
      if (both.length === 0) return judged(seen).length === 0 ? SKIP : pass();
      const evidence = both.flatMap((one) => lines(one, ALLOW_ORIGIN, ALLOW_CREDENTIALS));
      return seen.plan.credentials
        ? fail(
            "Access-Control-Allow-Origin is *, and the page sends credentials: browsers refuse that.",
            evidence,
            `Send Access-Control-Allow-Origin: ${seen.plan.origin}, Access-Control-Allow-Credentials: true and Vary: Origin; or leave credentials out of the page.`,
          )
        : warn(
            "Access-Control-Allow-Credentials stands beside *, where it means nothing: whoever wrote it wants cookies, and no browser sends them.",
            evidence,
            "Drop Access-Control-Allow-Credentials; or name the origins.",
          );
    },
  },
  {
    code: "credentials-not-allowed",
    title: "Credentials are allowed.",
    decidesVerdict: true,
    judge(seen) {
      if (!seen.plan.credentials) return wrongValue(seen);
      const without = judged(seen).filter(
        (one) => names(one, originOf(one, seen)) && !allowsCredentials(one),
      );
      const named = judged(seen).some((one) => names(one, originOf(one, seen)));
      if (without.length === 0) return named ? pass() : SKIP;
      return fail(
        "The page sends credentials, and Access-Control-Allow-Credentials is not true.",
        without.flatMap((one) => lines(one, ALLOW_CREDENTIALS)),
        "Send Access-Control-Allow-Credentials: true, in lower case, on one line, with the preflight and with the answer.",
      );
    },
  },
  {
    code: "duplicate-headers",
    title: "Each header stands once.",
    judge(seen) {
      const answers = [...judged(seen), ...(seen.noOrigin ? [seen.noOrigin] : [])];
      if (answers.length === 0) return SKIP;
      const found = answers.flatMap((one) => twice(one).map((name) => ({ one, name })));
      if (found.length === 0) return pass();
      const evidence = found.flatMap(({ one, name }) => lines(one, name));
      // Without credentials no browser looks at Access-Control-Allow-Credentials.
      const matters = seen.plan.credentials ? [ALLOW_ORIGIN, ALLOW_CREDENTIALS] : [ALLOW_ORIGIN];
      const breaks = found.some(({ name }) => matters.includes(name));
      const fix =
        "Two layers answer: let one own CORS, and take the header out of the other (proxy_hide_header in nginx).";
      return breaks
        ? fail("A header that takes one value has several: browsers refuse the answer.", evidence, fix)
        : warn("A header stands on several lines.", evidence, fix);
    },
  },
  {
    code: "origin-reflected",
    title: "No stranger's origin is echoed.",
    judge(seen) {
      const { foreign } = seen;
      if (!isTelling(foreign)) return SKIP;
      if (!names(foreign, FOREIGN)) return pass(lines(foreign, ALLOW_ORIGIN));
      const evidence = lines(foreign, ALLOW_ORIGIN, ALLOW_CREDENTIALS);
      return allowsCredentials(foreign)
        ? fail(
            "Any origin is echoed, with credentials: every website reads what your users may read.",
            evidence,
            "List the origins, and compare for equality.",
          )
        : warn(
            "Any origin is echoed.",
            evidence,
            "If anyone may read it, send Access-Control-Allow-Origin: *, always; otherwise list the origins.",
          );
    },
  },
  {
    code: "preflight-any-origin",
    title: "Preflights are as strict as answers.",
    judge(seen) {
      const { foreignPreflight, foreign } = seen;
      if (!isTelling(foreignPreflight) || !isTelling(foreign)) return SKIP;
      // A GET that nobody may read says nothing of what the preflight is for.
      if (!isReadableBy(seen.own, ownOrigin(seen))) return SKIP;
      const lets = isReadableBy(foreignPreflight, FOREIGN) && foreignPreflight.response.status < 300;
      if (!lets || isReadableBy(foreign, FOREIGN)) return pass(lines(foreignPreflight, ALLOW_ORIGIN));
      return fail(
        "Preflights are passed for any origin, although the answer is not: any website may have the request sent, and it takes effect.",
        [...lines(foreignPreflight, ALLOW_ORIGIN, ALLOW_METHODS), ...lines(foreign, ALLOW_ORIGIN)],
        "Ask the same list of origins in the preflight as in the answer.",
      );
    },
  },
  probed("null-allowed", "null is refused.", ["null"], {
    message: "The origin null is allowed, which every sandboxed frame and local file sends.",
    fix: "Take null out of the list; give the page an origin of its own.",
    withCredentials: "fail",
    without: "warn",
  }),
  probed("lookalike-allowed", "Look-alikes of the origin are refused.", ["suffix", "prefix", "dot"], {
    message: "An origin that only looks like the page's is allowed: anybody can register it.",
    fix: 'Compare for equality. A RegExp needs ^ and $, and \\. for each dot; endsWith needs the dot (".example.com").',
    withCredentials: "fail",
    without: "fail",
  }),
  probed("http-allowed", "The same host over http is refused.", ["http"], {
    message: "The page's host is allowed over http, where anyone on the network path can speak in its name.",
    fix: "Allow https only: https:, not https?:, in a RegExp.",
    withCredentials: "fail",
    without: "warn",
  }),
  probed("port-allowed", "Other ports of the host are refused.", ["other port"], {
    message:
      "Another port of the page's host is allowed, with credentials: whatever runs there acts with your users' cookies.",
    fix: "Name the port, or none; a RegExp ends with $ after the host.",
    withCredentials: "warn",
    without: "pass",
  }),
  probed("subdomain-allowed", "Subdomains of the host are refused.", ["subdomain"], {
    message:
      "Any subdomain of the page's host is allowed, with credentials: one that is taken over acts with your users' cookies.",
    fix: "If that is not meant, list the hosts.",
    withCredentials: "warn",
    without: "pass",
  }),
  {
    code: "credentials-to-refused",
    title: "No Allow-Credentials for those who are refused.",
    judge({ foreign }) {
      if (!isTelling(foreign) || valueIn(foreign, ALLOW_ORIGIN) !== null) return SKIP;
      if (!allowsCredentials(foreign)) return pass();
      return warn(
        "Access-Control-Allow-Credentials goes to refused origins, too: another layer that adds Allow-Origin completes it.",
        lines(foreign, ALLOW_ORIGIN, ALLOW_CREDENTIALS),
        "Send it only beside the origin that it is meant for.",
      );
    },
  },
];

interface Wording {
  readonly message: string;
  readonly fix: string;
  readonly withCredentials: "fail" | "warn";
  readonly without: "fail" | "warn" | "pass";
}

/** Origins that are probed; where everybody is let in, there is nothing to add. */
function probed(code: string, title: string, which: readonly OriginProbe["name"][], wording: Wording): Item {
  return {
    code,
    title,
    judge(seen) {
      const asked = seen.origins.filter(({ name, exchange }) => which.includes(name) && isTelling(exchange));
      if (asked.length === 0 || isReadableBy(seen.foreign, FOREIGN)) return SKIP;
      const letIn = asked.filter(({ origin, exchange }) => names(exchange, origin));
      if (letIn.length === 0) return pass();
      const severity = letIn.some(({ exchange }) => allowsCredentials(exchange))
        ? wording.withCredentials
        : wording.without;
      const evidence = letIn.flatMap(({ exchange }) => lines(exchange, ALLOW_ORIGIN, ALLOW_CREDENTIALS));
      if (severity === "pass") return pass(evidence);
      return (severity === "fail" ? fail : warn)(wording.message, evidence, wording.fix);
    },
  };
}

/** The answers that decide about the page's own request. A redirect is judged by where it leads. */
export function judged(seen: Seen): Exchange[] {
  if (isSameOrigin(seen)) return [];
  const { preflight, own, standIn, plan } = seen;
  // A GET may be answered by somebody else than the PUT that it stands in for: against it, it is no evidence.
  const isNoEvidence =
    standIn && preflight !== undefined && !isReadOnly(plan.method) && !isReadableBy(own, ownOrigin(seen));
  return [preflight, isNoEvidence ? undefined : own].filter(
    (one): one is Exchange => one !== undefined && one.response !== null,
  );
}

function originOf(exchange: Exchange, seen: Seen): string {
  return exchange.headers.find(([name]) => name === "origin")?.[1] ?? seen.plan.origin;
}

function evidenceOf(seen: Seen) {
  return judged(seen).flatMap((one) => lines(one, ALLOW_ORIGIN));
}

/** Answers whose status says what is wrong: other items speak about them. A 403 may be how an origin is refused. */
function isSomethingElse(exchange: Exchange, seen: Seen): boolean {
  const status = statusIn(exchange);
  return status >= 300 && (status !== 403 || isReadableBy(seen.own, ownOrigin(seen)));
}

function wrongValue(seen: Seen): Judgement {
  const wrong = judged(seen).filter((one) => ![null, "true"].includes(valueIn(one, ALLOW_CREDENTIALS)));
  if (wrong.length === 0) return SKIP;
  return warn(
    "Access-Control-Allow-Credentials has a value that browsers do not take for a yes.",
    wrong.flatMap((one) => lines(one, ALLOW_CREDENTIALS)),
    "Write true, in lower case; or leave the header out.",
  );
}

function twice(exchange: Exchange): string[] {
  const { headers = [] } = exchange.response ?? {};
  const several = [
    ALLOW_ORIGIN,
    ALLOW_CREDENTIALS,
    ALLOW_METHODS,
    ALLOW_HEADERS,
    MAX_AGE,
    EXPOSE_HEADERS,
  ].filter((name) => valuesOf(headers, name).length > 1);
  const isList = /[ ,]/.test(valueIn(exchange, ALLOW_ORIGIN) ?? "");
  return isList ? [...new Set([ALLOW_ORIGIN, ...several])] : several;
}
