// The grammar of serialized origins and patterns, entry by entry.
import { describe, expect, test } from "vitest";
import { isInsecure, isLoopback, parseOrigin, parsePattern } from "../src/policy/origin.ts";

const longLabel = "a".repeat(63);
const longHost = `${longLabel}.${longLabel}.${longLabel}.${"a".repeat(61)}`;

const ORIGINS: readonly (readonly [string, readonly [string, string, string]])[] = [
  ["https://example.com", ["https", "example.com", ""]],
  ["http://example.com:8080", ["http", "example.com", "8080"]],
  ["https://example.com:80", ["https", "example.com", "80"]],
  ["http://example.com:443", ["http", "example.com", "443"]],
  ["https://a:1", ["https", "a", "1"]],
  ["https://a:65535", ["https", "a", "65535"]],
  ["https://example.com.", ["https", "example.com.", ""]],
  ["https://example.com.:8443", ["https", "example.com.", "8443"]],
  ["https://_a-b.--c_", ["https", "_a-b.--c_", ""]],
  ["https://1a.2b", ["https", "1a.2b", ""]],
  ["https://1.2.3.com", ["https", "1.2.3.com", ""]],
  ["https://0x1f.example", ["https", "0x1f.example", ""]],
  ["https://0xg", ["https", "0xg", ""]],
  ["http://127.0.0.1", ["http", "127.0.0.1", ""]],
  ["http://255.255.255.255:3000", ["http", "255.255.255.255", "3000"]],
  ["http://[::]", ["http", "[::]", ""]],
  ["http://[::1]:5173", ["http", "[::1]", "5173"]],
  ["https://[2001:db8::1]", ["https", "[2001:db8::1]", ""]],
  ["https://[1:2:3:4:5:6:7:8]", ["https", "[1:2:3:4:5:6:7:8]", ""]],
  [`https://${longHost}`, ["https", longHost, ""]],
  [`https://${longHost}.`, ["https", `${longHost}.`, ""]],
  ["chrome-extension://abcdefghijklmnop", ["chrome-extension", "abcdefghijklmnop", ""]],
  ["capacitor://localhost", ["capacitor", "localhost", ""]],
  ["app://.", ["app", ".", ""]],
  ["app://localhost_3200", ["app", "localhost_3200", ""]],
  ["x+y-z.1://UPPER~!$&'()*,;=%\"{}`", ["x+y-z.1", "UPPER~!$&'()*,;=%\"{}`", ""]],
  [`app://${"a".repeat(320)}`, ["app", "a".repeat(320), ""]],
];

const NO_ORIGINS: readonly string[] = [
  "",
  "null",
  "file://",
  "*",
  "https",
  "https:",
  "https:/a",
  "https://",
  "https:///a",
  "://a",
  "1a://b",
  "Https://a",
  "HTTPS://a",
  "a b://c",
  "https://A",
  "https://a/",
  "https://a?b",
  "https://a#b",
  "https://a\\b",
  "https://u@a",
  "https://a b",
  "https://a\t",
  " https://a",
  "https://a,https://b",
  "https://\u00e9",
  "https://a%62",
  "https://.",
  "https://.a",
  "https://a..b",
  "https://a..",
  `https://a${longLabel}`,
  `https://a${longLabel}.b`,
  `https://a.${longLabel}a`,
  `https://${longHost}a`,
  `https://${longHost}a.`,
  "https://a:",
  "https://a:0",
  "https://a:01",
  "https://a:443",
  "http://a:80",
  "https://a:65536",
  "https://a:100000",
  "https://a:8a",
  "https://a:1:2",
  "https://1",
  "https://1.2.3",
  "https://1.2.3.4.5",
  "https://a.1",
  "https://256.1.1.1",
  "https://01.2.3.4",
  "https://1.2.3.4.",
  "https://0x7f.1",
  "https://a.0x",
  "https://a.0x1f.",
  "http://[",
  "http://[]",
  "http://[:::]",
  "http://[::1",
  "http://[::1]x",
  "http://[::1]:",
  "http://[::1]:80",
  "http://[0:0:0:0:0:0:0:1]",
  "http://[::A]",
  "http://[::1.2.3.4]",
  "http://[1:2:3:4:5:6:7:8:9]",
  "http://[::1%25eth0]",
  "http://::1",
  "app://",
  "app://a/",
  "app://a:1",
  "app://a@b",
  "app://[::1]",
  "app://a b",
  "app://\u00e9",
  "App://a",
  `app://${"a".repeat(321)}`,
];

test.each(ORIGINS)("an origin: %s", (text, [scheme, host, port]) => {
  expect(parseOrigin(text)).toEqual({ scheme, host, port });
  if (scheme === "https" || scheme === "http") expect(new URL(text).origin).toBe(text);
});

test.each(NO_ORIGINS)("no origin: %j", (text) => {
  expect(parseOrigin(text)).toBeUndefined();
});

describe("patterns", () => {
  test.each([
    ["https://*.example.com", { scheme: "https", base: "example.com", subdomains: true, port: "" }],
    ["http://*.localhost:*", { scheme: "http", base: "localhost", subdomains: true, port: "*" }],
    ["http://localhost:*", { scheme: "http", base: "localhost", subdomains: false, port: "*" }],
    ["http://[::1]:*", { scheme: "http", base: "[::1]", subdomains: false, port: "*" }],
    ["https://*.example.com:8443", { scheme: "https", base: "example.com", subdomains: true, port: "8443" }],
    ["https://*.example.com.", { scheme: "https", base: "example.com.", subdomains: true, port: "" }],
  ])("%s", (text, pattern) => {
    expect(parsePattern(text)).toEqual(pattern);
  });

  test.each([
    "https://example.com",
    "*",
    "https://*",
    "https://*.",
    "https://**.a",
    "https://*.*.a",
    "https://a.*",
    "https://a.*.b",
    "https://a*.b",
    "https://*a.b",
    "*.a",
    "*://a",
    "https://a:8*",
    "https://a:*:*",
    "https://a:443:*",
    "https://a:8443:*",
    "https://*.a:443",
    "https://*.1.2.3.4",
    "https://*.[::1]",
    "https://*.A",
    "app://*.a",
    "app://a:*",
    `https://*.${longHost}`,
  ])("no pattern: %s", (text) => {
    expect(parsePattern(text)).toBeUndefined();
  });
});

test.each([
  ["localhost", true],
  ["localhost.", true],
  ["a.localhost", true],
  ["a.localhost.", true],
  ["127.0.0.1", true],
  ["127.255.0.9", true],
  ["[::1]", true],
  ["127.example.com", false],
  ["localhost.example.com", false],
  ["notlocalhost", false],
  ["128.0.0.1", false],
  ["[::2]", false],
  ["0.0.0.0", false],
])("loopback: %s is %s", (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
  expect(isInsecure({ scheme: "http", host })).toBe(!loopback);
  expect(isInsecure({ scheme: "https", host })).toBe(false);
});
