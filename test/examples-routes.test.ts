// The examples that split one service's paths and name its origins: every answer, complete.
import { describe, expect, test } from "vitest";
import {
  type Asked,
  answersOf,
  expectedOf,
  LISTS,
  ORIGIN,
  PREFLIGHT,
  withCookies,
} from "./support/answers.ts";
import { APP, EVIL, from, preflightFrom } from "./support/cases.ts";
import { startExample } from "./support/example.ts";

const PRIVATE = { target: "/api/private/orders" };
const PUBLIC = { target: "/api/public/prices" };
const PUBLIC_READ = { "access-control-allow-origin": "*", "access-control-expose-headers": "ETag" };
const PUBLIC_PREFLIGHT = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET,HEAD",
  "access-control-max-age": "600",
};
const asksFor = (header: string): [string, string] => ["Access-Control-Request-Headers", header];
const preflightWith = (origin: string, method: string, header: string) => {
  const { headers = [], ...rest } = preflightFrom(origin, method);
  return { ...rest, headers: [...headers, asksFor(header)] };
};

const SPLIT: readonly Asked[] = [
  {
    name: "private, from the page",
    request: { ...PRIVATE, ...from(APP) },
    status: 200,
    cors: withCookies(APP),
    vary: ORIGIN,
  },
  {
    name: "private, from elsewhere",
    request: { ...PRIVATE, ...from(EVIL) },
    status: 200,
    cors: {},
    vary: ORIGIN,
  },
  {
    name: "private, without Origin",
    request: { ...PRIVATE, ...from(undefined) },
    status: 200,
    cors: {},
    vary: ORIGIN,
  },
  {
    name: "private PUT",
    request: { method: "PUT", target: "/api/private/orders/7", ...from(APP) },
    status: 200,
    cors: withCookies(APP),
    vary: ORIGIN,
  },
  {
    name: "private 404",
    request: { target: "/api/private/none", ...from(APP) },
    status: 404,
    cors: withCookies(APP),
    vary: ORIGIN,
  },
  {
    name: "private preflight",
    request: { ...PRIVATE, ...preflightWith(APP, "PUT", "content-type") },
    status: 204,
    cors: withCookies(APP, { ...LISTS, "access-control-allow-headers": "content-type" }),
    vary: PREFLIGHT,
  },
  {
    name: "private preflight from elsewhere",
    request: { ...PRIVATE, ...preflightFrom(EVIL) },
    status: 403,
    cors: {},
    vary: PREFLIGHT,
  },
  {
    name: "private plain OPTIONS",
    request: { ...PRIVATE, method: "OPTIONS" },
    status: 200,
    cors: {},
    vary: ORIGIN,
  },
  {
    name: "public, from anywhere",
    request: { ...PUBLIC, ...from(EVIL) },
    status: 200,
    cors: PUBLIC_READ,
    vary: [],
  },
  { name: "public, without Origin", request: PUBLIC, status: 200, cors: PUBLIC_READ, vary: [] },
  {
    name: "public preflight",
    request: { ...PUBLIC, ...preflightFrom(EVIL, "GET") },
    status: 204,
    cors: PUBLIC_PREFLIGHT,
    vary: PREFLIGHT,
  },
  {
    name: "public preflight that asks for more",
    request: { ...PUBLIC, ...preflightWith(EVIL, "PUT", "authorization") },
    status: 204,
    cors: PUBLIC_PREFLIGHT,
    vary: PREFLIGHT,
  },
  {
    name: "neither, from the page",
    request: { target: "/api/other", ...from(APP) },
    status: 404,
    cors: {},
    vary: [],
  },
  {
    name: "neither, a preflight",
    request: { target: "/api/other", ...preflightFrom(APP) },
    status: 404,
    cors: {},
    vary: [],
  },
];

