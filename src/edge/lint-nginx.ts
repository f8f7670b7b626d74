// What is wrong in hand-written CORS for nginx: each finding has a line, what happens, why it matters, and what to write.
import type { ConfigurationFinding } from "./findings.ts";
import { type Directive, parseNginx } from "./nginx-conf.ts";
import { judgeLevel } from "./nginx-levels.ts";
import { judgePatterns } from "./nginx-patterns.ts";

export type NginxFinding = ConfigurationFinding<NginxFindingCode>;

export const NGINX_CODES = [
  "NGINX_NOT_INHERITED",
  "NGINX_PREFLIGHT_WITHOUT_HEADERS",
  "NGINX_IF_IN_LOCATION",
  "NGINX_NO_ALWAYS",
  "NGINX_ORIGIN_REFLECTED",
  "NGINX_ORIGIN_ANY_WITH_CREDENTIALS",
  "NGINX_ORIGIN_LIST",
  "NGINX_ORIGIN_PATTERN",
  "NGINX_ORIGIN_HTTP",
  "NGINX_CREDENTIALS_VALUE",
  "NGINX_NO_VARY",
  "NGINX_VARY_HIDDEN",
  "NGINX_TWO_LAYERS",
  "NGINX_NO_CORS",
] as const;

export type NginxFindingCode = (typeof NGINX_CODES)[number];

/** A finding before it is known where the level stands. */
export type Found = Omit<NginxFinding, "where"> & { readonly line: number };

/** A block that headers are added in, with all that it stands in, the outermost first. */
export interface Level {
  /** `location /api`, `server`, `http`. */
  readonly name: string;
  readonly directives: readonly Directive[];
  readonly outer: readonly Level[];
}

/**
 * Lints a configuration, or a part of one.
 *
 * @throws NginxSyntaxError with the line, where the text is no configuration.
 */
export function lintNginx(text: string): readonly NginxFinding[] {
  const directives = parseNginx(text);
  const findings = levelsIn({ name: "the file", directives, outer: [] }).flatMap((level) =>
    [...judgeLevel(level), ...judgePatterns(level)].map(
      ({ line, ...rest }): NginxFinding => ({
        ...rest,
        where: `line ${line}, ${level.name}`,
      }),
    ),
  );
  if (findings.length > 0 || /access-control-allow-origin/i.test(text)) return findings;
  return [
    {
      severity: "note",
      code: "NGINX_NO_CORS",
      where: "the file",
      what: "nothing in it adds Access-Control-Allow-Origin",
      why: "Files that are included are not read.",
      fix: "Name the file that has the headers; nginx -T prints all of them in one.",
    },
  ];
}

const BLOCKS = ["http", "server", "location", "if", "limit_except"];

/** The level and all below it. */
function levelsIn(level: Level): Level[] {
  const inner = level.directives.flatMap(({ name, words, block }) =>
    block === undefined || !BLOCKS.includes(name)
      ? []
      : levelsIn({
          name: [name, ...words].join(" ").replace(/ \)$/, ")").slice(0, 80),
          directives: block,
          outer: [...level.outer, level],
        }),
  );
  return [level, ...inner];
}
