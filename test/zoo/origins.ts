// Broken services, written by hand: origins that are let in or kept out by mistake.
import { type Animal, COOKIES, PUT, right } from "./animal.ts";
import { APP } from "./run.ts";
import {
  application,
  chain,
  handWritten,
  isPreflight,
  matching,
  only,
  type Step,
  service,
  setting,
} from "./service.ts";

export const ORIGINS: readonly Animal[] = [
  {
    name: "no CORS at all",
    broken: chain(application),
    fixed: right,
    fails: ["origin-not-allowed"],
    warns: ["no-cors-at-all"],
  },
  {
    name: "a slash after the origin",
    broken: service({ allow: () => `${APP}/` }),
    fixed: right,
    fails: ["origin-inexact"],
  },
  {
    name: "the origin in upper case",
    broken: service({ allow: () => "https://APP.example.com" }),
    fixed: right,
    fails: ["origin-inexact"],
  },
  {
    name: "http for https",
    broken: service({ allow: () => "http://app.example.com" }),
    fixed: right,
    fails: ["origin-inexact", "http-allowed"],
  },
  {
    name: "the origin in quotes",
    broken: service({ allow: () => `"${APP}"` }),
    fixed: right,
    fails: ["origin-inexact"],
  },
  {
    name: "the whole list in one line",
    broken: service({ allow: () => `${APP}, https://admin.example.com` }),
    fixed: right,
    fails: ["duplicate-headers"],
  },
  {
    name: "two layers, two lines",
    broken: service({ allow: () => [APP, APP] }),
    fixed: right,
    fails: ["duplicate-headers"],
  },
  {
    name: "Expose-Headers on two lines",
    broken: chain(setting("Access-Control-Expose-Headers", ["ETag", "Link"]), right as Step),
    fixed: service({ expose: "ETag, Link" }),
    warns: ["duplicate-headers"],
  },
  {
    name: "* with cookies",
    broken: service({ allow: () => "*" }),
    fixed: right,
    options: COOKIES,
    fails: ["wildcard-credentials"],
  },
  {
    name: "* beside Allow-Credentials, without cookies",
    broken: service({ allow: () => "*" }),
    fixed: service({ allow: () => "*", credentials: undefined }),
    warns: ["wildcard-credentials"],
  },
  {
    name: "no Allow-Credentials",
    broken: service({ credentials: undefined }),
    fixed: right,
    options: COOKIES,
    fails: ["credentials-not-allowed"],
  },
  {
    name: "Allow-Credentials: True",
    broken: service({ credentials: "True" }),
    fixed: right,
    options: COOKIES,
    fails: ["credentials-not-allowed"],
  },
  {
    name: "Allow-Credentials: false, without cookies",
    broken: service({ credentials: "false" }),
    fixed: right,
    warns: ["credentials-not-allowed"],
  },
  {
    name: "every origin reflected, with credentials",
    broken: service({ allow: (origin) => origin }),
    fixed: right,
    fails: ["origin-reflected"],
  },
  {
    name: "every origin reflected, without",
    broken: service({ allow: (origin) => origin, credentials: undefined }),
    fixed: right,
    warns: ["origin-reflected"],
  },
  {
    name: "two layers that allow credentials, which the page does not send",
    broken: chain(
      setting("Access-Control-Allow-Credentials", ["true", "true"]),
      handWritten({ credentials: undefined }),
      application,
    ),
    fixed: right,
    warns: ["credentials-not-allowed", "duplicate-headers"],
  },
  {
    name: "null is listed",
    broken: service({ allow: matching(/^(https:\/\/app\.example\.com|null)$/) }),
    fixed: right,
    fails: ["null-allowed"],
  },
  {
    name: "null is listed, without credentials",
    broken: service({ allow: only(APP, "null"), credentials: undefined }),
    fixed: service({ credentials: undefined }),
    warns: ["null-allowed"],
  },
  {
    name: "startsWith",
    broken: service({ allow: (origin) => (origin.startsWith(APP) ? origin : undefined) }),
    fixed: right,
    fails: ["lookalike-allowed"],
    warns: ["port-allowed"],
  },
  {
    name: "endsWith without a dot",
    broken: service({ allow: matching(/^https:\/\/.*example\.com$/) }),
    fixed: right,
    fails: ["lookalike-allowed"],
    warns: ["subdomain-allowed"],
  },
  {
    name: "a dot that matches anything",
    broken: service({ allow: matching(/^https:\/\/app.example.com$/) }),
    fixed: service({ allow: matching(/^https:\/\/app\.example\.com$/) }),
    fails: ["lookalike-allowed"],
  },
  {
    name: "https? in the RegExp",
    broken: service({ allow: matching(/^https?:\/\/app\.example\.com$/) }),
    fixed: right,
    fails: ["http-allowed"],
  },
  {
    name: "http beside https, without credentials",
    broken: service({ allow: only(APP, "http://app.example.com"), credentials: undefined }),
    fixed: service({ credentials: undefined }),
    warns: ["http-allowed"],
  },
  {
    name: "any port",
    broken: service({ allow: matching(/^https:\/\/app\.example\.com(:\d+)?$/) }),
    fixed: right,
    warns: ["port-allowed"],
  },
  {
    name: "any subdomain",
    broken: service({ allow: matching(/^https:\/\/([a-z-]+\.)*app\.example\.com$/) }),
    fixed: right,
    warns: ["subdomain-allowed"],
  },
  {
    name: "preflights pass for everybody",
    broken: chain((req, res, next) => {
      if (isPreflight(req)) handWritten({ allow: (origin) => origin })(req, res, next);
      else handWritten()(req, res, next);
    }, application),
    fixed: right,
    options: PUT,
    fails: ["preflight-any-origin"],
  },
  {
    name: "Allow-Credentials for everybody",
    broken: chain(setting("Access-Control-Allow-Credentials", "true"), handWritten(), application),
    fixed: right,
    warns: ["credentials-to-refused"],
  },
];
