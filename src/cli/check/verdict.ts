// The one line that everybody looks for: readable, or blocked at which step, because of what, and what to send.
import { combined } from "../../browser/header-list.ts";
import type { BlockedCode, BlockedStep } from "../../browser/types.ts";
import { adviceOn } from "../../testing/advice.ts";
import { ALLOW_HEADERS, ALLOW_METHODS, obstacleFor, statusIn, valueIn } from "./judgement.ts";
import type { Seen } from "./probes.ts";

export interface Verdict {
  /** `unknown`: a request that changes something was not sent, and nothing that was sent tells. */
  readonly outcome: "readable" | "blocked" | "unknown";
  /** Was it the page's own request that was answered, and not one that stands in for it? */
  readonly certain: boolean;
  readonly step?: BlockedStep;
  readonly code?: BlockedCode;
  /** As in Chromium's console where it is blocked. */
  readonly message: string;
  /** What to send instead, as header lines or as an instruction; `""` where nothing is to be done. */
  readonly send: string;
  /** The same in terms of boring-cors's options. */
  readonly policy: string;
}

export function verdictOn(seen: Seen): Verdict {
  const { result, keptBack } = seen.conversation;
  if (result.blocked === null) {
    const status = result.response?.status ?? 0;
    return { ...READABLE, certain: true, message: `The page can read the answer (${status}).` };
  }
  if (keptBack !== undefined && result.requests.at(-1)?.kind === "actual") return withoutSending(seen);
  const { step, code, message } = result.blocked;
  return {
    outcome: "blocked",
    certain: true,
    step,
    code,
    message,
    send: sendInstead(code, seen),
    policy: adviceOn(result),
  };
}

const READABLE = { outcome: "readable", send: "", policy: "" } as const;

/** The preflight, if there was one, has passed; whether the answer can be read, a GET has to tell. */
function withoutSending(seen: Seen): Verdict {
  const { method } = seen.plan;
  const passed = seen.preflight === undefined ? "" : "The preflight passes; ";
  const status = statusIn(seen.own);
  const obstacle = obstacleFor(seen.plan, seen.own);
  if (obstacle === null)
    return {
      ...READABLE,
      certain: false,
      message: `${passed}${method} was not sent, and a GET in its place can be read (${status}). --send sends it.`,
    };
  // After a preflight that passes, whoever answers GET without CORS may be another than who answers this method.
  if (obstacle !== null && status >= 200 && status <= 299 && seen.preflight === undefined)
    return {
      outcome: "blocked",
      certain: false,
      step: "response",
      code: obstacle.code,
      message: `${passed}${method} was not sent, and a GET in its place cannot be read (${status}). --send sends it.`,
      send: sendInstead(obstacle.code, seen),
      policy: "",
    };
  return {
    outcome: "unknown",
    certain: false,
    message: `${passed}${method} was not sent, and a GET in its place tells nothing (${status}). --send sends it.`,
    send: "",
    policy: "",
  };
}

/** On the wire, whatever writes it there. */
function sendInstead(code: BlockedCode, seen: Seen): string {
  const { plan, conversation, preflight } = seen;
  const last = conversation.exchanges.at(-1);
  const origin = combined(last?.headers ?? [], "origin") ?? plan.origin;
  const credentials = plan.credentials ? " and Access-Control-Allow-Credentials: true" : "";
  const own = `Access-Control-Allow-Origin: ${origin}${credentials} and Vary: Origin`;
  const status = last?.label === "preflight" ? statusIn(last) : 200;
  // Consoles name the missing header; why it is missing, the status says. A 403 may be how an origin is refused.
  const isAnsweredByOthers = (status < 200 || status > 299) && status !== 403;
  if (code === "preflight-status" || (code === "allow-origin-missing" && isAnsweredByOthers))
    return `204 to OPTIONS, with ${own}, before anything else answers`;
  switch (code) {
    case "allow-origin-missing":
    case "allow-origin-wildcard":
    case "allow-origin-invalid":
    case "allow-origin-mismatch":
      return own;
    case "allow-origin-multiple":
      return `${own}, once: one layer only`;
    case "allow-credentials":
      return "Access-Control-Allow-Credentials: true";
    case "preflight-redirect":
      return "204 to OPTIONS, before anything redirects; or call the URL that it leads to";
    case "preflight-method":
    case "preflight-methods-malformed":
      return `Access-Control-Allow-Methods: ${extended(valueIn(preflight, ALLOW_METHODS), plan.method, code)}`;
    case "preflight-header":
    case "preflight-headers-malformed": {
      const asked = combined(preflight?.headers ?? [], "access-control-request-headers") ?? "";
      return `Access-Control-Allow-Headers: ${extended(valueIn(preflight, ALLOW_HEADERS), asked, code)}`;
    }
    default:
      return "";
  }
}

function extended(listed: string | null, more: string, code: BlockedCode): string {
  const kept = code.endsWith("malformed") || listed === null || listed.includes("*") ? [] : listed.split(",");
  const names = [...kept, ...more.split(",")].map((name) => name.trim()).filter((name) => name !== "");
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].join(", ");
}
