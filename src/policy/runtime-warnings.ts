// What a running middleware warns of, by code: made when it is said, which is once.
import { show } from "./issues.ts";

type Route = string | undefined;

const WARNINGS = {
  CORS_OVERRIDE(route: Route, header: string, written: string, sent: string | undefined) {
    const where = route === undefined ? "On an ambiguous path" : `On route ${show(route)}`;
    const left = sent === undefined ? "it was removed" : `${show(sent)} left instead`;
    return (
      `${where} something behind the CORS middleware wrote ${header}: ${show(written)}; ${left}. ` +
      "The policy owns this header: change the policy, stop writing the header, or set allowOverride: true."
    );
  },

  /** `request`: the one that was seen, as `GET /public`. */
  CORS_STACKED(request: () => string) {
    return (
      `Two CORS policies ran on one request (${show(request())}, and perhaps more); the inner one replaced the outer ` +
      "one's headers. Preflights are answered by the outer one alone, so the inner one can neither widen nor narrow " +
      "them: put per-route differences into one table, cors({ routes: { ... } })."
    );
  },

  CORS_ORIGIN_FUNCTION(route: Route) {
    return (
      `The origin function of route ${show(route)} failed, so the request ends in an error (500 by default), ` +
      "same-origin ones included. To refuse an origin, answer false: callback(null, false). The application then " +
      "runs, as for any refused origin, unless blockRefused: true answers 403."
    );
  },

  /** `because`: what the function answered, and why that is none. */
  CORS_ORIGIN_ANSWER(because: () => string) {
    return `${because()} The origin was refused; answer true or false.`;
  },

  /** `problem`: what is wrong, in full. */
  CORS_REPORT_POLICY(problem: string) {
    return `Found by mode: "report", which changes nothing and goes on: ${problem}`;
  },

  /** Said nowhere else: the function has let the origin in, and its author looks everywhere but here. */
  CORS_OVERRULED(route: Route, origin: string, flag: keyof typeof OVERRULED) {
    const [why, instead] = OVERRULED[flag];
    return (
      `The origin function of route ${show(route)} allowed ${show(origin)}, which was refused all the same: ` +
      `${why}. Answer false for it, ${instead}, or set ${flag}: true.`
    );
  },
} as const;

const OVERRULED = {
  dangerouslyAllowInsecureOrigins: [
    "with credentials, whoever is on the network path can act as an http: origin",
    "serve the page over https",
  ],
  dangerouslyAllowOpaqueOrigins: [
    "every sandboxed frame and local file sends it, so it names nobody",
    "give the page an origin of its own",
  ],
} as const;

export type RuntimeCode = keyof typeof WARNINGS;

/** What the text of a warning names. */
export type RuntimeDetails<C extends RuntimeCode> = Parameters<(typeof WARNINGS)[C]>;

export function runtimeWarning<C extends RuntimeCode>(code: C, ...details: RuntimeDetails<C>): string {
  return (WARNINGS[code] as (...details: RuntimeDetails<C>) => string)(...details);
}
