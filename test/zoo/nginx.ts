// Broken and healthy configurations of a real nginx, and the services behind it.
import type { RequestListener } from "node:http";
import type { CheckOptions } from "../../src/cli/check/options.ts";
import { cors } from "../../src/index.ts";
import type { NginxSite } from "../support/nginx.ts";
import { PUT } from "./animal.ts";
import { APP } from "./run.ts";
import { application, chain, service } from "./service.ts";

/** A configuration, and the service behind it. */
export interface Edge {
  /** @param upstream The service's URL: `http://127.0.0.1:3000`. */
  readonly site: (upstream: string) => NginxSite;
  readonly behind: RequestListener;
}

export interface NginxAnimal {
  readonly name: string;
  readonly broken: Edge;
  readonly fixed: Edge;
  readonly options?: CheckOptions;
  readonly fails?: readonly string[];
  readonly warns?: readonly string[];
  /** With --via the service: what the culprit, which is nginx, did. */
  readonly culprit?: RegExp;
}

const plain = chain(application);
const passing = (upstream: string): NginxSite => ({ server: `location / { proxy_pass ${upstream}; }` });
const caching = (upstream: string): NginxSite => ({
  server: `
    location / {
      proxy_pass ${upstream};
      proxy_cache pages;
      proxy_cache_valid 200 404 10m;
      add_header X-Cache-Status $upstream_cache_status always;
    }`,
});

/** Which origins are welcome, as one map; what follows from it, as others. */
const maps = (entry: string) => `
  map $http_origin $allow_origin { default ""; ${entry} $http_origin; }
  map $allow_origin $allow_credentials { default "true"; "" ""; }
  map "$request_method $http_access_control_request_method" $is_preflight { default ""; "~^OPTIONS ." 1; }
  map "$is_preflight$allow_origin" $allow_methods { default ""; "~^1." "GET, PUT"; }
  map "$is_preflight$allow_origin" $allow_headers { default ""; "~^1." "X-Own"; }
  map "$is_preflight$allow_origin" $max_age { default ""; "~^1." "600"; }`;
const EXACT = maps(`"${APP}"`);

const ADD = (always: string) => `
      add_header Access-Control-Allow-Origin $allow_origin ${always};
      add_header Access-Control-Allow-Credentials $allow_credentials ${always};
      add_header Access-Control-Allow-Methods $allow_methods ${always};
      add_header Access-Control-Allow-Headers $allow_headers ${always};
      add_header Access-Control-Max-Age $max_age ${always};
      add_header Vary Origin ${always};`;
const PREFLIGHT = "if ($is_preflight) { return 204; }";

/** CORS by maps, in front of a service that has none. */
const owner = (http = EXACT, headers = ADD("always")): Edge => ({
  site: (upstream) => ({
    http,
    server: `${headers}
    ${PREFLIGHT}
    location / { proxy_pass ${upstream}; }`,
  }),
  behind: plain,
});

