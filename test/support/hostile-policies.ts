// Random policies that would start, with whatever the grammar lets stand in origins, names and paths.
import fc from "fast-check";
import { definePolicy, type Policy } from "../../src/index.ts";

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const OPAQUE = "!\"$%&'()*+,-.0129;=AZ_`az{}~";
const IN_PATHS = "AZaz019-._~!$&'+,=@";

const word = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });
const token = fc.oneof(
  word(TOKEN, 8),
  // What breaks out of quotes where nobody escapes.
  fc.constantFrom("$http_origin", "$1", "a'b", "`id`", "#", "X-Own", "default", "~^.*$", "&amp;", "|"),
);

const entry = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "https://app.example.com",
      "https://*.example.com",
      "https://*.b.example.com:*",
      "http://localhost:*",
      "http://[::1]:3000",
      "https://xn--bcher-kva.example",
      "https://a_b-c.example:8443",
      "null",
      "file://",
      `https://${"long-".repeat(12)}a.example.com`,
    ),
  },
  { weight: 2, arbitrary: word(OPAQUE, 12).map((host) => `app://${host}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { regexp: "^https?:\\/\\/[a-z\\d-]+\\.example\\.com(?::\\d{2,5})?$" },
      { regexp: "^app:\\/\\/[\"$;{}'\\\\#]{1,3}$" },
      { regexp: "^(?:https:\\/\\/(?!evil)[a-z]+\\.example\\.net|http:\\/\\/localhost)$", flags: "i" },
      { regexp: "^https:\\/\\/(?<tenant>[\\w-]{1,20})\\.example\\.org$", flags: "gu" },
      { regexp: "^https:\\/\\/\\x61pp[.]\\u0065xample[.]com$" },
    ),
  },
);

const rule = fc
  .record(
    {
      origin: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.uniqueArray(entry, {
            minLength: 1,
            maxLength: 5,
            selector: (one) => JSON.stringify(one),
          }),
        },
        { weight: 1, arbitrary: fc.constantFrom<"*" | false>("*", false) },
      ),
      credentials: fc.boolean(),
      methods: fc.oneof(fc.constant("*"), fc.uniqueArray(token, { maxLength: 4 })),
      allowedHeaders: fc.oneof(fc.constant(null), fc.constant("*"), fc.uniqueArray(token, { maxLength: 4 })),
      exposedHeaders: fc.uniqueArray(token, { maxLength: 3 }),
      maxAge: fc.constantFrom(0, 600, 86_400),
      optionsSuccessStatus: fc.constantFrom(200, 204),
      blockRefused: fc.boolean(),
      preflightContinue: fc.boolean(),
      owner: fc.constantFrom(undefined, undefined, undefined, "edge", "service"),
    },
    { requiredKeys: ["origin"] },
  )
  .map((options) => ({
    ...options,
    dangerouslyAllowInsecureOrigins: true,
    dangerouslyAllowPublicSuffixes: true,
    dangerouslyAllowOpaqueOrigins: true,
  }));

const key = fc.oneof(
  fc.constantFrom("/", "/a", "/a/b", "/A2/c", "/files"),
  fc.array(word(IN_PATHS, 6), { minLength: 1, maxLength: 2 }).map((segments) => `/${segments.join("/")}`),
);
const route = fc.oneof(
  { weight: 6, arbitrary: rule },
  { weight: 1, arbitrary: fc.constantFrom(false, "passthrough") },
);

/** Policies that start. */
export const hostilePolicies: fc.Arbitrary<Policy> = fc
  .dictionary(key, route, { minKeys: 1, maxKeys: 4 })
  .map((routes) => {
    try {
      return definePolicy({ routes } as never);
    } catch {
      return undefined;
    }
  })
  .filter((policy) => policy !== undefined);