describe("split-by-mount and split-by-route-table", () => {
  test("answer alike, and as they say", async () => {
    const byMount = await startExample("split-by-mount");
    const byTable = await startExample("split-by-route-table");
    const expected = expectedOf(SPLIT);
    expect(await answersOf(byMount.send, SPLIT)).toEqual(expected);
    expect(await answersOf(byTable.send, SPLIT)).toEqual(expected);
  });

  test("the table closes a part of what is open, and is strict about spelling", async () => {
    const table: readonly Asked[] = [
      {
        name: "metrics, from the page",
        request: { target: "/api/private/metrics", ...from(APP) },
        status: 200,
        cors: {},
        vary: [],
      },
      {
        name: "metrics, a preflight",
        request: { target: "/api/private/metrics", ...preflightFrom(APP) },
        status: 403,
        cors: {},
        vary: PREFLIGHT,
      },
      {
        name: "served by Express in any case, readable in one",
        request: { target: "/API/public/prices", ...from(EVIL) },
        status: 200,
        cors: {},
        vary: ORIGIN,
      },
    ];
    const example = await startExample("split-by-route-table");
    expect(await answersOf(example.send, table)).toEqual(expectedOf(table));
  });
});

describe("subdomains-and-ports", () => {
  const GRANTED = [
    "https://example.com",
    "https://app.example.com",
    "https://a.b.example.com",
    "https://status.example.com:8443",
    "https://pr-17.preview.example.net",
  ];
  const REFUSED = [
    "https://evilexample.com",
    "https://example.com.evil.net",
    "https://example.com:8443",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://pr-x.preview.example.net",
    "https://pr-17.preview.example.net.evil.net",
    "https://evil.preview.example.net",
    "null",
  ];
  const LOCAL = ["http://localhost", "http://localhost:5173"];
  const table = (granted: readonly string[], refused: readonly string[]): Asked[] =>
    [...granted, ...refused].flatMap((origin): Asked[] => {
      const allowed = granted.includes(origin);
      return [
        {
          name: `GET from ${origin}`,
          request: { target: "/me", ...from(origin) },
          status: 200,
          cors: allowed ? withCookies(origin) : {},
          vary: ORIGIN,
        },
        {
          name: `preflight from ${origin}`,
          request: { target: "/me", ...preflightFrom(origin) },
          status: allowed ? 204 : 403,
          cors: allowed ? withCookies(origin, LISTS) : {},
          vary: PREFLIGHT,
        },
      ];
    });

  test.each([
    ["production", GRANTED, [...REFUSED, ...LOCAL]],
    ["", GRANTED, [...REFUSED, ...LOCAL]],
    ["development", [...GRANTED, ...LOCAL], [...REFUSED, "https://localhost:5173"]],
  ])("under NODE_ENV=%s", async (NODE_ENV, granted, refused) => {
    const example = await startExample("subdomains-and-ports", { NODE_ENV });
    const rows = table(granted, refused);
    expect(await answersOf(example.send, rows)).toEqual(expectedOf(rows));
  });
});

test("connect: its own 404 and error pages carry the headers, the mount path counts", async () => {
  const methods = { "access-control-allow-methods": "GET,POST,DELETE", "access-control-max-age": "600" };
  const table: readonly Asked[] = [
    ...(
      [
        ["/orders", 200],
        ["/broken", 500],
        ["/none", 404],
      ] as const
    ).flatMap(([target, status]): Asked[] => [
      {
        name: `${target} from the page`,
        request: { target, ...from(APP) },
        status,
        cors: withCookies(APP),
        vary: ORIGIN,
      },
      {
        name: `${target} from elsewhere`,
        request: { target, ...from(EVIL) },
        status,
        cors: {},
        vary: ORIGIN,
      },
    ]),
    {
      name: "preflight",
      request: { target: "/broken", ...preflightFrom(APP, "DELETE") },
      status: 204,
      cors: withCookies(APP, methods),
      vary: PREFLIGHT,
    },
    {
      name: "preflight from elsewhere",
      request: { target: "/orders", ...preflightFrom(EVIL) },
      status: 403,
      cors: {},
      vary: PREFLIGHT,
    },
    {
      name: "public",
      request: { ...from(EVIL), target: "/public/prices" },
      status: 200,
      cors: { "access-control-allow-origin": "*" },
      vary: [],
    },
    {
      name: "public preflight",
      request: { ...preflightFrom(EVIL, "GET"), target: "/public/prices" },
      status: 204,
      cors: PUBLIC_PREFLIGHT,
      vary: PREFLIGHT,
    },
  ];
  const example = await startExample("connect");
  expect(await answersOf(example.send, table)).toEqual(expectedOf(table));
});