export const NGINX_ANIMALS: readonly NginxAnimal[] = [
  {
    name: "proxy_cache in front of a service without Vary",
    broken: { site: caching, behind: service({ vary: false }) },
    fixed: { site: caching, behind: service() },
    fails: ["cached-variant", "vary-origin"],
  },
  {
    name: "proxy_cache, and Vary only for allowed origins",
    broken: { site: caching, behind: service({ vary: "allowed" }) },
    fixed: { site: caching, behind: service() },
    fails: ["cached-variant", "vary-origin"],
  },
  {
    name: "gateway and service both add the header",
    broken: {
      site: (upstream) => ({
        server: `location / { proxy_pass ${upstream}; add_header Access-Control-Allow-Origin "${APP}" always; }`,
      }),
      behind: service(),
    },
    fixed: { site: passing, behind: service() },
    fails: ["duplicate-headers"],
    culprit: /lets the page through, and this hop changed access-control-allow-origin \(actual\)$/,
  },
  {
    name: "the gateway takes the headers out",
    broken: {
      site: (upstream) => ({
        server: `location / { proxy_pass ${upstream}; proxy_hide_header Access-Control-Allow-Origin; }`,
      }),
      behind: service(),
    },
    fixed: { site: passing, behind: service() },
    options: PUT,
    fails: ["origin-not-allowed"],
    culprit:
      /this hop dropped access-control-allow-origin \(preflight\), dropped access-control-allow-origin/,
  },
  {
    name: "a location with an add_header of its own inherits none",
    broken: {
      site: (upstream) => ({
        http: EXACT,
        server: `${ADD("always")}
    location / { proxy_pass ${upstream}; add_header X-Content-Type-Options nosniff always; }`,
      }),
      behind: plain,
    },
    fixed: {
      site: (upstream) => ({
        http: EXACT,
        server: `location / { proxy_pass ${upstream}; add_header X-Content-Type-Options nosniff always; ${ADD("always")} }`,
      }),
      behind: plain,
    },
    fails: ["origin-not-allowed"],
    warns: ["no-cors-at-all"],
  },
  {
    name: "add_header without always",
    broken: owner(EXACT, ADD("")),
    fixed: owner(),
    options: PUT,
    warns: ["errors-without-cors"],
  },
  {
    name: "OPTIONS answered by an if that has none of the headers",
    broken: {
      site: (upstream) => ({
        http: EXACT,
        server: `
    location / {${ADD("always")}
      if ($request_method = OPTIONS) { add_header Access-Control-Max-Age 600; return 204; }
      proxy_pass ${upstream};
    }`,
      }),
      behind: plain,
    },
    fixed: owner(),
    options: PUT,
    fails: ["origin-not-allowed"],
    warns: ["options-swallowed"],
  },
  {
    name: "a map that is not anchored",
    broken: owner(maps('"~https?://app.example.com"')),
    fixed: owner(maps('"~^https://app[.]example[.]com$"')),
    options: PUT,
    fails: ["http-allowed", "lookalike-allowed"],
    warns: ["port-allowed"],
  },
  {
    name: "whoever asks, by $http_origin",
    broken: owner(
      EXACT,
      ADD("always")
        .replace("Allow-Origin $allow_origin", "Allow-Origin $http_origin")
        .replace("$allow_credentials", "true"),
    ),
    fixed: owner(),
    options: PUT,
    fails: ["origin-reflected"],
  },
  {
    name: "preflights redirected to a slash at the end",
    broken: {
      site: (upstream) => ({
        server: `location /orders/ { proxy_pass ${upstream}; } location / { return 404; }`,
      }),
      behind: service(),
    },
    fixed: { site: passing, behind: service() },
    options: PUT,
    fails: ["preflight-redirect"],
  },
  {
    name: "basic authentication before CORS",
    broken: {
      site: (upstream) => ({
        server: `location / { auth_basic "orders"; auth_basic_user_file /dev/null; proxy_pass ${upstream}; }`,
      }),
      behind: service(),
    },
    fixed: { site: passing, behind: service() },
    options: { method: "PUT", header: ["Authorization: Basic b3JkZXJzOm9yZGVycw=="] },
    fails: ["answer-without-cors", "preflight-auth"],
    culprit: /and this hop changed status \(preflight\)/,
  },
  {
    name: "a service that is not there",
    broken: { site: () => passing("http://127.0.0.1:9"), behind: plain },
    fixed: { site: passing, behind: service() },
    fails: ["answer-without-cors"],
  },
];

const ours = cors({ origin: [APP], credentials: true, methods: ["GET", "PUT"], allowedHeaders: ["X-Own"] });

/** Nothing fails there. */
export const HEALTHY_NGINX: readonly (Edge & { readonly name: string; readonly options: CheckOptions })[] = [
  { name: "hand-written, with maps", ...owner(), options: PUT },
  { name: "a plain proxy in front of ours", site: passing, behind: ours.wrap(plain), options: PUT },
  { name: "proxy_cache in front of ours", site: caching, behind: ours.wrap(plain), options: PUT },
  {
    name: "proxy_cache in front of ours, for everybody",
    site: caching,
    behind: cors({ origin: "*" }).wrap(plain),
    options: {},
  },
];
